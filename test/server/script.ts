/**
 * What the scripted server does, as data: tests in a browser or a worker send it over the network. Nothing in it
 * depends on time; the test triggers later steps with `RemoteStream.perform`.
 */
export interface Script {
  /** What each connection gets: the first, the second, and so on. The last one also applies to all that follow. */
  readonly connections: readonly ConnectionScript[]
  /** The events that `'replay'` sends: those after the last event ID that the client names. */
  readonly history?: readonly HistoryEvent[]
  /** False: no CORS headers at all. @default true */
  readonly cors?: boolean
  /** False: preflights are refused, and simple requests are allowed. @default true */
  readonly preflight?: boolean
  /** False: other origins are allowed, but not with credentials. @default true */
  readonly credentials?: boolean
}

export interface ConnectionScript {
  /** `'silent'`: the request is never answered. @default 200 */
  readonly status?: number | 'silent'
  /** Added to the content type of an event stream, or replacing it. */
  readonly headers?: Readonly<Record<string, string>>
  /** The body, step by step. The connection stays open after the last one. @default none; with a status, `['end']` */
  readonly steps?: readonly Step[]
}

export type Step =
  /** Written as one chunk, and passed to the network before the next step begins. */
  | { readonly send: string }
  /** The same text repeated, each a separate chunk: for streams that are too long to write out. */
  | { readonly send: string; readonly times: number }
  /** Events of the history after the client's last event ID: all, or that many. */
  | { readonly replay: 'all' | number }
  /** An event of this type with the request as JSON ({@link RequestRecord}). */
  | { readonly echo: string }
  /** The answer is complete. */
  | 'end'
  /** The connection is destroyed in the middle of the answer. */
  | 'cut'
  /** The same, but the client gets a reset. */
  | 'reset'

export interface HistoryEvent {
  readonly id: string
  readonly data: string
}

/** One request as the server saw it. Preflights are not counted as requests. */
export interface RequestRecord {
  readonly method: string
  /** With the query. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface StreamReport {
  /** How many requests have no complete answer yet and have not been aborted by the client. */
  readonly open: number
  readonly requests: readonly RequestRecord[]
  readonly preflights: number
}

/** The query parameter in which the server looks for a last event ID if there is no header. */
export const LAST_EVENT_ID_PARAM = 'last-event-id'

/** Where the scripted server is mounted on the origin of the pages. */
export const SCRIPT_SERVER_PATH = '/script-server'
