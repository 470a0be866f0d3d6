import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { vectors } from '../event-stream/vectors.js'
import { needs } from '../programs.js'
import { deviations } from './deviations.js'
import { engines } from './engines.js'
import { readNatively } from './read-natively.js'

// A new EventSource cannot get the last event ID of an earlier connection.
const readable = vectors.filter(({ initialLastEventId }) => initialLastEventId === '')

let server: Server
let origin: string

beforeAll(async () => {
  server = createServer((request, response) => {
    const vector = readable[Number(request.url?.split('/')[2])]
    response.writeHead(200, { 'content-type': vector ? 'text/event-stream' : 'text/html' })
    response.end(vector?.bytes)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
})

describe.each(engines)("the vectors in $name's own EventSource", ({ name, program, launch }) => {
  test('deviate from the standard only as listed', { timeout: 120_000, ...needs(program) }, async () => {
    const browser = await launch()
    try {
      const page = await browser.newPage()
      await page.goto(origin)
      const streams = readable.map(({ events }, index) => ({
        path: `/vector/${index}`,
        types: [...new Set(['message', ...events.map(({ event }) => event)])],
      }))
      const readings = await page.evaluate(readNatively, streams)
      const differing = readable.filter((vector, index) => !isEqual(readings[index]?.events, vector.events))
      const count = readable.length - differing.length
      console.log(`${name} ${browser.version()}: ${count} of ${readable.length} vectors as the standard says`)
      for (const vector of differing) {
        const reading = readings[readable.indexOf(vector)]
        const [got, expected] = [reading?.events, vector.events].map((events) => JSON.stringify(events)?.slice(0, 200))
        console.log(`  ${vector.name}: ${got}, not ${expected}`)
      }
      expect(differing.map((vector) => vector.name)).toEqual(deviations[name])
    } finally {
      await browser.close()
    }
  })
})

function isEqual(actual: unknown, expected: unknown): boolean {
  return JSON.stringify(actual) === JSON.stringify(expected)
}
