import { createServer, type ServerResponse } from 'node:http'
import { describe, expect, test, vi } from 'vitest'
import { createChannel } from '../../src/entries/server.js'
import { respond } from '../../src/entries/server/node.js'
import { needs } from '../programs.js'
import { listen } from '../serving/node-server.js'
import { engines } from './engines.js'

/** What the page has seen: its `message` listener, and those of the types that it knows. */
interface Seen {
  numbers: number[]
  messages: string[]
  ids: string[]
  readyState: number
}

const PAGE = `<!doctype html><script>
  const seen = { numbers: [], messages: [], ids: [], readyState: 0 }
  const source = new EventSource('/events')
  source.onmessage = ({ data }) => seen.messages.push(data)
  source.addEventListener('n', ({ data, lastEventId }) => {
    seen.numbers.push(Number(data))
    seen.ids.push(lastEventId)
  })
  setInterval(() => (seen.readyState = source.readyState), 10)
</script>`

describe.each(engines)("a channel, read by $name's own EventSource", ({ name, program, launch }) => {
  test(
    'loses nothing through cuts, shows no control event, and stops at the end',
    { timeout: 90_000, ...needs(program) },
    async () => {
      const channel = createChannel<{ n: number }>({ retry: 10 })
      const open = new Set<ServerResponse>()
      const server = createServer((req, res) => {
        if (req.url !== '/events') return void res.setHeader('content-type', 'text/html').end(PAGE)
        open.add(res)
        res.on('close', () => open.delete(res))
        respond(channel, req, res)
      })
      const origin = `http://127.0.0.1:${await listen(server)}`
      const browser = await launch()
      try {
        const page = await browser.newPage()
        await page.goto(origin)
        const look = (): Promise<Seen> => page.evaluate<Seen>('seen')
        await channel.clients.until(({ length }) => length === 1)
        // Before the first event, so that only the ID of the opening is known.
        for (const response of open) response.destroy()
        const ids = []
        for (let n = 1; n <= 20; n++) {
          ids.push((await channel.publish('n', n)).id)
          if (n % 5 !== 0) continue
          await vi.waitFor(async () => expect((await look()).numbers).toHaveLength(n), 20_000)
          for (const response of open) response.destroy()
        }
        await channel.clients.until((clients) => clients.some(({ continuity }) => continuity === 'complete'))
        await channel.close({ return: 'never' })
        await vi.waitFor(async () => expect((await look()).readyState).toBe(2), 20_000)
        const { numbers, messages, ids: seenIds } = await look()
        expect(numbers, name).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
        expect(seenIds).toEqual(ids)
        expect(messages).toEqual([])
      } finally {
        await browser.close()
      }
    },
  )
})
