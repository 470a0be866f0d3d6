import { assert } from 'chai'
import type { RequestRecord } from '../../server/script.js'
import { type Case, type Ticks, ticks } from '../case.js'
import { collect, reach, until, within } from '../wait.js'

interface Echo {
  echo: RequestRecord
}

const ECHO = { steps: [{ echo: 'echo' }] }

const SECRETS = { authorization: 'Bearer secret', 'x-api-key': 'secret', 'content-type': 'application/json' }

function to(location: string, status = 307): { status: number; headers: Record<string, string> } {
  return { status, headers: { location } }
}

export const redirects: readonly Case[] = [
  {
    name: 'redirects are followed; the next attempt goes to the first URL again',
    transports: ['fetch'],
    async run({ serve, open }) {
      const stream = await serve([to('?moved'), { steps: [ticks(1), 'end'] }, { steps: [ticks(2)] }])
      const seen = collect(open<Ticks>(stream), 'tick')
      await until(() => seen.length === 2, 'both ticks')
      const paths = (await stream.requests()).map(({ url }) => url.split('?')[1] ?? '')
      assert.deepEqual(paths, ['', 'moved', ''])
    },
  },
  {
    name: 'the origin of an event is that of the final URL',
    needs: ['other-origin'],
    async run({ serve, serveElsewhere, open }) {
      const elsewhere = await serveElsewhere([{ steps: [ticks(1)] }])
      const stream = await serve([to(elsewhere.url)])
      const origins: string[] = []
      open<Ticks>(stream).on('tick', ({ origin }) => origins.push(origin))
      await until(() => origins.length === 1, 'the tick')
      assert.deepEqual(origins, [new URL(elsewhere.url).origin])
    },
  },
  {
    name: "to the same origin, the application's headers are sent along",
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const stream = await serve([to('?moved'), ECHO])
      const { value } = await within(open<Echo>(stream, { headers: SECRETS }).events('echo').next(), 'the echo')
      assert.deepInclude(value?.data.headers, SECRETS)
    },
  },
  {
    name: 'to another origin, Authorization is not sent along',
    transports: ['fetch', 'auto'],
    needs: ['other-origin'],
    async run({ serve, serveElsewhere, open }) {
      const elsewhere = await serveElsewhere([ECHO])
      const { authorization } = SECRETS
      const source = open<Echo>(await serve([to(elsewhere.url)]), { headers: { authorization } })
      const { value } = await within(source.events('echo').next(), 'the echo')
      assert.notProperty(value?.data.headers, 'authorization')
    },
  },
  {
    name: "to another origin, none of the application's headers is sent along, not even when redirected back",
    transports: ['fetch', 'auto'],
    needs: ['other-origin', 'visible-redirects'],
    async run({ serve, serveElsewhere, open }) {
      const home = await serve([ECHO])
      const elsewhere = await serveElsewhere([to(home.url)])
      const source = open<Echo>(await serve([to(elsewhere.url)]), { headers: SECRETS, lastEventId: '7' })
      await within(source.events('echo').next(), 'the echo')
      for (const { headers } of [...(await elsewhere.requests()), ...(await home.requests())]) {
        for (const name of Object.keys(SECRETS)) assert.notProperty(headers, name)
        assert.deepInclude(headers, { accept: 'text/event-stream', 'last-event-id': '7' })
      }
      assert.deepInclude(source.status.get(), { state: 'open', resumed: true })
    },
  },
  {
    name: 'the method and the body change as the Fetch standard says',
    transports: ['fetch'],
    async run({ serve, open }) {
      for (const [method, status, sent] of [
        ['POST', 301, 'GET'],
        ['POST', 302, 'GET'],
        ['POST', 303, 'GET'],
        ['PUT', 301, 'PUT'],
        ['PUT', 303, 'GET'],
        ['POST', 307, 'POST'],
        ['PUT', 308, 'PUT'],
      ] as const) {
        const stream = await serve([to('?moved', status), ECHO])
        const source = open<Echo>(stream, { method, headers: { 'content-type': 'text/x' }, body: () => 'body' })
        const { value } = await within(source.events('echo').next(), 'the echo')
        const expected = sent === 'GET' ? { method: 'GET', body: '' } : { method, body: 'body' }
        assert.deepInclude(value?.data, expected, `${method} ${status}`)
        assert.equal(value?.data.headers['content-type'], sent === 'GET' ? undefined : 'text/x')
        source.close()
      }
    },
  },
  {
    name: 'to another origin, a body that is sent along keeps its type',
    transports: ['fetch'],
    needs: ['other-origin', 'visible-redirects'],
    async run({ serve, serveElsewhere, open }) {
      const elsewhere = await serveElsewhere([ECHO])
      const source = open<Echo>(await serve([to(elsewhere.url)]), { headers: SECRETS, body: '{}' })
      const { value } = await within(source.events('echo').next(), 'the echo')
      assert.deepInclude(value?.data, { method: 'POST', body: '{}' })
      assert.equal(value?.data.headers['content-type'], 'application/json')
      assert.notProperty(value?.data.headers, 'x-api-key')
    },
  },
  {
    name: "redirect: 'error' fails for good, names the redirect, and does not follow it",
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const stream = await serve([to('?moved', 302), {}])
      const { failure } = await reach(open(stream, { redirect: 'error' }), 'closed')
      assert.deepInclude(failure, { kind: 'redirect', fatal: true, url: stream.url })
      assert.include(failure?.message, 'redirect')
      assert.lengthOf(await stream.requests(), 1)
    },
  },
  {
    name: "redirect: 'error' changes nothing without a redirect",
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const source = open(await serve([{}]), { redirect: 'error' })
      assert.equal((await reach(source, 'open')).transport, 'fetch')
    },
  },
  {
    name: 'if redirects can be seen, those that cannot be followed are fatal, with the reason',
    transports: ['fetch', 'auto'],
    needs: ['visible-redirects'],
    async run({ serve, open }) {
      for (const [location, part] of [
        ['ftp://127.0.0.1/stream', 'ftp:'],
        ['data:text/event-stream,data:1', 'data:'],
        ['http://user:secret@127.0.0.1/stream', 'credentials'],
        ['http://[', 'not a valid URL'],
      ] as const) {
        const stream = await serve([to(location, 302)])
        const { failure } = await reach(open(stream), 'closed')
        assert.deepInclude(failure, { kind: 'redirect', fatal: true, status: 302, url: stream.url })
        assert.include(failure?.message, part)
        assert.notInclude(failure?.message, 'secret')
      }
    },
  },
  {
    name: 'if redirects can be seen, twenty are followed, but not one more',
    transports: ['fetch', 'auto'],
    needs: ['visible-redirects'],
    async run({ serve, open }) {
      const twenty = Array.from({ length: 20 }, (_, index) => to(`?${index + 1}`))
      await reach(open(await serve([...twenty, {}])), 'open')
      const stream = await serve([to('?again')])
      const { failure } = await reach(open(stream), 'closed')
      assert.deepInclude(failure, { kind: 'redirect', fatal: true, url: stream.url })
      assert.include(failure?.message, 'more than 20 times')
      assert.lengthOf(await stream.requests(), 21)
    },
  },
  {
    name: 'a redirect without a Location is a status like any other',
    transports: ['fetch', 'auto'],
    async run({ serve, open }) {
      const { failure } = await reach(open(await serve([{ status: 302 }]), { transport: 'fetch' }), 'closed')
      assert.deepInclude(failure, { kind: 'http', status: 302 })
    },
  },
]
