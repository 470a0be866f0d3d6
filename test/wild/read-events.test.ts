import { createGzip } from 'node:zlib'
import { Agent, fetch as undiciFetch } from 'undici'
import { describe, expect } from 'vitest'
import { readEvents } from '../../src/entries/event-stream.js'
import { ConnectionError } from '../../src/entries/index.js'
import { createApplication, startStream } from './application.js'
import { createCertificate } from './certificate.js'
import { becomes } from './expectations.js'
import { startNginx } from './nginx.js'
import { serve, serveByHttp2 } from './serve.js'
import { test } from './stage.js'

describe.concurrent('readEvents', () => {
  test('over HTTP/2: one by one, and leaving the loop ends the stream', async ({ stage }) => {
    const application = createApplication()
    const certificate = await createCertificate()
    const { base } = await serveByHttp2(stage, application, certificate)
    const dispatcher = new Agent({ allowH2: true, connect: { ca: certificate.cert } })
    stage.leave(() => dispatcher.destroy())
    const seen: unknown[] = []
    const response = await undiciFetch(`${base}stream`, { dispatcher })
    expect(application.open[0]!.request.httpVersion).toBe('2.0')
    application.publish()
    for await (const { id } of readEvents(response)) {
      seen.push(id)
      if (id === '3') break
      application.publish()
    }
    expect(seen).toEqual(['1', '2', '3'])
    await becomes(() => application.open.length, 0)
  })

  test('of a gzip stream: one by one, and throws if it is cut', async ({ stage }) => {
    const application = createApplication({
      answer(_request, response) {
        const body = startStream(response, { 'content-encoding': 'gzip' })
        const encoder = createGzip().on('data', (bytes: Uint8Array) => response.write(bytes))
        return {
          ...body,
          write(text) {
            encoder.write(text)
            encoder.flush()
          },
        }
      },
    })
    const { base } = await serve(stage, application)
    const seen: unknown[] = []
    const response = await fetch(`${base}stream`)
    application.publish()
    const reading = (async () => {
      for await (const { id } of readEvents(response)) {
        seen.push(id)
        if (id === '3') application.open[0]!.response.destroy()
        else application.publish()
      }
    })()
    await expect(reading).rejects.toThrow(ConnectionError)
    await expect(reading).rejects.toMatchObject({ failure: { kind: 'network', fatal: false } })
    expect(seen).toEqual(['1', '2', '3'])
  })

  test('behind nginx, whose time limit cuts the stream: throws instead of a regular end', async ({ stage }) => {
    const application = createApplication()
    const { port } = await serve(stage, application)
    const locations = { place: 'proxy_buffering off; proxy_read_timeout 1s;' }
    const nginx = await startNginx(stage, { upstream: port, locations })
    const seen: unknown[] = []
    const response = await fetch(`${nginx.base('place')}stream`)
    application.publish()
    const reading = (async () => {
      for await (const { id } of readEvents(response)) seen.push(id)
    })()
    await expect(reading).rejects.toMatchObject({ failure: { kind: 'network', fatal: false } })
    expect(seen).toEqual(['1'])
  })

  test('of a refused answer: throws, and closes its connection with the body', async ({ stage }) => {
    const { base, sockets } = await serve(stage, {
      handle(_request, response) {
        response.writeHead(503, { 'content-type': 'text/html' }).write('x'.repeat(1_000_000))
      },
    })
    for (let count = 0; count < 5; count++) {
      const events = readEvents(await fetch(base))
      await expect(events.next()).rejects.toMatchObject({ failure: { kind: 'http', status: 503 } })
    }
    await becomes(() => sockets.size, 0)
  })
})
