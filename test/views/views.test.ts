import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import type { EventOf } from '../../src/client/events.js'
import { createStore } from '../../src/observable/store.js'
import { history } from '../../src/views/history.js'
import { latest, latestByKey } from '../../src/views/latest.js'
import { onBatch } from '../../src/views/on-batch.js'
import { paced } from '../../src/views/paced.js'
import { type Events, openSource, stubFrames } from './stage.js'

const valuesOf = (events: readonly EventOf<Events, 'price'>[]): number[] => events.map(({ data }) => data.value)

describe('onBatch', () => {
  test('hands over all events since the last frame, in order', async () => {
    const frames = stubFrames()
    const { source, emit } = await openSource()
    const batches: unknown[][] = []
    onBatch(source, ['price', 'note'], (events) => batches.push(events.map(({ data }) => data)))
    emit('price', { symbol: 'A', value: 1 })
    emit('note', 'n')
    expect(batches).toEqual([])
    frames.run()
    expect(batches).toEqual([[{ symbol: 'A', value: 1 }, 'n']])
    frames.run()
    emit('note', 'm')
    frames.run()
    expect(batches.slice(1)).toEqual([['m']])
  })

  test('loses and repeats nothing, whenever the frames come', async () => {
    const frames = stubFrames()
    const { source, emit } = await openSource()
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 5 }), { maxLength: 20 }), async (perFrame) => {
        const seen: number[] = []
        let calls = 0
        const remove = onBatch(source, 'price', (events) => {
          calls += 1
          seen.push(...valuesOf(events))
        })
        let sent = 0
        for (const count of perFrame) {
          for (let i = 0; i < count; i++) emit('price', { symbol: 'A', value: sent++ })
          frames.run()
        }
        remove()
        expect(seen).toEqual(Array.from({ length: sent }, (_, index) => index))
        expect(calls).toBe(perFrame.filter((count) => count > 0).length)
      }),
    )
  })

  test('is given the rest inside close(), and nothing afterwards', async () => {
    const frames = stubFrames()
    const { source, emit } = await openSource()
    const batches: number[][] = []
    onBatch(source, 'price', (events) => batches.push(valuesOf(events)))
    emit('price', { symbol: 'A', value: 1 })
    source.close()
    expect(batches).toEqual([[1]])
    frames.run()
    expect([batches, frames.waiting]).toEqual([[[1]], 0])
  })

  test('is given nothing after it was removed, by its function or its signal', async () => {
    const frames = stubFrames()
    const { source, emit } = await openSource()
    const run = vi.fn<() => void>()
    const controller = new AbortController()
    const remove = onBatch(source, 'note', run)
    onBatch(source, 'note', run, { signal: controller.signal })
    onBatch(source, 'note', run, { signal: AbortSignal.abort() })
    emit('note', 'n')
    remove()
    controller.abort()
    frames.run()
    source.close()
    expect(run).not.toHaveBeenCalled()
    expect(frames.waiting).toBe(0)
  })

  test('leaves no listener on its signal once the source is closed', async () => {
    const { source } = await openSource()
    const { signal } = new AbortController()
    const added = vi.spyOn(signal, 'addEventListener')
    const removed = vi.spyOn(signal, 'removeEventListener')
    onBatch(source, 'note', () => {}, { signal })
    source.close()
    onBatch(source, 'note', () => {}, { signal })
    expect(added).toHaveBeenCalledTimes(2)
    expect(removed).toHaveBeenCalledTimes(2)
  })

  test('is given a batch of 16384 before the frame', async () => {
    const frames = stubFrames()
    const { source, emit } = await openSource()
    const sizes: number[] = []
    onBatch(source, 'note', ({ length }) => sizes.push(length))
    for (let i = 0; i < 16_385; i++) emit('note', 'n')
    expect(sizes).toEqual([16_384])
    frames.run()
    expect([sizes, frames.waiting]).toEqual([[16_384, 1], 0])
  })

  test('reports what its listener throws, also inside close()', async () => {
    stubFrames()
    const { source, emit } = await openSource()
    const reported = vi.fn<(error: unknown) => void>()
    vi.stubGlobal('reportError', reported)
    const error = new Error('mine')
    onBatch(source, 'note', () => {
      throw error
    })
    emit('note', 'n')
    source.close()
    expect(reported.mock.calls).toEqual([[error]])
  })

  test('refuses wrong arguments', async () => {
    const { source } = await openSource()
    // @ts-expect-error -- what JavaScript may pass
    expect(() => onBatch({}, 'note', () => {})).toThrow(/the source must be what createEventSource returns/)
    // @ts-expect-error -- what JavaScript may pass
    expect(() => onBatch(source, 'note', 'run')).toThrow(/the listener must be a function/)
    // @ts-expect-error -- what JavaScript may pass
    expect(() => onBatch(source, 'note', () => {}, { sginal: 1 })).toThrow(/did you mean "signal"/)
    expect(() => onBatch(source, [], () => {})).toThrow(/the event types must be/)
    // @ts-expect-error -- what JavaScript may pass
    expect(() => onBatch(source, '', () => {})).toThrow(/the event types must be/)
  })
})

