import { expect, test } from 'vitest'
import { createClient } from '../../src/client/client.js'
import { resolveSettings } from '../../src/client/settings.js'
import type { Connection, ConnectionOptions } from '../../src/connection/connection.js'
import type { ConnectionStatus } from '../../src/connection/status.js'
import { createStore } from '../../src/observable/store.js'
import { createEnvironment } from '../connection/world.js'

/** A connection that the test plays. */
function createStand() {
  const status = createStore<ConnectionStatus>({ state: 'idle' })
  let asked: ConnectionOptions | undefined
  const calls: unknown[] = []
  const record =
    (name: string) =>
    (...args: unknown[]): void =>
      void calls.push([name, ...args])
  const connection: Connection = {
    status,
    lastEventId: '7',
    start: record('start'),
    rest: record('rest'),
    listen: record('listen'),
    listenToEveryType: record('listenToEveryType'),
    reconnect: record('reconnect'),
    end: record('end'),
    close: record('close'),
    fail: record('fail'),
  }
  const createConnection = (options: ConnectionOptions): Connection => {
    asked = options
    return connection
  }
  return { calls, createConnection, options: () => asked! }
}

test('the client works over any connection that it is given', () => {
  const { calls, createConnection, options } = createStand()
  const settings = resolveSettings('http://sse.example/prices', { endOn: 'last' })
  const source = createClient(settings, { createConnection, environment: createEnvironment() })
  expect(calls).toEqual([['listen', 'last'], ['start']])
  expect(source.lastEventId).toBe('7')

  const received: unknown[] = []
  source.on('price', ({ data, lastEventId }) => received.push([data, lastEventId]))
  options().onMessage({ event: 'price', data: '1', id: '8' }, 'http://sse.example', '8')
  expect(received).toEqual([[1, '8']])

  calls.length = 0
  options().onMessage({ event: 'last', data: '', id: undefined }, 'http://sse.example', '8')
  source.reconnect()
  source.close()
  expect(calls).toEqual([['end'], ['reconnect'], ['close', 'close-called']])
})
