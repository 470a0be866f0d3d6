import { afterAll, beforeAll, describe, expect } from 'vitest'
import { type Application, createApplication, EVENT_SIZE, startStream } from './application.js'
import { createCertificate } from './certificate.js'
import { becomes, failureKinds, hasSeen, isIn } from './expectations.js'
import { type Nginx, type NginxOptions, startNginx } from './nginx.js'
import { isKeptByComments, isTakenUp } from './quiet-stream.js'
import { serve, type Served } from './serve.js'
import { type Stage, test } from './stage.js'
import { chromiumFetch, chromiumNative, closeBrowser, everySubject, node, undici, type Watched } from './subjects.js'

afterAll(closeBrowser)

/** The version for the application; 1.0 was the default for long, and still is in Debian 12. */
const HTTP_1_0 = 'proxy_http_version 1.0;'
const HTTP_1_1 = `proxy_http_version 1.1; proxy_set_header Connection '';`

interface Scene {
  readonly application: Application
  readonly served: Served
  readonly nginx: Nginx
}

async function setUp(
  stage: Stage,
  options: Omit<NginxOptions, 'upstream'>,
  application: Application = createApplication(),
): Promise<Scene> {
  const served = await serve(stage, application)
  return { application, served, nginx: await startNginx(stage, { upstream: served.port, ...options }) }
}

const GZIP = 'gzip on; gzip_types text/event-stream; gzip_min_length 0;'

function answerWith(headers: Record<string, string>): () => Application {
  return () => createApplication({ answer: (_request, response) => startStream(response, headers) })
}
const unbufferedAnswer = answerWith({ 'x-accel-buffering': 'no' })
const untransformedAnswer = answerWith({ 'cache-control': 'no-store, no-transform' })

describe.concurrent('what nginx holds back', () => {
  test.for<[string, 'at once' | 'held back', string, () => Application]>([
    ['HTTP/1.0 to the application', 'held back', HTTP_1_0, createApplication],
    ['HTTP/1.0, X-Accel-Buffering: no', 'at once', HTTP_1_0, unbufferedAnswer],
    ['HTTP/1.0, proxy_buffering off', 'at once', `${HTTP_1_0} proxy_buffering off;`, createApplication],
    ['HTTP/1.1 to the application', 'at once', HTTP_1_1, createApplication],
    ['HTTP/1.1, X-Accel-Buffering: no', 'at once', HTTP_1_1, unbufferedAnswer],
    ['HTTP/1.1, proxy_buffering off', 'at once', `${HTTP_1_1} proxy_buffering off;`, createApplication],
    ['HTTP/1.0, gzip', 'held back', HTTP_1_0 + GZIP, createApplication],
    ['HTTP/1.0, gzip, X-Accel-Buffering: no', 'at once', HTTP_1_0 + GZIP, unbufferedAnswer],
    ['HTTP/1.0, gzip, proxy_buffering off', 'at once', `${HTTP_1_0 + GZIP} proxy_buffering off;`, createApplication],
    ['HTTP/1.1, gzip', 'held back', HTTP_1_1 + GZIP, createApplication],
    ['HTTP/1.1, gzip, Cache-Control: no-transform', 'held back', HTTP_1_1 + GZIP, untransformedAnswer],
    ['HTTP/1.1, gzip, X-Accel-Buffering: no', 'at once', HTTP_1_1 + GZIP, unbufferedAnswer],
    ['HTTP/1.1, gzip, proxy_buffering off', 'at once', `${HTTP_1_1 + GZIP} proxy_buffering off;`, createApplication],
  ])('%s: %s', async ([, outcome, directives, create], { stage }) => {
    const client = await node.start(stage)
    const locations = { place: directives, witness: 'proxy_buffering off;' }
    const { application, nginx } = await setUp(stage, { locations }, create())
    const watched = await client.open(nginx.base('place'))
    await becomes(() => application.open.length, 1)
    const witness = await client.open(nginx.base('witness'))
    await isIn(witness, 'open')
    for (let count = 1; count <= 20; count++) {
      application.publish()
      await hasSeen(witness, count)
      if (outcome === 'at once') await hasSeen(watched, count)
    }
    if (outcome === 'at once') return
    expect(await watched.look()).toEqual({ seen: [], state: 'connecting', failures: [] })
    application.open[0]!.body.end()
    await hasSeen(watched, 20)
  })

  test('HTTP/1.0 to the application: a buffer of 4 or 8 KB has to fill up', async ({ stage }) => {
    const client = await node.start(stage)
    const locations = { place: HTTP_1_0, witness: 'proxy_buffering off;' }
    const { application, nginx } = await setUp(stage, { locations })
    const watched = await client.open(nginx.base('place'))
    await becomes(() => application.open.length, 1)
    const witness = await client.open(nginx.base('witness'))
    await isIn(witness, 'open')
    let count = 0
    while ((await watched.look()).seen.length === 0) {
      for (let event = 0; event < 8; event++) application.publish()
      await hasSeen(witness, (count += 8))
    }
    console.log(`nginx passed the first event on when ${count * EVENT_SIZE} bytes of them were there.`)
    expect(count * EVENT_SIZE).toBeGreaterThan(3000)
    expect(count * EVENT_SIZE).toBeLessThan(9000)
  })

  test('HTTP/1.1 to the application: the head waits for the first byte of the body', async ({ stage }) => {
    const client = await node.start(stage)
    const locations = { place: HTTP_1_1, witness: `${HTTP_1_1} proxy_buffering off;` }
    const { application, nginx } = await setUp(stage, { locations })
    const watched = await client.open(nginx.base('place'))
    await becomes(() => application.open.length, 1)
    await isIn(await client.open(nginx.base('witness')), 'open')
    expect((await watched.look()).state).toBe('connecting')
    application.keepAlive()
    await isIn(watched, 'open')
  })
})

