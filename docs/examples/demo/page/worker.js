import { openFeed } from './feed.js'

// In a worker 'auto' would use fetch too; the demo is explicit to show it.
const feed = openFeed({ transport: 'fetch' }, (update) => postMessage(update))

// The only message from the page, which closes the feed by terminating the worker.
addEventListener('message', () => feed.reconnect())
