import { describe, expect, test, vi } from 'vitest'
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

  test('the undo ends it, also in the midst of a notification', () => {
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

  test('who subscribes in the midst of a notification is called once with the value', () => {
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

  test('nobody is told an older value after a newer one', () => {
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

  test('has no key "undefined" where Symbol.observable does not exist', () => {
    expect(Object.keys(createStore(1))).not.toContain('undefined')
  })

  test('refuses a subscriber that is no function', () => {
    // @ts-expect-error -- what JavaScript may pass
    expect(() => createStore(1).subscribe(null)).toThrow(TypeError)
  })
})
