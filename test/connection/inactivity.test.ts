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

test('each touch restarts the time, with a single timer', async () => {
  const environment = createEnvironment()
  const onIdle = vi.fn<() => void>()
  const watch = watchInactivity(environment, 100, onIdle)
  for (let n = 0; n < 10; n += 1) {
    environment.advance(60)
    watch.touch()
    expect(environment.timers).toBe(1)
    // oxlint-disable-next-line no-await-in-loop -- each touch is in a turn of its own
    await Promise.resolve()
  }
  environment.advance(99)
  expect(onIdle).not.toHaveBeenCalled()
  environment.advance(1)
  expect(onIdle).toHaveBeenCalledTimes(1)
})

test('the clock is read once a turn, however many events a chunk brings', async () => {
  const environment = createEnvironment()
  const watch = watchInactivity(environment, 100, () => {})
  const now = vi.spyOn(environment, 'now')
  for (let n = 0; n < 1000; n += 1) watch.touch()
  expect(now).toHaveBeenCalledTimes(1)
  await Promise.resolve()
  watch.touch()
  expect(now).toHaveBeenCalledTimes(2)
})

test('after a sleep, data still in the network has the whole timeout to arrive', () => {
  const environment = createEnvironment()
  const onIdle = vi.fn<() => void>()
  watchInactivity(environment, 100, onIdle)
  environment.sleep(10_000)
  environment.advance(99)
  expect(onIdle).not.toHaveBeenCalled()
  environment.advance(1)
  expect(onIdle).toHaveBeenCalledTimes(1)
})

test('a late timer is forgiven only once in a row: those of a hidden page are always late', async () => {
  const environment = createEnvironment()
  const onIdle = vi.fn<() => void>()
  const watch = watchInactivity(environment, 100, onIdle)
  environment.sleep(60_000)
  environment.advance(0)
  environment.sleep(60_000)
  environment.advance(0)
  expect(onIdle).toHaveBeenCalledTimes(1)

  watch.stop()
  const touched = watchInactivity(environment, 100, onIdle)
  for (let n = 0; n < 3; n += 1) {
    environment.sleep(60_000)
    environment.advance(0)
    touched.touch()
    // oxlint-disable-next-line no-await-in-loop -- each touch is in a turn of its own
    await Promise.resolve()
  }
  expect(onIdle).toHaveBeenCalledTimes(1)
})

test('a timer that is slightly late measures the silence in full', () => {
  const environment = createEnvironment()
  const onIdle = vi.fn<() => void>()
  watchInactivity(environment, 100, onIdle)
  environment.sleep(5100)
  environment.advance(0)
  expect(onIdle).toHaveBeenCalledTimes(1)
})

test('a clock that is set back restarts the time', () => {
  const environment = createEnvironment()
  const onIdle = vi.fn<() => void>()
  watchInactivity(environment, 100, onIdle)
  environment.advance(50)
  environment.setBack(3_600_000)
  environment.advance(149)
  expect(onIdle).not.toHaveBeenCalled()
  environment.advance(1)
  expect(onIdle).toHaveBeenCalledTimes(1)
})

test('stop() ends it, even after the timer was set again', () => {
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
