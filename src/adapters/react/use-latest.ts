import type { TypedEventSource } from '../../client/typed-event-source.js'
import { paced } from '../../views/paced.js'
import { useView } from './use-view.js'

/**
 * Returns the latest payload of a type, `undefined` until there is one. Renders at most once per animation frame.
 *
 * @throws TypeError if schemas declare the types and this one has no schema
 *
 * @example
 * ```tsx
 * const price = useLatest(prices, 'price')
 * return <b>{price?.value}</b>
 * ```
 */
export function useLatest<Events, Type extends keyof Events & string>(
  source: TypedEventSource<Events>,
  type: Type,
): Events[Type] | undefined {
  return useView(source, ['latest', type], () => paced(source.store(type)), undefined)
}
