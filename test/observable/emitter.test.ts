import { afterEach, describe, expect, test, vi } from 'vitest'
import { createEmitter, EVERY_TYPE } from '../../src/observable/emitter.js'

afterEach(() => void vi.unstubAllGlobals())

describe('emitter', () => {
  test('calls the listeners of the type in the order in which they were added', () => {
    const emitter = createEmitter<string>()
    const seen: string[] = []
    emitter.on('a', (event) => seen.push(`1${event}`))
    emitter.on('b', (event) => seen.push(`b${event}`))
    emitter.on('a', (event) => seen.push(`2${event}`))
    emitter.emit('a', 'x')
    expect(seen).toEqual(['1x', '2x'])
  })

  test('a listener added by another one is called from the next event on, for its type and for every type', () => {
    const emitter = createEmitter<string>()
    const seen: string[] = []
    const undo = emitter.on('a', () => {
      undo()
      emitter.on('a', (event) => seen.push(`type ${event}`))
      emitter.on(EVERY_TYPE, (event) => seen.push(`every ${event}`))
    })
    emitter.emit('a', 'x')
    emitter.emit('a', 'y')
    expect(seen).toEqual(['type y', 'every y'])
  })

  test('the unsubscribe function removes only its own subscription, once', () => {
    const emitter = createEmitter<string>()
    const listener = vi.fn<(event: string) => void>()
    const undo = emitter.on('a', listener)
    emitter.on('a', listener)
    undo()
    undo()
    emitter.emit('a', 'x')
    expect(listener).toHaveBeenCalledTimes(1)
  })

  test('a listener is called without a `this`, so that it gets no internals', () => {
    const emitter = createEmitter<string>()
    const seen: unknown[] = []
    emitter.on('a', function hear(this: unknown) {
      seen.push(this)
    })
    emitter.emit('a', 'x')
    expect(seen).toEqual([undefined])
  })

  test('a listener removed during a dispatch is not called, and neither is one that was added', () => {
    const emitter = createEmitter<string>()
    const seen: string[] = []
    emitter.on('a', () => {
      undo()
      emitter.on('a', () => seen.push('late'))
    })
    const undo = emitter.on('a', () => seen.push('removed'))
    emitter.on('a', () => seen.push('stays'))
    emitter.emit('a', 'x')
    expect(seen).toEqual(['stays'])
  })

  test('a listener for every type is called for each event, after those of its type', () => {
    const emitter = createEmitter<string>()
    const seen: string[] = []
    expect(emitter.has('')).toBe(false)
    const undo = emitter.on(EVERY_TYPE, (event) => seen.push(`every ${event}`))
    emitter.on('a', (event) => seen.push(`a ${event}`))
    expect([emitter.has('a'), emitter.has('b')]).toEqual([true, true])
    emitter.emit('a', '1')
    emitter.emit('b', '2')
    undo()
    emitter.emit('b', '3')
    expect(seen).toEqual(['a 1', 'every 1', 'every 2'])
    expect([emitter.has('a'), emitter.has('b')]).toEqual([true, false])
  })

  test('has() forgets a type with its last listener', () => {
    const emitter = createEmitter<string>()
    expect(emitter.has('a')).toBe(false)
    const undo = emitter.on('a', () => {})
    expect(emitter.has('a')).toBe(true)
    undo()
    expect(emitter.has('a')).toBe(false)
  })

  test('clear() removes all of them, even during a dispatch', () => {
    const emitter = createEmitter<string>()
    const seen: string[] = []
    emitter.on('a', () => emitter.clear())
    emitter.on('a', () => seen.push('after'))
    emitter.emit('a', 'x')
    emitter.emit('a', 'x')
    expect(seen).toEqual([])
  })

  test('an exception is reported, and the next listener is called', () => {
    const reported = vi.fn<(error: unknown) => void>()
    vi.stubGlobal('reportError', reported)
    const emitter = createEmitter<string>()
    const seen: string[] = []
    const error = new Error('mine')
    emitter.on('a', () => {
      throw error
    })
    emitter.on('a', (event) => seen.push(event))
    emitter.emit('a', 'x')
    expect(seen).toEqual(['x'])
    expect(reported.mock.calls).toEqual([[error]])
  })

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('%s is a type like any other', (type) => {
    const emitter = createEmitter<string>()
    expect(emitter.has(type)).toBe(false)
    emitter.emit(type, 'nobody')
    const seen: string[] = []
    emitter.on(type, (event) => seen.push(event))
    emitter.emit(type, 'x')
    expect(seen).toEqual(['x'])
  })
})
