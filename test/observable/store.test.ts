import { describe, expect, test, vi } from 'vitest'
import { createEventSource } from '../../src/client/create-event-source.js'
import { createStore } from '../../src/observable/store.js'

describe('store', () => {
  test('calls a subscriber at once, and then with each new value', () => {
    const store = createStore(1)
    const seen: number[] = []
    store.subscribe((value) => seen.push(value))
    store.set(2)
    store.set(2)
    store.set(3)
    expect(seen).toEqual([1, 2, 3])
    expect(store.get()).toBe(3)
  })

  test('the unsubscribe function removes a subscriber, even during a notification', () => {
    const store = createStore(0)
    const seen: number[] = []
    let undo = (): void => {}
    store.subscribe((value) => {
      if (value === 1) undo()
    })
    undo = store.subscribe((value) => seen.push(value))
    store.set(1)
    store.set(2)
    expect(seen).toEqual([0])
  })

  test('one function subscribed twice is two subscriptions', () => {
    const store = createStore(0)
    const run = vi.fn<(value: number) => void>()
    const undo = store.subscribe(run)
    store.subscribe(run)
    undo()
    undo()
    store.set(1)
    expect(run.mock.calls).toEqual([[0], [0], [1]])
  })

  test('a subscriber added during a notification is called once with the value', () => {
    const store = createStore(0)
    const late: number[] = []
    let subscribed = false
    store.subscribe((value) => {
      if (value !== 1 || subscribed) return
      subscribed = true
      store.subscribe((seen) => late.push(seen))
    })
    store.set(1)
    expect(late).toEqual([1])
  })

  test('no subscriber gets an older value after a newer one', () => {
    const store = createStore(0)
    const seen: number[] = []
    store.subscribe((value) => {
      if (value === 1) store.set(2)
    })
    store.subscribe((value) => seen.push(value))
    store.set(1)
    expect(seen).toEqual([0, 2])
  })

  test('a subscriber that throws is reported and the others are called', () => {
    const reported = vi.fn<(error: unknown) => void>()
    vi.stubGlobal('reportError', reported)
    const store = createStore(0)
    const error = new Error('mine')
    store.subscribe(() => {
      throw error
    })
    const seen: number[] = []
    store.subscribe((value) => seen.push(value))
    store.set(1)
    expect(seen).toEqual([0, 1])
    expect(reported.mock.calls).toEqual([[error], [error]])
    vi.unstubAllGlobals()
  })

  test('its methods may be passed around unbound', () => {
    const { get, subscribe, set } = createStore('a')
    const seen: string[] = []
    subscribe((value) => seen.push(value))
    set('b')
    expect([get(), seen]).toEqual(['b', ['a', 'b']])
  })

  test('is observable under the interop name, and unsubscribes', () => {
    const store = createStore(1)
    const seen: number[] = []
    const subscription = store['@@observable']().subscribe({ next: (value) => seen.push(value) })
    store.set(2)
    subscription.unsubscribe()
    store.set(3)
    expect(seen).toEqual([1, 2])
  })

  test('has no key "undefined" if Symbol.observable does not exist', () => {
    expect(Object.keys(createStore(1))).not.toContain('undefined')
  })

  test('ends what the first subscriber began only once, even if it is released later', () => {
    const stop = vi.fn<() => void>()
    const store = createStore(1, () => stop)
    store.subscribe(() => {})()
    store.release()
    expect(stop).toHaveBeenCalledTimes(1)
  })

  test('ends it on release while there is a subscriber', () => {
    const stop = vi.fn<() => void>()
    const store = createStore(1, () => stop)
    store.subscribe(() => {})
    store.release()
    expect(stop).toHaveBeenCalledTimes(1)
  })

  test('calls a subscriber added after the release with the value, and never again', () => {
    const whileSubscribed = vi.fn(() => () => {})
    const store = createStore(1, whileSubscribed)
    store.release()
    const seen: number[] = []
    store.subscribe((value) => seen.push(value))
    store.set(2)
    expect([seen, store.get()]).toEqual([[1], 2])
    expect(whileSubscribed).not.toHaveBeenCalled()
  })

  test('refuses a subscriber that is not a function', () => {
    // @ts-expect-error -- what JavaScript may pass
    expect(() => createStore(1).subscribe(null)).toThrow(TypeError)
  })
})

describe('until', () => {
  test('resolves with the value now, if it matches, and with the first new one otherwise', async () => {
    const store = createStore(1)
    await expect(store.until((value) => value === 1)).resolves.toBe(1)
    const later = store.until((value) => value > 2)
    for (const value of [2, 3, 4]) store.set(value)
    await expect(later).resolves.toBe(3)
  })

  test('is a subscription that ends with it', async () => {
    const log: string[] = []
    const store = createStore(0, () => {
      log.push('first')
      return () => log.push('last')
    })
    await store.until((value) => value === 0)
    expect(log.splice(0)).toEqual(['first', 'last'])
    const waiting = store.until((value) => value === 1)
    expect(log.splice(0)).toEqual(['first'])
    store.set(1)
    await waiting
    expect(log).toEqual(['last'])
  })

  test('rejects on abort, with the reason, and leaves nothing behind', async () => {
    const store = createStore(0)
    const controller = new AbortController()
    const remove = vi.spyOn(controller.signal, 'removeEventListener')
    const predicate = vi.fn((value: number) => value === 1)
    const waiting = store.until(predicate, { signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    await expect(store.until(predicate, { signal: controller.signal })).rejects.toThrow('enough')
    store.set(1)
    expect(predicate.mock.calls).toEqual([[0]])
    expect(remove).toHaveBeenCalledOnce()
  })

  test('rejects with an AbortError when there will be no more values', async () => {
    const store = createStore(0)
    const waiting = store.until((value) => value === 1)
    store.release()
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
    await expect(store.until((value) => value === 1)).rejects.toMatchObject({ name: 'AbortError' })
    await expect(store.until((value) => value === 0)).resolves.toBe(0)
  })

  test('rejects with what the predicate throws', async () => {
    const store = createStore(0)
    const waiting = store.until((value) => {
      if (value === 1) throw new Error('mine')
      return false
    })
    store.set(1)
    await expect(waiting).rejects.toThrow('mine')
  })

  test('refuses what is not a predicate', () => {
    expect(() => createStore(0).until(1 as never)).toThrow(/until: the predicate must be a function/)
    expect(() => createStore(0).until(() => true, { signal: 1 as never })).toThrow(/until: signal must be/)
  })
})

test('can wait for the status of a source, and close() releases it', async () => {
  const source = createEventSource('http://sse.example/', { fetch: () => new Promise(() => {}) })
  await expect(source.status.until(({ state }) => state === 'connecting')).resolves.toMatchObject({ attempt: 0 })
  const open = source.status.until(({ state }) => state === 'open')
  const closed = source.status.until(({ state }) => state === 'closed')
  const price = source.store('price').until((value) => value !== undefined)
  source.close()
  await expect(closed).resolves.toMatchObject({ reason: 'close-called' })
  await expect(open).rejects.toMatchObject({ name: 'AbortError' })
  await expect(price).rejects.toMatchObject({ name: 'AbortError' })
})
