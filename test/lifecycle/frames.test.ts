import { type TestContext, afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { needs, programs } from '../programs.js'
import { putUp, type RemoteStream } from '../server/remote.js'
import type { Script } from '../server/script.js'
import { type LifecyclePage, openPage } from './browser.js'
import { type PageServer, servePages } from './page-server.js'

const HOST = 'stream.test'

/** Puts its parameters into a frame, and keeps what the frame reports. */
const PAGE = `<!doctype html><script>
let told = { opened: [], seen: [] }
addEventListener('message', ({ data }) => { told = data })
const { sandbox, ...parameters } = Object.fromEntries(new URLSearchParams(location.search))
const frame = document.createElement('iframe')
if (sandbox !== undefined) frame.setAttribute('sandbox', 'allow-scripts')
const call = '(' + run + ')(' + JSON.stringify(parameters) + ')'
frame.srcdoc = '<script src="/everstream.min.js"></' + 'script><script>' + call + '</' + 'script>'
addEventListener('DOMContentLoaded', () => document.body.append(frame))

function run({ stream, transport }) {
  const opened = [], seen = []
  const source = everstream.createEventSource(stream, { transport, reconnection: () => 10, parse: 'text' })
  const tell = () => parent.postMessage({ origin: self.origin, location: location.origin, opened, seen }, '*')
  source.status.subscribe((status) => {
    if (status.state === 'open') opened.push([status.transport, status.resumed])
    tell()
  })
  source.on('message', ({ data }) => { seen.push(data); tell() })
}
</script><body>`

interface Told {
  origin: string
  location: string
  opened: [transport: string, resumed: boolean][]
  seen: string[]
}

let origin: PageServer
let page: LifecyclePage
let stream: RemoteStream

beforeAll(async () => {
  origin = await servePages(HOST, { '/page': PAGE })
})

afterAll(() => origin.close())

async function open(script: Script, parameters: Record<string, string>): Promise<void> {
  stream = await putUp(origin.here, { history: ['1', '2', '3', '4'].map((id) => ({ id, data: id })), ...script })
  const query = new URLSearchParams({ stream: new URL(stream.url).pathname, ...parameters })
  await page.open(`${origin.page}/page?${query.toString()}`)
}

async function told(): Promise<Told> {
  return JSON.parse(await page.evaluate<string>('JSON.stringify(told)')) as Told
}

async function seen(...expected: string[]): Promise<void> {
  await expect.poll(async () => (await told()).seen, { timeout: 10_000 }).toEqual(expected)
}

async function idsSent(): Promise<(string | undefined)[]> {
  return (await stream.requests()).map(({ headers }) => headers['last-event-id'])
}

async function openFrames({ onTestFinished }: TestContext): Promise<void> {
  page = await openPage(HOST, onTestFinished)
}

describe('in a sandboxed frame, whose origin is opaque', needs(programs.chromium), () => {
  beforeEach(openFrames)

  const TWICE: Script = { preflight: false, connections: [{ steps: [{ replay: 2 }] }] }

  test('fetch retries without the ID if the preflight is refused, even by the server of the page', async () => {
    await open(TWICE, { transport: 'fetch', sandbox: '' })
    await seen('1', '2')
    await stream.perform('cut')
    await seen('1', '2', '1', '2')
    expect(await told()).toMatchObject({
      origin: 'null',
      opened: [
        ['fetch', false],
        ['fetch', false],
      ],
    })
    expect((await stream.report()).preflights).toBe(1)
  })

  test('auto leaves the reconnection to the browser, which can send the ID', async () => {
    await open(TWICE, { transport: 'auto', sandbox: '' })
    await seen('1', '2')
    await stream.perform('cut')
    await seen('1', '2', '3', '4')
    expect(await told()).toMatchObject({
      opened: [
        ['native', false],
        ['native', true],
      ],
    })
  })
})

describe("in a srcdoc frame, whose origin is the page's", needs(programs.chromium), () => {
  beforeEach(openFrames)

  test('a broken request does not count as a refused preflight: the ID is sent on every attempt', async () => {
    const two = { steps: [{ replay: 2 }] }
    await open({ connections: [two, { status: 'silent' }, two] }, { transport: 'fetch' })
    await seen('1', '2')
    await stream.perform('cut')
    await expect.poll(async () => (await idsSent()).length, { timeout: 10_000 }).toBe(2)
    await stream.perform('cut')
    await seen('1', '2', '3', '4')
    expect(await told()).toMatchObject({
      origin: origin.page,
      location: 'null',
      opened: [
        ['fetch', false],
        ['fetch', true],
      ],
    })
    expect(await idsSent()).toEqual([undefined, '2', '2'])
  })

  test('auto continues the connection with fetch, as in any page of that origin', async () => {
    await open({ connections: [{ steps: [{ replay: 2 }] }] }, { transport: 'auto' })
    await seen('1', '2')
    await stream.perform('cut')
    await seen('1', '2', '3', '4')
    expect((await told()).opened).toEqual([
      ['native', false],
      ['fetch', true],
    ])
  })
})
