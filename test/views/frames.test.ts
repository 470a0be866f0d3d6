import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { onNextFrame } from '../../src/views/frames.js'
import { stubFrames } from './stage.js'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('onNextFrame', () => {
  test('calls all that wait in one frame, in order, and leaves no timer', () => {
    const frames = stubFrames()
    const seen: string[] = []
    onNextFrame(() => seen.push('first'))
    onNextFrame(() => seen.push('second'))
    expect(frames.waiting).toBe(1)
    frames.run()
    expect([seen, frames.waiting, vi.getTimerCount()]).toEqual([['first', 'second'], 0, 0])
  })

  test('leaves what is added during a frame to the next one', () => {
    const frames = stubFrames()
    const seen: string[] = []
    onNextFrame(() => {
      seen.push('first')
      onNextFrame(() => seen.push('second'))
    })
    frames.run()
    expect(seen).toEqual(['first'])
    frames.run()
    expect(seen).toEqual(['first', 'second'])
  })

  test('does not call what was cancelled, also during the frame', () => {
    const frames = stubFrames()
    const seen: string[] = []
    const cancelFirst = onNextFrame(() => seen.push('first'))
    let cancelThird = (): void => {}
    onNextFrame(() => cancelThird())
    cancelThird = onNextFrame(() => seen.push('third'))
    cancelFirst()
    frames.run()
    expect(seen).toEqual([])
  })

  test('asks for no frame once everything was cancelled', () => {
    const frames = stubFrames()
    onNextFrame(() => {})()
    expect([frames.waiting, vi.getTimerCount()]).toEqual([0, 0])
  })

  test('reports what throws, and calls the others', () => {
    const frames = stubFrames()
    const reported = vi.fn<(error: unknown) => void>()
    vi.stubGlobal('reportError', reported)
    const error = new Error('mine')
    const other = vi.fn<() => void>()
    onNextFrame(() => {
      throw error
    })
    onNextFrame(other)
    frames.run()
    expect(reported.mock.calls).toEqual([[error]])
    expect(other).toHaveBeenCalledOnce()
  })

  test('takes a timer if a page has no frames any more, and then does not run in the frame too', () => {
    const frames = stubFrames()
    const run = vi.fn<() => void>()
    onNextFrame(run)
    vi.advanceTimersByTime(249)
    expect(run).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(run).toHaveBeenCalledOnce()
    expect(frames.waiting).toBe(0)
  })

  test('takes a timer of 16 ms in a runtime without frames', () => {
    vi.stubGlobal('requestAnimationFrame', undefined)
    const run = vi.fn<() => void>()
    onNextFrame(run)
    vi.advanceTimersByTime(15)
    expect(run).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(run).toHaveBeenCalledOnce()
  })
})
