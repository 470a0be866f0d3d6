import type { ServerResponse } from 'node:http'
import { createBrotliCompress, createDeflate, createGzip } from 'node:zlib'
import compression from 'compression'
import express, { type RequestHandler, type Response } from 'express'
import { afterAll, describe, expect } from 'vitest'
import { type ApplicationOptions, createApplication, startStream } from './application.js'
import { becomes, failureKinds, hasSeen, isIn } from './expectations.js'
import { serve } from './serve.js'
import { test } from './stage.js'
import { chromiumFetch, chromiumNative, closeBrowser, node } from './subjects.js'

afterAll(closeBrowser)

const encoders = { gzip: createGzip, br: createBrotliCompress, deflate: createDeflate }
type Coding = keyof typeof encoders

function compressed(coding: Coding, { flush }: { flush: boolean }): ApplicationOptions {
  return {
    answer(_request, response) {
      startStream(response, { 'content-encoding': coding })
      const encoder = encoders[coding]()
      encoder.on('data', (bytes: Uint8Array) => response.write(bytes))
      encoder.on('end', () => response.end())
      return {
        write(text) {
          encoder.write(text)
          if (flush) encoder.flush()
        },
        end() {
          encoder.end()
        },
      }
    },
  }
}

describe.concurrent.each([node, chromiumFetch, chromiumNative])('compressed streams, $name', (subject) => {
  test.for(Object.keys(encoders) as Coding[])('%s, flushed after each event: one by one', async (coding, { stage }) => {
    const client = await subject.start(stage)
    const application = createApplication(compressed(coding, { flush: true }))
    const { base } = await serve(stage, application)
    const watched = await client.open(base)
    await isIn(watched, 'open')
    for (let count = 1; count <= 3; count++) {
      application.publish()
      await hasSeen(watched, count)
    }
    expect(application.asked).toEqual([''])
  })

  test('not flushed: nothing arrives before the end of the stream', async ({ stage }) => {
    const client = await subject.start(stage)
    const held = createApplication(compressed('gzip', { flush: false }))
    const plain = createApplication()
    const watched = await client.open((await serve(stage, held)).base)
    const witness = await (await node.start(stage)).open((await serve(stage, plain)).base)
    await isIn(watched, 'open')
    await isIn(witness, 'open')
    for (let count = 1; count <= 3; count++) {
      held.publish()
      plain.publish()
      await hasSeen(witness, count)
    }
    expect((await watched.look()).seen).toEqual([])

    held.open[0]!.body.end()
    await hasSeen(watched, 3)
    await becomes(() => held.asked, ['', '3'])
  })

  test.for([
    ['that is cut in the middle', 'network', (response) => void response.destroy()],
    ['that is damaged', 'network', (response) => void response.write('no gzip at all'.repeat(100))],
    ['that ends without its trailer', 'ended', (response) => void response.end()],
  ] as const satisfies [string, string, (response: ServerResponse) => void][])(
    'a stream %s: %s, then resumes where it left off',
    async ([, kind, breakOff], { stage }) => {
      const client = await subject.start(stage)
      const application = createApplication(compressed('gzip', { flush: true }))
      const { base } = await serve(stage, application)
      const watched = await client.open(base)
      await isIn(watched, 'open')
      application.publish()
      await hasSeen(watched, 1)
      breakOff(application.open[0]!.response)
      await becomes(() => application.asked, ['', '1'])
      application.publish()
      await hasSeen(watched, 2)
      expect(await failureKinds(watched)).toEqual([subject.kinds(kind)])
    },
  )
})

describe.concurrent('the compression middleware of Express', () => {
  const eventStream = /^text\/event-stream/
  test.for<[string, RequestHandler, Setting, 'held back' | 'one by one']>([
    ['as it is', compression(), {}, 'held back'],
    ['with res.flush() after each event', compression(), { flush: true }, 'one by one'],
    ['with Cache-Control: no-transform', compression(), { cacheControl: 'no-store, no-transform' }, 'one by one'],
    [
      'with a filter that excludes event streams',
      compression({
        filter: (request, response) =>
          !eventStream.test(String(response.getHeader('content-type'))) && compression.filter(request, response),
      }),
      {},
      'one by one',
    ],
  ])('%s', async ([, middleware, { flush = false, cacheControl = 'no-store' }, outcome], { stage }) => {
    const application = createApplication({
      answer(_request, response) {
        const body = startStream(response, { 'cache-control': cacheControl })
        return {
          ...body,
          write(text) {
            body.write(text)
            if (flush) (response as Response).flush()
          },
        }
      },
    })
    const plain = createApplication()
    const app = express()
    app.use(middleware)
    app.use((request, response) => application.handle(request, response))
    const client = await node.start(stage)
    const watched = await client.open((await serve(stage, { handle: app as never })).base)
    const witness = await client.open((await serve(stage, plain)).base)
    await isIn(watched, 'open')
    await isIn(witness, 'open')
    for (let count = 1; count <= 3; count++) {
      application.publish()
      plain.publish()
      await hasSeen(witness, count)
      if (outcome === 'one by one') await hasSeen(watched, count)
    }
    if (outcome === 'one by one') return
    expect((await watched.look()).seen).toEqual([])
    application.open[0]!.body.end()
    await hasSeen(watched, 3)
  })
})

interface Setting {
  readonly flush?: boolean
  readonly cacheControl?: string
}
