import { parseArgs } from 'node:util'
import { startDemo } from './server/demo.mjs'
import { createFeed } from './terminal/feed.mjs'
import { showScreen } from './terminal/screen.mjs'
import { runScript } from './terminal/script.mjs'

const HELP = `Usage: npm run demo:terminal -- [--script] [--url http://127.0.0.1:8080]

  --script  go through all faults by itself, print the counts, exit 0 if no price was lost or doubled
  --url     use a demo server that runs already, in place of one of its own`

try {
  const { values } = parseArgs({
    options: { script: { type: 'boolean' }, url: { type: 'string' }, help: { type: 'boolean' } },
  })
  if (values.help) console.log(HELP)
  else await run(values)
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

/** @param {{ script?: boolean, url?: string }} options */
async function run({ script, url }) {
  const ended = new AbortController()
  const demo = url === undefined ? await startDemo(0) : undefined
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => ended.abort(new Error('Interrupted.')))
  try {
    const feed = createFeed(url ?? demo?.url ?? '', ended.signal)
    // Without a keyboard there are no keys to press.
    if (!script && process.stdin.isTTY && process.stdout.isTTY) await showScreen(feed, ended)
    else if (!(await runScript(feed, ended.signal))) process.exitCode = 1
  } finally {
    // Everything is closed, so the process ends.
    ended.abort()
    demo?.stop()
  }
}
