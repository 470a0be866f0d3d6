/**
 * Measures how a table of 50 rows is rendered in Chromium while events arrive, in production builds, side by side:
 *
 *   npm run build && npm --prefix test/bench/rendering ci --ignore-scripts && node test/bench/rendering/run.mjs
 *
 * [--rate 20000] [--seconds 10] [--burst 10000] [--runs 3] [--only native,fetch]. Prints two Markdown tables: the most
 * renders of all runs, and of times and missed frames the least, because whatever else the machine does only adds to
 * them. No debugger is attached, with which the browser's own EventSource is much slower: the page sends its figures.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'

const { values: flags } = parseArgs({
  options: {
    rate: { type: 'string', default: '20000' },
    seconds: { type: 'string', default: '10' },
    burst: { type: 'string', default: '10000' },
    runs: { type: 'string', default: '3' },
    only: { type: 'string', default: '' },
  },
})

const SUBJECTS = [
  { name: 'native', title: 'everstream, native' },
  { name: 'fetch', title: 'everstream, fetch' },
  { name: 'auto', title: 'everstream, auto' },
  { name: 'plain', title: '`useSyncExternalStore` over `EventSource`' },
  { name: 'hook', title: '`useState` and `EventSource` in a hook' },
  { name: 'vueuse', title: '`useEventSource` of VueUse' },
  { name: 'nothing', title: 'nothing: `EventSource` and `JSON.parse`' },
].filter(({ name }) => flags.only === '' || flags.only.split(',').includes(name))
/** For so long a subject may lag behind the end of the stream, in s. */
const PATIENCE = 20
/** How often events are written, in ms. */
const INTERVAL = 5

const home = import.meta.dirname
const { outputFiles } = await build({
  entryPoints: { react: join(home, 'react.jsx'), vue: join(home, 'vue.mjs') },
  alias: {
    everstream: join(home, '../../../dist/index.js'),
    'everstream/react': join(home, '../../../dist/react.js'),
  },
  nodePaths: [join(home, 'node_modules')],
  define: { 'process.env.NODE_ENV': '"production"', __VUE_OPTIONS_API__: 'true', __VUE_PROD_DEVTOOLS__: 'false' },
  bundle: true,
  minify: true,
  format: 'esm',
  jsx: 'automatic',
  outdir: home,
  write: false,
})

function price(n) {
  return `event: price\ndata: {"symbol":"S${n % 50}","value":${(n * 7919) % 10_000},"n":${n}}\n\n`
}

function sendSteadily(response) {
  const total = flags.rate * flags.seconds
  const begun = performance.now()
  let n = 0
  const timer = setInterval(() => {
    const due = Math.min(total, Math.floor(((performance.now() - begun) / 1000) * flags.rate))
    let text = ''
    while (n < due) text += price(n++)
    response.write(text)
    if (n < total) return
    clearInterval(timer)
    response.write('event: done\ndata: {}\n\n')
  }, INTERVAL)
  response.on('close', () => clearInterval(timer))
}

/**
 * What the main threads of all renderers that this browser started have had of a processor, and what they waited for
 * one, in ms: times in the page do not tell work from waiting. Linux only.
 */
async function timesOfRenderers(profile) {
  const times = { cpu: 0, waited: 0 }
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (!command.includes('--type=renderer') || command.includes('webui') || !command.includes(profile)) continue
    const [cpu, waited] = (await readFile(`/proc/${pid}/task/${pid}/schedstat`, 'utf8')).split(' ')
    times.cpu += cpu / 1e6
    times.waited += waited / 1e6
  }
  return times
}

let report
let started

