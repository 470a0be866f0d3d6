/**
 * What the scripted server does, as data: the tests that run in a browser or a worker send it over the network.
 * Nothing in it depends on time. What happens at a moment of the test's choosing is told to the server by the test
 * (`RemoteStream.perform`).
 */
export interface Script {
  /** What each connection gets: the first, the second, and so on. The last goes for all that follow. */
  readonly connections: readonly ConnectionScript[]
  /** The events that `'replay'` sends: those after the last event ID that the client names. */
  readonly history?: readonly HistoryEvent[]
  /** False: no CORS headers at all, as from a server that knows nothing of other origins. Default: true. */
  readonly cors?: boolean
  /** False: preflights are refused, and simple requests are allowed. Default: true. */
  readonly preflight?: boolean
  /** False: other origins are allowed, but not with credentials. Default: true. */
  readonly credentials?: boolean
}

export interface ConnectionScript {
  /** `'silent'`: the request is never answered. Default: 200. */
  readonly status?: number | 'silent'
  /** Added to the content type of an event stream, or put in its place. */
  readonly headers?: Readonly<Record<string, string>>
  /** The body, step by step. After the last step the connection stays open. Default: none; with a status, `['end']`. */
  readonly steps?: readonly Step[]
}

export type Step =
  /** Written as one chunk, and handed to the network before the next step begins. */
  | { readonly send: string }
  /** The same text, so many times, each a chunk of its own: for streams that are too long to spell out. */
  | { readonly send: string; readonly times: number }
  /** Events of the history after the client's last event ID: all, or as many as `replay` says. */
  | { readonly replay: 'all' | number }
  /** An event of this type with the request as JSON: {@link RequestRecord} without what is known only later. */
  | { readonly echo: string }
  /** The answer is complete. */
  | 'end'
  /** The connection is destroyed in the midst of the answer. */
  | 'cut'
  /** The same, and not by closing it: the client gets a reset. */
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
  /** How many requests have no complete answer yet, and are not given up by the client. */
  readonly open: number
  readonly requests: readonly RequestRecord[]
  readonly preflights: number
}

/** The query parameter in which the server looks for a last event ID when there is no header. */
export const LAST_EVENT_ID_PARAM = 'last-event-id'

/** Where the scripted server is mounted on the origin of the pages. */
export const SCRIPT_SERVER_PATH = '/script-server'
