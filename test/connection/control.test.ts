import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readControl } from '../../src/connection/control.js'
import { createOpen, settled } from './open.js'

describe('reading a control event', () => {
  test.each<[string, object]>([
    ['{"kind":"open","continuity":"complete","keepAlive":15000}', { continuity: 'complete', keepAlive: 15_000 }],
    ['{"kind":"open","continuity":"lost","reason":"epoch"}', { continuity: 'lost', keepAlive: undefined }],
    ['{"kind":"open"}', { continuity: 'unknown', keepAlive: undefined }],
    ['{"kind":"open","continuity":"perhaps","keepAlive":"1"}', { continuity: 'unknown', keepAlive: undefined }],
    ['{"kind":"open","keepAlive":0}', { keepAlive: undefined }],
    ['{"kind":"open","keepAlive":1e12}', { keepAlive: undefined }],
    ['{"kind":"end"}', { kind: 'end' }],
    ['{"kind":"rotate","within":5000}', { kind: 'other' }],
  ])('%s', (data, expected) => {
    expect(readControl(data)).toMatchObject(expected)
  })

  test.each(['', 'open', 'null', '1', '[]', '{}', '{"kind":1}'])('%j is an event of the application', (data) => {
    expect(readControl(data)).toBeUndefined()
  })

  test('accepts any text', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (data) => void readControl(data)))
  })
})

const control = (said: object, id?: string): { event: string; data: string; id: string | undefined } => ({
  event: 'everstream',
  data: JSON.stringify(said),
  id,
})

describe('a server that keeps the recovery contract', () => {
  test('is heard by the status, and not by listeners', async () => {
    const { connection, transport, messages } = await createOpen()
    expect(connection.status.get()).toMatchObject({ continuity: 'unknown' })
    transport.last.sink.onMessage(control({ kind: 'open', continuity: 'lost' }))
    transport.last.sink.onMessage(control({ kind: 'position' }, 'a.1'))
    expect(connection.status.get()).toMatchObject({ state: 'open', continuity: 'lost' })
    expect(connection.lastEventId).toBe('a.1')
    expect(messages).toEqual([])
    transport.last.sink.onMessage({ event: 'everstream', data: 'of the application' })
    expect(messages).toHaveLength(1)
  })

  test('and its word is waited for before a reconnection is reported', async () => {
    const { transport, reconnections, reopen } = await createOpen()
    transport.last.sink.onMessage(control({ kind: 'open' }))
    await reopen()
    expect(reconnections).toEqual([])
    transport.last.sink.onMessage(control({ kind: 'open', continuity: 'complete' }))
    expect(reconnections).toMatchObject([{ continuity: 'complete' }])
    transport.last.sink.onMessage(control({ kind: 'open', continuity: 'lost' }))
    expect(reconnections).toHaveLength(1)
  })

  test('or an event, if it has stopped to keep it', async () => {
    const { transport, reconnections, reopen } = await createOpen()
    transport.last.sink.onMessage(control({ kind: 'open' }))
    await reopen()
    transport.last.sink.onMessage({ event: 'price', data: '1' })
    expect(reconnections).toMatchObject([{ continuity: 'unknown' }])
  })

  test('ends the stream for good with "end"', async () => {
    const { connection, transport } = await createOpen()
    transport.last.sink.onMessage(control({ kind: 'end' }))
    expect(connection.status.get()).toEqual({ state: 'closed', reason: 'ended-by-server' })
  })

  test('is taken for lost after twice the announced silence and a second', async () => {
    const { connection, transport, environment } = await createOpen()
    transport.last.sink.onMessage(control({ kind: 'open', keepAlive: 1000 }))
    environment.advance(2999)
    expect(connection.status.get().state).toBe('open')
    environment.advance(1)
    expect(connection.status.get()).toMatchObject({ state: 'waiting', failure: { kind: 'idle' } })
  })

  test('does not replace an idleTimeout of the application', async () => {
    const { connection, transport, environment } = await createOpen({ idleTimeout: 10_000 })
    transport.last.sink.onMessage(control({ kind: 'open', keepAlive: 1000 }))
    environment.advance(9999)
    expect(connection.status.get().state).toBe('open')
    environment.advance(1)
    expect(connection.status.get().failure?.kind).toBe('idle')
  })

  test('sets no limit for a transport that does not report comments', async () => {
    const { connection, transport, environment } = await createOpen({}, { selective: true })
    await settled()
    transport.last.sink.onMessage(control({ kind: 'open', keepAlive: 1000 }))
    environment.advance(60_000)
    expect(connection.status.get().state).toBe('open')
  })
})