async function serve(request, response) {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost')
  if (pathname === '/stream') {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
    response.flushHeaders()
    await started()
    if (searchParams.get('load') === 'steady') return sendSteadily(response)
    response.write(Array.from({ length: flags.burst }, (_, n) => price(n)).join('') + 'event: done\ndata: {}\n\n')
  } else if (pathname === '/results') {
    const result = JSON.parse((await request.toArray()).join(''))
    response.end()
    report(result)
  } else if (pathname === '/') {
    const script = searchParams.get('subject') === 'vueuse' ? 'vue.js' : 'react.js'
    response.writeHead(200, { 'content-type': 'text/html' })
    response.end(`<!doctype html><meta charset="utf-8"><main></main><script type="module" src="/${script}"></script>`)
  } else {
    const file = outputFiles.find(({ path }) => path.endsWith(pathname))
    response.writeHead(file ? 200 : 404, { 'content-type': 'text/javascript' }).end(file?.text)
  }
}

const server = createServer((request, response) => void serve(request, response))
await once(server.listen(0, '127.0.0.1'), 'listening')

/** In a browser of its own, so that no subject inherits the heap of another. */
async function measure(subject, load) {
  const profile = await mkdtemp(join(tmpdir(), 'everstream-rendering-'))
  const patience = PATIENCE + (load === 'steady' ? Number(flags.seconds) : 0)
  const query = new URLSearchParams({ subject, load, patience })
  const result = new Promise((resolve) => (report = resolve))
  let before
  started = async () => (before = await timesOfRenderers(profile))
  const browser = spawn(
    process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-proxy-server',
      `--user-data-dir=${profile}`,
      `http://127.0.0.1:${server.address().port}/?${query}`,
    ],
    { stdio: 'ignore' },
  )
  try {
    const inPage = await result
    const after = await timesOfRenderers(profile)
    return { ...inPage, cpu: after.cpu - before.cpu, waited: after.waited - before.waited }
  } finally {
    browser.kill()
    await once(browser, 'exit')
    await rm(profile, { recursive: true, force: true, maxRetries: 10 })
  }
}

const inMs = (ms) => (ms < 50 ? '< 50 ms' : `${Math.round(ms)} ms`)

/** Subjects take turns, so that what else the machine does meets all of them. */
async function measureAll(load) {
  const results = new Map(SUBJECTS.map(({ name }) => [name, []]))
  for (let run = 0; run < flags.runs; run++) {
    for (const [name, previous] of results) {
      // What is overwhelmed is so each time.
      if (previous[0]?.isComplete !== false) previous.push(await measure(name, load))
    }
  }
  return results
}

async function printTable(title, load) {
  console.log(`\n${title}\n`)
  const columns = [
    'renders',
    'most in one frame',
    'main thread busy',
    'kept waiting',
    'longest task',
    'tasks over 50 ms',
    'frames missed',
    'longest frame',
    'done',
  ]
  console.log(`| | ${columns.join(' | ')} |`)
  console.log(`|${' --- |'.repeat(columns.length + 1)}`)
  const all = await measureAll(load)
  for (const { name, title: subject } of SUBJECTS) {
    const results = all.get(name)
    const most = (column) => Math.max(...results.map((result) => result[column]))
    const least = (column) => Math.min(...results.map((result) => result[column]))
    const missed = results.map(({ frames, ms }) => Math.max(0, 1 - frames / (ms / (1000 / 60))))
    const seconds = (least('ms') / 1000).toFixed(1)
    const cells = [
      most('renders'),
      most('mostInFrame'),
      `${Math.round(least('cpu'))} ms`,
      `${Math.round(least('waited'))} ms`,
      inMs(least('longestTask')),
      least('longTasks'),
      `${Math.round(Math.min(...missed) * 100)} %`,
      `${Math.round(least('longestFrame'))} ms`,
      results[0].isComplete ? `after ${seconds} s` : `not after ${seconds} s`,
    ]
    console.log(`| ${[subject, ...cells].join(' | ')} |`)
  }
}

await printTable(`${flags.rate} events/s for ${flags.seconds} s`, 'steady')
await printTable(`A burst of ${flags.burst} events`, 'burst')
server.close()
server.closeAllConnections()
