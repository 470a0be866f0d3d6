import type { Result } from './report.js'

/** The request bypasses the cache, but without a header that says so. */
const NO_CACHE_CONTROL = {
  'EventSource: request: request-cache-control: the request bypasses every cache': 'its fetch sends no Cache-Control',
}

type Deviations = Readonly<Record<string, Readonly<Record<string, string>>>>

/**
 * What a runtime does differently, by the start of its name and the name of the case. Each case runs and has to fail,
 * so that a fixed runtime is noticed. docs/runtimes.md explains the effects.
 */
const deviations: Deviations = {
  Bun: NO_CACHE_CONTROL,
  Deno: {
    ...NO_CACHE_CONTROL,
    'client: native: events: JSON events arrive parsed, with type, last event ID and origin':
      'its EventSource gives the whole URL for the origin',
  },
  workerd: {
    'client: native: events: an event without a type, or with an empty one, is a message':
      'its EventSource does not take an empty type for "message"',
    'EventSource: events: eventsource-onmessage: a handler that is replaced keeps its place; after null, it comes last':
      'it calls the handlers itself, before all listeners',
    'EventSource: events: eventsource-eventtarget: events dispatched by a script reach listeners and handlers too':
      'it calls the handlers itself, and ignores what they return',
    'EventSource: connection: eventsource-onopen: handlers are called too, in the order open, message, error':
      'it calls the handlers itself, before all listeners',
    'client: native: last event ID: no event is lost or repeated over several reconnections (Last-Event-ID header)':
      'its EventSource takes the ID of an unfinished event',
    'client: native: answers: native: if the browser gives up, one request finds out why, and is released at once':
      'its EventSource reports a 204 as a loss',
    ...Object.fromEntries(
      [
        "payloads: empty data is not a payload for 'json': it is neither delivered nor an error, and its ID counts",
        "payloads: empty data is a payload for 'text' and for a parse function",
        'ending: endOn an event type whose event is empty: the source is closed, and nothing is delivered',
      ].map((name) => [`client: native: ${name}`, 'its EventSource drops events with empty data']),
    ),
  },
  'Firefox ESR': {
    'EventSource: connection: eventsource-reconnect: a request that breaks before its answer is a loss too':
      'it retries a request that breaks off on its own',
    "client: fetch: reconnection: a stream that ends has failed as 'ended', a request that breaks off as 'network'":
      'it retries a request that breaks off on its own',
    ...Object.fromEntries(
      ['fetch', 'auto'].map((transport) => [
        `client: ${transport}: reconnection: attempts are forgotten after resetAfter, if something was received`,
        'it shows an answer only with the first byte of its body',
      ]),
    ),
  },
  WebKitGTK: {
    'EventSource: connection: eventsource-reconnect: a loss is an error event, then a request with the last event ID':
      'it encodes the bytes of a header twice',
    ...Object.fromEntries(
      ['fetch', 'auto'].map((transport) => [
        `client: ${transport}: last event ID: a non-ASCII ID is sent as UTF-8`,
        'it encodes the bytes of a header twice',
      ]),
    ),
    'client: fetch: reconnection: the status shows every step of a loss, from connecting to closed':
      'it takes a cut connection for the end of the stream',
    'client: fetch: ending: a policy can retry cuts and accept the clean end':
      'it takes a cut connection for the end of the stream',
  },
}

/** Marks known deviations as left out, and those that do not show any more as failed. */
export function applyDeviations(
  runtime: string,
  results: readonly Result[],
  list: Deviations = deviations,
): readonly Result[] {
  const known = Object.entries(list).filter(([name]) => runtime.startsWith(name))
  const table = new Map(known.flatMap(([, entries]) => Object.entries(entries)))
  const judged = results.map((result): Result => {
    const { name, outcome } = result
    const deviation = table.get(name)
    if (deviation === undefined || outcome === 'left out') return result
    return outcome === 'failed'
      ? { name, outcome: 'left out', reason: deviation }
      : {
          name,
          outcome: 'failed',
          reason: `This case passes now; remove it from deviations.ts, which says: ${deviation}.`,
        }
  })
  const names = new Set(results.map(({ name }) => name))
  const unknown = [...table.keys()].filter((name) => results.length > 0 && !names.has(name))
  return [
    ...judged,
    ...unknown.map((name): Result => ({
      name,
      outcome: 'failed',
      reason: 'deviations.ts names it, but no case has this name.',
    })),
  ]
}