describe('a view', () => {
  test('latest: changes once per frame, to the last event', async () => {
    const frames = stubFrames()
    const { source, emit } = await openSource()
    const view = latest(source, ['price', 'note'])
    const seen: unknown[] = []
    view.subscribe((event) => seen.push(event?.data))
    emit('price', { symbol: 'A', value: 1 })
    emit('note', 'n')
    expect(view.get()).toBeUndefined()
    frames.run()
    expect(seen).toEqual([undefined, 'n'])
    expect(view.get()?.type).toBe('note')
  })

  test('latestByKey: a new map only if something has come, with the keys in order', async () => {
    const frames = stubFrames()
    const { source, emit } = await openSource()
    const view = latestByKey(source, 'price', ({ data }) => data.symbol)
    view.subscribe(() => {})
    emit('price', { symbol: 'B', value: 1 })
    emit('price', { symbol: 'A', value: 2 })
    emit('price', { symbol: 'B', value: 3 })
    frames.run()
    const first = view.get()
    expect(Array.from(first, ([key, { data }]) => [key, data.value])).toEqual([
      ['B', 3],
      ['A', 2],
    ])
    frames.run()
    emit('note', 'n')
    frames.run()
    expect(view.get()).toBe(first)
    emit('price', { symbol: 'A', value: 4 })
    frames.run()
    expect(view.get()).not.toBe(first)
    expect([first.get('A')?.data.value, view.get().get('A')?.data.value]).toEqual([2, 4])
  })

  test('latestByKey: the same map if keyBy throws, which is reported', async () => {
    const frames = stubFrames()
    const { source, emit } = await openSource()
    const reported = vi.fn<(error: unknown) => void>()
    vi.stubGlobal('reportError', reported)
    const view = latestByKey(source, 'note', () => {
      throw new Error('mine')
    })
    view.subscribe(() => {})
    const before = view.get()
    emit('note', 'n')
    frames.run()
    expect(view.get()).toBe(before)
    expect(reported).toHaveBeenCalledOnce()
  })

  test('history: always the last n of all events', async () => {
    const frames = stubFrames()
    const { source, emit } = await openSource()
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(fc.nat({ max: 12 }), { maxLength: 10 }),
        async (limit, perFrame) => {
          const view = history(source, 'price', { limit })
          const unsubscribe = view.subscribe(() => {})
          const sent: number[] = []
          for (const count of perFrame) {
            for (let i = 0; i < count; i++) {
              sent.push(sent.length)
              emit('price', { symbol: 'A', value: sent.length - 1 })
            }
            frames.run()
            expect(valuesOf(view.get())).toEqual(sent.slice(-limit))
          }
          unsubscribe()
        },
      ),
    )
  })

  test('connects while it has subscribers, keeps its value in between, and starts from there', async () => {
    const frames = stubFrames()
    const stage = await openSource({ connect: 'while-listening' })
    const view = history(stage.source, 'note', { limit: 10 })
    expect([view.get(), stage.attempts]).toEqual([[], 0])
    const unsubscribe = view.subscribe(() => {})
    await vi.waitUntil(() => stage.attempts === 1)
    stage.open()
    stage.emit('note', 'first')
    unsubscribe()
    expect(frames.waiting).toBe(0)
    stage.emit('note', 'not heard')
    expect(view.get().map(({ data }) => data)).toEqual(['first'])
    view.subscribe(() => {})
    stage.emit('note', 'second')
    frames.run()
    expect(view.get().map(({ data }) => data)).toEqual(['first', 'second'])
  })

  test('has the rest inside close(), and rejects until()', async () => {
    const frames = stubFrames()
    const { source, emit } = await openSource()
    const view = latest(source, 'note')
    const waiting = view.until((event) => event?.data === 'never')
    emit('note', 'last')
    source.close()
    expect([view.get()?.data, frames.waiting]).toEqual(['last', 0])
    await expect(waiting).rejects.toThrow(/closed before the value arrived/)
    await expect(latest(source, 'note').until(() => false)).rejects.toThrow(/closed before/)
  })

  test('has the rest as soon as the server has ended the stream', async () => {
    const frames = stubFrames()
    const stage = await openSource({ endOn: 'note' })
    const view = history(stage.source, ['price', 'note'], { limit: 10 })
    view.subscribe(() => {})
    stage.emit('price', { symbol: 'A', value: 1 })
    stage.emit('note', 'the end')
    expect([stage.source.status.get().state, view.get().length, frames.waiting]).toEqual(['closed', 2, 0])
  })

  test('refuses wrong arguments', async () => {
    const { source } = await openSource()
    // @ts-expect-error -- what JavaScript may pass
    expect(() => latest(undefined, 'note')).toThrow(/latest: the source must be/)
    // @ts-expect-error -- what JavaScript may pass
    expect(() => latestByKey(source, 'note')).toThrow(/keyBy must be a function/)
    // @ts-expect-error -- what JavaScript may pass
    expect(() => history(source, 'note')).toThrow(/options must be an object/)
    // @ts-expect-error -- what JavaScript may pass
    expect(() => history(source, 'note', {})).toThrow(/limit must be a whole number/)
    expect(() => history(source, 'note', { limit: 0.5 })).toThrow(RangeError)
    // @ts-expect-error -- what JavaScript may pass
    expect(() => paced({ get: () => 1 })).toThrow(/the store must be a store/)
  })
})

