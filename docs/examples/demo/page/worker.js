import { openFeed } from './feed.js'

// In a worker 'auto' would take fetch too; the demo says so, to show it.
const feed = openFeed({ transport: 'fetch' }, (update) => postMessage(update))

// The only thing that the page ever asks for. It closes the feed by ending the worker.
addEventListener('message', () => feed.reconnect())
