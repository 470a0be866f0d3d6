import { expect, test, vi } from 'vitest'
import { watchInactivity } from '../../src/connection/inactivity.js'
import { createEnvironment } from './world.js'

test('calls once after the timeout without a touch', () => {
  const environment = createEnvironment()
  const onIdle = vi.fn<() => void>()
  watchInactivity(environment, 100, onIdle)
  environment.advance(99)
  expect(onIdle).not.toHaveBeenCalled()
  environment.advance(1)
  environment.advance(1000)
  expect(onIdle).toHaveBeenCalledTimes(1)
  expect(environment.timers).toBe(0)
})

test('each touch begins the time anew, with a single timer', () => {
  const environment = createEnvironment()
  const onIdle = vi.fn<() => void>()
  const watch = watchInactivity(environment, 100, onIdle)
  for (let n = 0; n < 10; n += 1) {
    environment.advance(60)
    watch.touch()
    expect(environment.timers).toBe(1)
  }
  environment.advance(99)
  expect(onIdle).not.toHaveBeenCalled()
  environment.advance(1)
  expect(onIdle).toHaveBeenCalledTimes(1)
})

test('time counts by the wall clock: a sleep is noticed when timers run again', () => {
  const environment = createEnvironment()
  const onIdle = vi.fn<() => void>()
  watchInactivity(environment, 100, onIdle)
  environment.sleep(10_000)
  environment.advance(0)
  expect(onIdle).toHaveBeenCalledTimes(1)
})

test('stop() ends it, also after the timer was set anew', () => {
  const environment = createEnvironment()
  const onIdle = vi.fn<() => void>()
  const watch = watchInactivity(environment, 100, onIdle)
  environment.advance(50)
  watch.touch()
  environment.advance(60)
  watch.stop()
  environment.advance(1000)
  expect(onIdle).not.toHaveBeenCalled()
  expect(environment.timers).toBe(0)
})