describe('paced', () => {
  test('follows once per frame, and only while it has subscribers', () => {
    const frames = stubFrames()
    const store = createStore(0)
    const view = paced(store)
    const seen: number[] = []
    const unsubscribe = view.subscribe((value) => seen.push(value))
    store.set(1)
    store.set(2)
    expect(view.get()).toBe(0)
    frames.run()
    expect([seen, view.get()]).toEqual([[0, 2], 2])
    store.set(3)
    unsubscribe()
    expect([frames.waiting, view.get()]).toEqual([0, 3])
    store.set(4)
    view.subscribe((value) => seen.push(value))
    expect(seen).toEqual([0, 2, 4])
  })

  test('leaves no subscriber in the other store', () => {
    const onUnused = vi.fn<() => void>()
    const store = createStore(0, () => onUnused)
    paced(store).subscribe(() => {})()
    expect(onUnused).toHaveBeenCalledOnce()
  })

  test('has the final status without a frame, and rejects until()', async () => {
    const frames = stubFrames()
    const { source } = await openSource()
    const status = paced(source.status)
    const seen: string[] = []
    status.subscribe(({ state }) => seen.push(state))
    const waiting = status.until(({ state }) => state === 'waiting')
    source.close()
    await expect(waiting).rejects.toThrow(/closed before/)
    expect([seen, frames.waiting]).toEqual([['open', 'closed'], 0])
  })
})