describe.concurrent.each([node, chromiumFetch, chromiumNative])("nginx's time limit, $name", (subject) => {
  const locations = { place: 'proxy_buffering off; proxy_read_timeout 2s;' }

  test('proxy_read_timeout 2s: a quiet stream is cut, then resumes where it left off', async ({ stage }) => {
    const client = await subject.start(stage)
    const { application, nginx } = await setUp(stage, { locations })
    const watched = await client.open(nginx.base('place'))
    await isIn(watched, 'open')
    await isTakenUp(subject, watched, application)
  })

  test('proxy_read_timeout 2s: a comment each second keeps the stream', async ({ stage }) => {
    const client = await subject.start(stage)
    const { application, nginx } = await setUp(stage, { locations })
    await isKeptByComments(client, { application, base: nginx.base('place') })
  })

  test('worker_shutdown_timeout 1s: a reload cuts the stream, which resumes at the new worker', async ({ stage }) => {
    const client = await subject.start(stage)
    const { application, nginx } = await setUp(stage, { locations, main: 'worker_shutdown_timeout 1s;' })
    const watched = await client.open(nginx.base('place'))
    await isIn(watched, 'open')
    application.publish()
    await hasSeen(watched, 1)
    nginx.reload()
    await becomes(() => application.asked, ['', '1'])
    application.publish()
    await hasSeen(watched, 2)
    expect(await failureKinds(watched)).toEqual([subject.kinds('network')])
  })
})

describe.concurrent('nginx without an answer', () => {
  test('504: the application does not answer in time, and the client retries', async ({ stage }) => {
    const client = await node.start(stage)
    let silent = true
    const application = createApplication()
    const handle: Application['handle'] = (request, response) => {
      if (!silent) return application.handle(request, response)
      silent = false
    }
    const locations = { place: 'proxy_buffering off; proxy_read_timeout 1s;' }
    const { nginx } = await setUp(stage, { locations }, { ...application, handle })
    const watched = await client.open(nginx.base('place'))
    await isIn(watched, 'open')
    const { failures } = await watched.look()
    expect(failures.map(({ kind, status, fatal }) => ({ kind, status, fatal }))).toEqual([
      { kind: 'http', status: 504, fatal: false },
    ])
  })

  test.for(everySubject)(
    '502: the application is away, and the client resumes when it is back: $name',
    async (subject, { stage }) => {
      const client = await subject.start(stage)
      const locations = { place: `proxy_buffering off; ${HTTP_1_1}` }
      const { application, served, nginx } = await setUp(stage, { locations })
      const watched = await client.open(nginx.base('place'))
      await isIn(watched, 'open')
      application.publish()
      await hasSeen(watched, 1)

      served.stop()
      await becomes(async () => (await failureKinds(watched)).length >= 3, true)
      application.publish()
      await serve(stage, application, served.port)
      await hasSeen(watched, 2)
      const { failures } = await watched.look()
      expect(failures[0]!.kind).toBe(subject.kinds('network'))
      // Also on native, which uses fetch to find out why the browser has given up.
      for (const { kind, status } of failures.slice(1)) expect([kind, status]).toEqual(['http', 502])
    },
  )

  test.for([
    ['HTTP/1.0', 'ended', HTTP_1_0],
    ['HTTP/1.1', 'network', HTTP_1_1],
  ])('an application that is cut off looks, on %s, like: %s', async ([, kind, directives], { stage }) => {
    const client = await node.start(stage)
    const locations = { place: `proxy_buffering off; ${directives}` }
    const { application, served, nginx } = await setUp(stage, { locations })
    const watched = await client.open(nginx.base('place'))
    await isIn(watched, 'open')
    application.publish()
    await hasSeen(watched, 1)
    for (const socket of served.sockets) socket.destroy()
    await becomes(() => application.asked, ['', '1'])
    expect(await failureKinds(watched)).toEqual([kind])
  })
})

