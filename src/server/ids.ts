/** The last event IDs of a channel: the epoch of its log, and how many events the log has had so far. */
export interface EventId {
  readonly epoch: string
  readonly sequence: number
}

const EVENT_ID = /^([0-9a-z]{8})\.(0|[1-9][0-9]{0,15})$/
const EPOCH_LENGTH = 8
const LETTERS = 36

/** A new epoch for each log: it must not be guessed from the time, because clocks can be set back. */
export function createEpoch(): string {
  const random = crypto.getRandomValues(new Uint32Array(EPOCH_LENGTH))
  return Array.from(random, (value) => (value % LETTERS).toString(LETTERS)).join('')
}

export function formatId(epoch: string, sequence: number): string {
  return `${epoch}.${sequence}`
}

/** Returns undefined for anything that {@link formatId} does not write. */
export function parseId(id: string): EventId | undefined {
  const match = EVENT_ID.exec(id)
  if (match === null) return undefined
  const sequence = Number(match[2])
  return Number.isSafeInteger(sequence) ? { epoch: match[1]!, sequence } : undefined
}
