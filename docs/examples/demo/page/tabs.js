import { openFeed } from './feed.js'

/** @import { Feed, Update } from '../events.js' */

/**
 * @typedef {object} Tab
 * @property {string} id
 * @property {string} about
 * @property {string} code what a user would write
 * @property {(tell: (update: Update) => void) => Feed} open
 */

const USE = `
market.on('price', ({ data }) => draw(data))
market.on('news', ({ data }) => show(data))
market.status.subscribe(showStatus)`

/** @type {readonly Tab[]} */
export const tabs = [
  {
    id: 'page',
    about: "In the page, with the default transport: an idle timeout has to see the server's comments, so it is fetch.",
    code: `const market = createEventSource('/stream', {
  parse: { log: 'text' },
  idleTimeout: 3000,
})
${USE}`,
    open: (tell) => openFeed({ transport: 'auto' }, tell),
  },
  {
    id: 'native',
    about: "The browser's own EventSource, kept alive by everstream. The last event ID travels in the URL.",
    code: `const market = createEventSource('/stream', {
  parse: { log: 'text' },
  idleTimeout: 3000,
  transport: 'native',
  lastEventIdParam: 'lastEventId',
})
${USE}`,
    open: (tell) => openFeed({ transport: 'native', lastEventIdParam: 'lastEventId' }, tell),
  },
  {
    id: 'worker',
    about: 'The same client in a dedicated worker, over fetch. The page only draws what the worker posts.',
    code: `// worker.js
const market = createEventSource('/stream', {
  parse: { log: 'text' },
  idleTimeout: 3000,
})

market.on('price', ({ data }) => postMessage(data))
market.status.subscribe((s) => postMessage(s))`,
    open(tell) {
      const worker = new Worker(new URL('worker.js', import.meta.url), { type: 'module', name: 'everstream' })
      worker.addEventListener('message', ({ data }) => tell(data))
      return {
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no target origin
        reconnect: () => worker.postMessage('reconnect'),
        close: () => worker.terminate(),
      }
    },
  },
]
