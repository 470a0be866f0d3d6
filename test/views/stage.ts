import { onTestFinished, vi } from 'vitest'
import { createEventSource } from '../../src/client/create-event-source.js'
import type { EventSourceOptions } from '../../src/client/options.js'
import type { TypedEventSource } from '../../src/client/typed-event-source.js'
import { createFakeTransport, settled } from '../connection/world.js'

export interface Events {
  price: { symbol: string; value: number }
  note: string
}

export interface Stage {
  readonly source: TypedEventSource<Events>
  open(): void
  readonly emit: <Type extends keyof Events>(type: Type, data: Events[Type]) => void
  /** How often the transport was opened. */
  readonly attempts: number
}

/** An open source on a fake transport, and frames that come only when the test says so. */
export async function openSource(options: EventSourceOptions<Events> = {}): Promise<Stage> {
  const transport = createFakeTransport()
  const source = createEventSource<Events>('http://sse.example/prices', { transport, ...options })
  onTestFinished(() => source.close())
  await settled()
  const open = (): void => transport.last.sink.onOpen({ transport: 'fake', resumed: false })
  if (options.connect !== 'while-listening') open()
  return {
    source,
    open,
    emit(event, data) {
      transport.last.sink.onMessage({ event, data: JSON.stringify(data), id: undefined }, 'http://sse.example')
    },
    get attempts() {
      return transport.sessions.length
    },
  }
}

export interface Frames {
  /** Runs the callbacks of one frame. */
  run(): void
  /** How many callbacks wait for the next frame. */
  readonly waiting: number
}

export function stubFrames(): Frames {
  let last = 0
  let callbacks = new Map<number, () => void>()
  vi.stubGlobal('requestAnimationFrame', (run: () => void) => {
    callbacks.set(++last, run)
    return last
  })
  vi.stubGlobal('cancelAnimationFrame', (id: number) => callbacks.delete(id))
  onTestFinished(() => {
    vi.unstubAllGlobals()
  })
  return {
    run() {
      const due = callbacks
      callbacks = new Map()
      for (const callback of due.values()) callback()
    },
    get waiting() {
      return callbacks.size
    },
  }
}
