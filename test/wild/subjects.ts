import { type Browser, type BrowserContext, chromium } from 'playwright'
import { Agent, fetch as undiciFetch, type RequestInit } from 'undici'
import { type ConnectionFailure, createEventSource, type FetchLike } from '../../src/entries/index.js'
import { chromiumArguments, programs } from '../programs.js'
import { LAST_EVENT_ID_PARAM } from './application.js'
import type { Stage } from './stage.js'

/** A client in some runtime, with one of its transports. */
export interface Subject {
  readonly name: string
  /** The kind of the loss of a first stream: native, with which 'auto' starts, does not distinguish them. */
  readonly kinds: (kind: 'ended' | 'network') => 'ended' | 'network'
  /** Leaves the test out if the runtime is missing. */
  start(stage: Stage): Promise<Client>
}

/** A running subject: a process, or a page on the server's own origin. */
export interface Client {
  /** @param base - the base URL of the server's `stream` */
  open(base: string, options?: { idleTimeout?: number }): Promise<Watched>
}

/** One event source of a client. */
export interface Watched {
  look(): Promise<Seen>
  close(): Promise<void>
}

export interface Seen {
  /** The data of all events. */
  readonly seen: readonly string[]
  /** The current state. */
  readonly state: string
  /** The reason of each loss. */
  readonly failures: readonly ConnectionFailure[]
}

/** Short, but not a storm while a server is away. */
const RECONNECTION_DELAY = 50

export const node: Subject = {
  name: "Node's fetch",
  kinds: (kind) => kind,
  start: async (stage) => nodeClient(stage, globalThis.fetch),
}

/** Node's own fetch only uses HTTP/1.1; undici, on which it is based, has more options. */
export function undici(options: Agent.Options): Subject {
  return {
    ...node,
    name: 'undici',
    async start(stage) {
      const dispatcher = new Agent(options)
      stage.leave(() => dispatcher.destroy())
      return nodeClient(stage, (url, init) => undiciFetch(url, { ...(init as RequestInit), dispatcher }))
    },
  }
}

function nodeClient(stage: Stage, fetch: FetchLike): Client {
  return {
    async open(base, options = {}) {
      const source = createEventSource<{ message: string }>(`${base}stream`, {
        transport: 'fetch',
        reconnection: () => RECONNECTION_DELAY,
        parse: 'text',
        fetch,
        ...options,
      })
      stage.leave(source.close)
      const seen: string[] = []
      const failures: ConnectionFailure[] = []
      source.on('message', ({ data }) => seen.push(data.trim()))
      source.status.subscribe((status) => {
        if (status.state === 'waiting') failures.push(status.failure)
      })
      return {
        look: async () => ({ seen: [...seen], state: source.status.get().state, failures: [...failures] }),
        close: async () => source.close(),
      }
    },
  }
}

function inChromium(transport: 'fetch' | 'native' | 'auto'): Subject {
  return {
    name: `Chromium, ${transport}`,
    kinds: (kind) => (transport === 'fetch' ? kind : 'network'),
    start: (stage) => chromiumClient(stage, transport),
  }
}

export const chromiumFetch: Subject = inChromium('fetch')
export const chromiumNative: Subject = inChromium('native')
export const chromiumAuto: Subject = inChromium('auto')

export const everySubject: readonly Subject[] = [node, chromiumFetch, chromiumNative, chromiumAuto]

/** Shared by the tests of a file. Each test has its own servers, so connections are not shared. */
let browser: Promise<{ browser: Browser; context: BrowserContext }> | undefined

async function launch(): Promise<{ browser: Browser; context: BrowserContext }> {
  const launched = await chromium.launch({ executablePath: programs.chromium.path, args: chromiumArguments })
  return { browser: launched, context: await launched.newContext({ ignoreHTTPSErrors: true }) }
}

export async function closeBrowser(): Promise<void> {
  await (await browser)?.browser.close()
  browser = undefined
}

async function chromiumClient(stage: Stage, transport: 'fetch' | 'native' | 'auto'): Promise<Client> {
  stage.need(programs.chromium)
  browser ??= launch()
  const { context } = await browser
  const page = await context.newPage()
  stage.leave(() => page.close())
  return {
    async open(base, options = {}) {
      if (!page.url().startsWith(base)) await page.goto(`${base}page`)
      const handle = await page.evaluateHandle(openInPage, {
        url: `${base}stream`,
        delay: RECONNECTION_DELAY,
        options: {
          transport,
          // A new native connection can send the ID only like this.
          ...(transport === 'native' && { lastEventIdParam: LAST_EVENT_ID_PARAM }),
          ...options,
        },
      })
      return {
        look: () =>
          handle.evaluate(({ source, seen, failures }) => ({ seen, failures, state: source.status.get().state })),
        close: () => handle.evaluate(({ source }) => source.close()),
      }
    },
  }
}

interface Opening {
  readonly url: string
  readonly delay: number
  readonly options: object
}

/** Runs in the page: it can use only types from this file. */
function openInPage({ url, delay, options }: Opening) {
  const { everstream } = globalThis as unknown as { everstream: { createEventSource: typeof createEventSource } }
  const source = everstream.createEventSource<{ message: string }>(url, {
    reconnection: () => delay,
    parse: 'text',
    ...options,
  })
  const seen: string[] = []
  const failures: ConnectionFailure[] = []
  source.on('message', ({ data }) => seen.push(data.trim()))
  source.status.subscribe((status) => {
    // The values in an error cannot leave the page.
    if (status.state === 'waiting') failures.push({ ...status.failure, cause: String(status.failure.cause) })
  })
  return { source, seen, failures }
}
