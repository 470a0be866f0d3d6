/** What the adapter uses of Solid, which is not installed here. `npm run test:frameworks` uses the real types. */
declare module 'solid-js' {
  export type Accessor<Value> = () => Value

  export function createMemo<Value>(compute: () => Value): Accessor<Value>

  export function createEffect(run: () => void): void

  export function onCleanup(cleanUp: () => void): void

  export function getOwner(): object | null

  export function createSignal<Value>(initial: Value): [Accessor<Value>, (set: () => Value) => void]

  export function untrack<Value>(run: () => Value): Value
}