describe.concurrent('nginx and connections', () => {
  test.for([node, chromiumFetch, chromiumNative])(
    'close() reaches the application: $name',
    async (subject, { stage }) => {
      const client = await subject.start(stage)
      const { application, nginx } = await setUp(stage, { locations: { place: 'proxy_buffering off;' } })
      const watched = await client.open(nginx.base('place'))
      await isIn(watched, 'open')
      expect(application.open).toHaveLength(1)
      await watched.close()
      await becomes(() => application.open.length, 0)
    },
  )

  test.for([
    ['HTTP/1.0', 2, HTTP_1_0],
    ['HTTP/1.1', 1, HTTP_1_1],
  ] as const)(
    'two streams one after the other, on %s: %s connections to the application',
    async ([, count, directives], { stage }) => {
      const client = await node.start(stage)
      const { application, served, nginx } = await setUp(stage, {
        locations: { place: `proxy_buffering off; ${directives}` },
      })
      const watched = await client.open(nginx.base('place'))
      await isIn(watched, 'open')
      application.publish()
      await hasSeen(watched, 1)
      application.open[0]!.body.end()
      await becomes(() => application.asked, ['', '1'])
      expect(served.socketCount()).toBe(count)
    },
  )
})

describe.concurrent.each([chromiumFetch, chromiumNative])('nginx with HTTP/2 at the front, $name', (subject) => {
  let front: Pick<NginxOptions, 'listenAs' | 'server' | 'files'>
  beforeAll(async () => {
    const { cert, key } = await createCertificate()
    front = {
      listenAs: 'ssl http2',
      server: 'ssl_certificate certificate.pem; ssl_certificate_key key.pem;',
      files: { 'certificate.pem': cert, 'key.pem': key },
    }
  })

  test('ten streams at once, which HTTP/1.1 would not allow', async ({ stage }) => {
    const client = await subject.start(stage)
    const { application, nginx } = await setUp(stage, { ...front, locations: { place: 'proxy_buffering off;' } })
    const all: Watched[] = []
    for (let count = 0; count < 10; count++) all.push(await client.open(nginx.base('place')))
    await becomes(() => application.open.length, 10)
    for (let count = 1; count <= 2; count++) {
      application.publish()
      for (const watched of all) await hasSeen(watched, count)
    }
  })

  test.for([
    ['HTTP/1.0', HTTP_1_0],
    ['HTTP/1.1', HTTP_1_1],
  ] as const)(
    '%s to the application: the head waits for the first byte, even unbuffered',
    async ([, version], { stage }) => {
      const client = await subject.start(stage)
      const locations = { place: `proxy_buffering off; ${version}` }
      const { application, nginx } = await setUp(stage, { ...front, locations })
      const watched = await client.open(nginx.base('place'))
      await becomes(() => application.open.length, 1)
      // On a separate connection: other data on the same one would flush the head.
      const other = await undici({ connect: { ca: front.files?.['certificate.pem'] } }).start(stage)
      const witness = await other.open(nginx.base('place'))
      await becomes(() => application.open.length, 2)
      application.open[1]!.body.write(': hello\n\n')
      await isIn(witness, 'open')
      expect((await watched.look()).state).toBe('connecting')
      application.keepAlive()
      await isIn(watched, 'open')
    },
  )

  test('proxy_read_timeout 1s: a quiet stream is reset, then resumes where it left off', async ({ stage }) => {
    const client = await subject.start(stage)
    const locations = { place: 'proxy_buffering off; proxy_read_timeout 1s;' }
    const { application, nginx } = await setUp(stage, { ...front, locations })
    const watched = await client.open(nginx.base('place'))
    await becomes(() => application.open.length, 1)
    await isTakenUp(subject, watched, application)
  })
})
