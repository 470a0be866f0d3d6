import { constants, type Http2ServerResponse } from 'node:http2'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { type Application, createApplication } from './application.js'
import { type Certificate, createCertificate } from './certificate.js'
import { becomes, failureKinds, hasSeen, isIn } from './expectations.js'
import { serve, serveByHttp2, type ServedByHttp2 } from './serve.js'
import { type Stage, test } from './stage.js'
import {
  chromiumFetch,
  chromiumNative,
  closeBrowser,
  type Client,
  node,
  type Subject,
  undici,
  type Watched,
} from './subjects.js'

let certificate: Certificate

beforeAll(async () => {
  certificate = await createCertificate()
})
afterAll(closeBrowser)

interface Http2Subject extends Subject {
  /** What happens to the open streams when the server announces its end with GOAWAY. */
  readonly onGoAway: 'served to the end' | 'cut'
  /** The code of the reset when the client closes a stream. */
  readonly closeCode: number
}

const subjects: readonly Http2Subject[] = [
  {
    ...node,
    name: 'undici with allowH2',
    // Otherwise it opens a connection for each stream, or makes the streams wait for each other.
    start: (stage) =>
      undici({ allowH2: true, connections: 1, pipelining: 100, connect: { ca: certificate.cert } }).start(stage),
    onGoAway: 'cut',
    closeCode: constants.NGHTTP2_NO_ERROR,
  },
  { ...chromiumFetch, onGoAway: 'served to the end', closeCode: constants.NGHTTP2_CANCEL },
  { ...chromiumNative, onGoAway: 'served to the end', closeCode: constants.NGHTTP2_CANCEL },
]

interface Scene extends ServedByHttp2 {
  readonly application: Application
  readonly client: Client
}

async function setUp(stage: Stage, subject: Subject): Promise<Scene> {
  const client = await subject.start(stage)
  const application = createApplication()
  return { ...(await serveByHttp2(stage, application, certificate)), application, client }
}

/** Opens a stream and waits for its first event. */
async function follow({ client, base, application }: Scene): Promise<Watched> {
  const watched = await client.open(base)
  await isIn(watched, 'open')
  application.publish()
  await hasSeen(watched, 1)
  return watched
}

function latestStream({ application }: Scene): Http2ServerResponse['stream'] {
  return (application.open.at(-1)!.response as unknown as Http2ServerResponse).stream
}

describe.concurrent.each(subjects)('HTTP/2 over TLS, $name', (subject) => {
  test('events arrive one by one', async ({ stage }) => {
    const scene = await setUp(stage, subject)
    const watched = await follow(scene)
    for (let count = 2; count <= 5; count++) {
      scene.application.publish()
      await hasSeen(watched, count)
    }
    expect(scene.application.open.map(({ request }) => request.httpVersion)).toEqual(['2.0'])
    expect(await failureKinds(watched)).toEqual([])
  })

  test('50 streams share one connection', async ({ stage }) => {
    const scene = await setUp(stage, subject)
    // The connection exists before them: otherwise each request would start to open one.
    const all = [await follow(scene)]
    for (let count = 1; count < 50; count++) all.push(await scene.client.open(scene.base))
    await becomes(() => scene.application.open.length, 50)
    scene.application.publish()
    for (const watched of all) await hasSeen(watched, 2)
    expect(scene.sessions).toHaveLength(1)
  })

  test('a stream that is reset (RST_STREAM) resumes on the same connection', async ({ stage }) => {
    const scene = await setUp(stage, subject)
    const watched = await follow(scene)
    latestStream(scene).close(constants.NGHTTP2_INTERNAL_ERROR)
    await becomes(() => scene.application.asked, ['', '1'])
    scene.application.publish()
    await hasSeen(watched, 2)
    expect(await failureKinds(watched)).toEqual([subject.kinds('network')])
    expect(scene.sessions).toHaveLength(1)
  })

  test('a destroyed connection breaks all its streams, and each resumes', async ({ stage }) => {
    const scene = await setUp(stage, subject)
    const watched = [await follow(scene), await scene.client.open(scene.base)]
    await hasSeen(watched[1]!, 1)
    for (const socket of scene.sockets) socket.destroy()
    scene.application.publish()
    for (const each of watched) {
      await hasSeen(each, 2)
      expect(await failureKinds(each)).toEqual([subject.kinds('network')])
    }
    expect(scene.application.asked).toEqual(['', '', '1', '1'])
  })

  test(`a server goes away (GOAWAY): the open streams are ${subject.onGoAway}, and resume`, async ({ stage }) => {
    const scene = await setUp(stage, subject)
    const watched = [await follow(scene), await scene.client.open(scene.base)]
    await hasSeen(watched[1]!, 1)
    const [first] = scene.sessions
    first!.close()
    const served = subject.onGoAway === 'served to the end'
    if (served) {
      scene.application.publish()
      for (const each of watched) await hasSeen(each, 2)
      for (const { body } of scene.application.open.slice()) body.end()
    }
    const reached = served ? 2 : 1
    await becomes(() => scene.application.asked, ['', '', `${reached}`, `${reached}`])
    scene.application.publish()
    for (const each of watched) {
      await hasSeen(each, reached + 1)
      expect(await failureKinds(each)).toEqual([subject.kinds(served ? 'ended' : 'network')])
    }
    expect(scene.sessions).toHaveLength(1)
    expect(scene.sessions).not.toContain(first)
  })

  test('close() resets its stream, and the connection stays open for the others', async ({ stage }) => {
    const scene = await setUp(stage, subject)
    const other = await follow(scene)
    const watched = await scene.client.open(scene.base)
    await hasSeen(watched, 1)
    const stream = latestStream(scene)
    await watched.close()
    await becomes(() => stream.closed, true)
    expect(stream.rstCode).toBe(subject.closeCode)
    scene.application.publish()
    await hasSeen(other, 2)
    expect(scene.sessions).toHaveLength(1)
    expect((await watched.look()).seen).toEqual(['1'])
  })
})

describe.concurrent.each([chromiumFetch, chromiumNative])('HTTP/1.1, $name', (subject) => {
  test('the seventh stream waits silently until another one is closed', async ({ stage }) => {
    const client = await subject.start(stage)
    const application = createApplication()
    const { base } = await serve(stage, application)
    const six: Watched[] = []
    for (let count = 0; count < 6; count++) {
      const watched = await client.open(base)
      await isIn(watched, 'open')
      six.push(watched)
    }
    const seventh = await client.open(base)
    application.publish()
    for (const watched of six) await hasSeen(watched, 1)
    expect(await seventh.look()).toEqual({ seen: [], state: 'connecting', failures: [] })
    expect(application.asked).toHaveLength(6)

    await six[0]!.close()
    await hasSeen(seventh, 1)
    expect(await failureKinds(seventh)).toEqual([])
  })
})
