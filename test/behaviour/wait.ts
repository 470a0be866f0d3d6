import type { ConnectionStatus, TypedEvent, TypedEventSource } from '../../src/entries/index.js'

const LIMIT = 8000

/** Waits for a condition, not for a time. The limit is generous: it only serves to name what hangs. */
export async function until(holds: () => boolean | Promise<boolean>, what: string, limit = LIMIT): Promise<void> {
  const end = Date.now() + limit
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`Waited ${limit} ms in vain for ${what}.`)
    await afterTimers(1)
  }
}

/** The promise's value; an error that says what was awaited if it takes too long. */
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
 * Resolves after every timer of at most this many ms that is already set, because timers run in the order of their
 * due times. A timer that should have been cleared would have fired by then.
 */
export function afterTimers(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}

type State = ConnectionStatus['state']

/** Resolves with the status as soon as it is in this state. */
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

/** Collects every status from now on, including the current one. */
export function record(source: Pick<TypedEventSource<object>, 'status'>): ConnectionStatus[] {
  const statuses: ConnectionStatus[] = []
  source.status.subscribe((status) => statuses.push(status))
  return statuses
}

/** Collects the payloads of a type. */
export function collect<Events, Type extends keyof Events & string>(
  source: TypedEventSource<Events>,
  type: Type,
): Events[Type][] {
  const seen: Events[Type][] = []
  source.on(type, ({ data }: TypedEvent<Type, Events[Type]>) => seen.push(data))
  return seen
}
