import type { ConnectionStatus, TypedEvent, TypedEventSource } from '../../src/entries/index.js'

const LIMIT = 8000

/** Waits for a condition, not for a time. The limit is far beyond what anything takes; it only names what hangs. */
export async function until(holds: () => boolean | Promise<boolean>, what: string, limit = LIMIT): Promise<void> {
  const end = Date.now() + limit
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`Waited ${limit} ms in vain for ${what}.`)
    await afterTimers(1)
  }
}

/** The promise's value, or an error that names what did not come. */
export async function within<Value>(promise: Promise<Value>, what: string, limit = LIMIT): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Waited ${limit} ms in vain for ${what}.`)), limit)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Resolves after every timer of at most so many ms that is set by now: timers run in the order of their due times. So
 * what such a timer would have done, had it not been cleared, is done by then.
 */
export function afterTimers(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}

type State = ConnectionStatus['state']

/** The status as soon as it is in this state. */
export function reach<Name extends State>(
  source: Pick<TypedEventSource<object>, 'status'>,
  state: Name,
): Promise<ConnectionStatus & { state: Name }> {
  let undo: (() => void) | undefined
  const reached = new Promise<ConnectionStatus & { state: Name }>((resolve) => {
    undo = source.status.subscribe((status) => {
      if (isIn(status, state)) resolve(status)
    })
  })
  return within(reached, `the state "${state}"; it is ${JSON.stringify(source.status.get())}`).finally(() => undo?.())
}

function isIn<Name extends State>(status: ConnectionStatus, state: Name): status is ConnectionStatus & { state: Name } {
  return status.state === state
}

/** Every status from now on, the present one included. */
export function record(source: Pick<TypedEventSource<object>, 'status'>): ConnectionStatus[] {
  const statuses: ConnectionStatus[] = []
  source.status.subscribe((status) => statuses.push(status))
  return statuses
}

/** The payloads of a type, as they come. */
export function collect<Events, Type extends keyof Events & string>(
  source: TypedEventSource<Events>,
  type: Type,
): Events[Type][] {
  const seen: Events[Type][] = []
  source.on(type, ({ data }: TypedEvent<Type, Events[Type]>) => seen.push(data))
  return seen
}
