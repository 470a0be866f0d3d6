/**
 * The reconnection rules of the others, read in their published code and written as policies. Each has its defaults, or
 * the settings that `who` names. `http` is an answer that is not 200; every other failure is a lost or refused
 * connection.
 */

const never = false
const isAnswer = ({ failure }) => failure.kind === 'http'
const fixed = (ms) => () => ms
/** Another attempt after any loss, none after an answer that is not 200: the HTML standard's "fail the connection". */
const standard = (ms) => (context) => (isAnswer(context) ? never : ms)
const doubling = (ms, max) => (attempt) => Math.min(ms * 2 ** (attempt - 1), max)

export const peers = [
  {
    name: 'fixed 3 s',
    who: 'Chromium, WebKit; eventsource 5.1.5; undici 8.12.4',
    source: '`src/EventSource.ts`; `lib/web/eventsource/eventsource.js`',
    rule: '3 s; a status other than 200 is final',
    policy: standard(3000),
  },
  {
    name: 'reconnecting-eventsource',
    who: 'reconnecting-eventsource 1.6.5, in Chromium',
    source: '`build/esm/reconnecting-eventsource.js`',
    rule: "the browser's 3 s; once the browser has given up, 0 to 3 s",
    policy: (context) => (isAnswer(context) ? 3000 * context.random : 3000),
  },
  {
    name: 'sse.js',
    who: 'sse.js 2.8.0 with `autoReconnect`',
    source: '`lib/sse.js`',
    rule: '3 s',
    policy: fixed(3000),
  },
  {
    name: 'fixed 5 s',
    who: 'Firefox; extended-eventsource 2.1.0',
    source: '`dist/index.esm.js`',
    rule: '5 s; a status other than 200 is final',
    policy: standard(5000),
  },
  {
    name: 'eventsource-client',
    who: 'eventsource-client 1.2.0',
    source: '`src/client.ts`',
    rule: '2 s',
    policy: fixed(2000),
  },
  {
    name: 'fetch-event-source',
    who: '@microsoft/fetch-event-source 2.0.1; @fortaine/fetch-event-source 3.0.6; launchdarkly-eventsource 2.2.0',
    source: '`lib/esm/fetch.js` (both); `lib/retry-delay.js`',
    rule: '1 s',
    policy: fixed(1000),
  },
  {
    name: 'event-source-plus',
    who: 'event-source-plus 0.1.15',
    source: '`src/event-source.ts`',
    rule: '2 ms, doubled up to 30 s',
    policy: ({ attempt }) => doubling(2, 30_000)(attempt),
  },
  {
    name: 'event-source-polyfill',
    who: 'event-source-polyfill 1.0.31',
    source: '`src/eventsource.js`',
    rule: '1 s, doubled up to 16 s; a status other than 200 is final',
    policy: (context) => (isAnswer(context) ? never : doubling(1000, 16_000)(context.attempt)),
  },
  {
    name: 'LaunchDarkly SDK',
    who: 'launchdarkly-js-sdk-common 5.8.3',
    source: '`src/Stream.js`',
    rule: '1 s, doubled up to 30 s, and of that between half and all',
    policy: ({ attempt, random }) => doubling(1000, 30_000)(attempt) * (1 - random / 2),
  },
  {
    name: 'graphql-sse',
    who: 'graphql-sse 2.6.1',
    source: '`lib/client.js`',
    rule: '1 s, doubled, and 0.3 to 3 s on top; gives up after 5 attempts',
    policy: ({ attempt, random }) => (attempt > 5 ? never : 1000 * 2 ** (attempt - 1) + 300 + 2700 * random),
  },
]
