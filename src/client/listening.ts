import { advice } from '../messages/advice.js'
import { checkOptions, isBoolean, type OptionRule, SIGNAL_RULE, wrongArgument } from '../arguments/check-options.js'
import type { Emitter } from '../observable/emitter.js'
import type { Aborts } from './aborts.js'
import type { Demand } from './demand.js'
import type { EventTypes, WantedType } from './event-types.js'
import type { TypedEvent } from './events.js'
import type { ListenOptions } from './typed-event-source.js'

type Listener = (event: TypedEvent) => void

const RULES: readonly OptionRule[] = [SIGNAL_RULE, { name: 'once', expected: advice('a boolean'), holds: isBoolean }]

export interface Listening {
  on(types: string | readonly string[], listener: Listener, options?: ListenOptions): () => void
  onAny(listener: Listener, options?: ListenOptions): () => void
  hold(): () => void
}

export interface ListeningOptions {
  readonly emitter: Emitter<TypedEvent>
  readonly demand: Demand
  readonly aborts: Aborts
  readonly eventTypes: EventTypes
}

export function createListening({ emitter, demand, aborts, eventTypes }: ListeningOptions): Listening {
  function listen(
    caller: string,
    wanted: Iterable<WantedType>,
    listener: Listener,
    options: ListenOptions = {},
  ): () => void {
    if (typeof listener !== 'function') throw wrongArgument(caller, 'the listener', advice('a function'), listener)
    const { signal, once } = checkOptions(caller, options, RULES)
    if (signal?.aborted) return () => {}
    const cleanups = Array.from(wanted, (type) => emitter.on(type, once ? callOnce : listener))
    cleanups.push(demand.add())
    function callOnce(event: TypedEvent): void {
      remove()
      listener(event)
    }
    function remove(): void {
      for (const cleanUp of cleanups) cleanUp()
    }
    cleanups.push(aborts.add(signal, remove))
    demand.request(wanted)
    return remove
  }

  return {
    hold: () => listen('hold', [], () => {}),
    on: (types, listener, options) => listen('on', eventTypes.named('on', types), listener, options),
    onAny: (listener, options) => listen('onAny', eventTypes.all('onAny'), listener, options),
  }
}
