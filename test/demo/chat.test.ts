import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { type Browser, chromium, type Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest'
import { start } from '../process.js'
import { chromiumArguments, needs, programs } from '../programs.js'

const WHOLE = 'You asked: Why? I do not know, but I can count: 1 2 3 4 5 6 7 8 9 10.'

let browser: Browser
beforeAll(async () => {
  if (programs.chromium.whyNot !== undefined) return
  browser = await chromium.launch({ executablePath: programs.chromium.path, args: chromiumArguments })
})
afterAll(() => browser?.close())

async function startServer({ onTestFinished }: TestContext, tokenEvery: number): Promise<string> {
  const { printed, stop } = start({
    file: process.execPath,
    args: ['docs/examples/llm-chat/server.mjs'],
    cwd: `${import.meta.dirname}/../..`,
    env: { PORT: '0', TOKEN_EVERY: String(tokenEvery) },
  })
  onTestFinished(stop)
  const [url] = await printed(/http:\/\/127\.0\.0\.1:\d+/)
  return url
}

/** As `fetch` does not ask: with the path as it is. */
async function statusOf(url: string, path: string): Promise<number | undefined> {
  const { hostname, port } = new URL(url)
  const [response] = (await once(get({ hostname, port, path }), 'response')) as [IncomingMessage]
  response.resume()
  return response.statusCode
}

/** A page that has asked, and the requests that it makes. */
async function ask(context: TestContext, tokenEvery: number): Promise<{ page: Page; requests: string[] }> {
  const url = await startServer(context, tokenEvery)
  const page = await browser.newPage()
  context.onTestFinished(() => page.close())
  const requests: string[] = []
  page.on('request', (request) => {
    if (request.url().includes('/chat/')) requests.push(request.method())
  })
  await page.goto(url)
  await page.fill('input', 'Why?')
  await page.click('text=Ask')
  await page.waitForFunction(() => document.querySelector('#answer')?.textContent?.includes('know'))
  return { page, requests }
}

const status = (page: Page, text: string) =>
  page.waitForFunction((wanted) => document.querySelector('#status')?.textContent === wanted, text)

describe('the chat', { timeout: 30_000, ...needs(programs.chromium) }, () => {
  test('asks once, and shows the whole answer', async (context) => {
    const { page, requests } = await ask(context, 20)
    await status(page, 'complete')
    expect(await page.textContent('#answer')).toBe(WHOLE)
    expect(await page.isVisible('#stop')).toBe(false)
    expect(requests).toEqual(['POST'])
  })

  test('goes on after a reload, without asking again', async (context) => {
    const { page, requests } = await ask(context, 150)
    await page.reload()
    await status(page, 'complete')
    expect(await page.textContent('#answer')).toBe(WHOLE)
    expect(requests).toEqual(['POST', 'GET'])
  })

  test('stops the model, and keeps what it has said', async (context) => {
    const { page, requests } = await ask(context, 150)
    await page.click('#stop')
    await status(page, 'stopped')
    expect(WHOLE.startsWith((await page.textContent('#answer')) ?? '?')).toBe(true)
    expect(await page.textContent('#answer')).not.toBe(WHOLE)
    expect(requests).toEqual(['POST', 'DELETE'])
  })
})

test('the server: a cut is resumed, a question is asked once, and a stranger gets nothing', async (context) => {
  const url = `${await startServer(context, 5)}/chat/1`
  const post = () => fetch(url, { method: 'POST', body: '{"question":"Why?"}' })
  const first = await post()
  const reader = first.body!.getReader()
  await reader.read()
  await reader.cancel()
  const rest = await (await fetch(url, { headers: { 'last-event-id': '2' } })).text()
  expect(rest).toMatch(/^event: token\nid: 3\n/)
  expect(rest).toMatch(/data: \{"reason":"complete"\}\n\n$/)
  expect((await post()).status).toBe(409)
  expect((await fetch(`${url}0`)).status).toBe(404)
  for (const path of ['/../server.mjs', '/%2e%2e/server.mjs', '/everstream/../package.json', '//example.com/']) {
    expect(await statusOf(url, path)).toBe(404)
  }
  expect((await fetch(`${url}2`, { method: 'POST', body: 'not JSON' })).status).toBe(400)
})
