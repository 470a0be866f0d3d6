import { afterEach, describe, expect, test, vi } from 'vitest'
import { ConnectionError } from '../../src/failure/connection-error.js'
import { openBody } from '../../src/answer/body.js'
import { withBody } from '../../src/answer/refused-body.js'
import { readEvents } from '../../src/answer/read-events.js'

const FAILURE = { kind: 'http', fatal: true, message: '' } as const

type Source = UnderlyingDefaultSource<Uint8Array<ArrayBuffer>>

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}

/** A body that notes when it is cancelled. */
function bodyOf(source: Source) {
  const cancel = vi.fn<() => void>()
  return { body: new ReadableStream<Uint8Array<ArrayBuffer>>({ ...source, cancel }), cancel }
}

async function textOf(source: Source): Promise<string | undefined> {
  const { body } = bodyOf(source)
  const failure = await withBody(FAILURE, openBody(body))
  return failure.body
}

function sending(...chunks: readonly Uint8Array<ArrayBuffer>[]): Source {
  return {
    start(controller) {
      for (const part of chunks) controller.enqueue(part)
      controller.close()
    },
  }
}

afterEach(() => void vi.useRealTimers())

describe('the text of a refused body', () => {
  test('is joined from chunks, even if they cut characters', async () => {
    const text = bytes('grüße ✓')
    expect(await textOf(sending(...Array.from(text, (byte) => Uint8Array.of(byte))))).toBe('grüße ✓')
  })

  test('is joined from many small chunks', async () => {
    const text = JSON.stringify({ error: 'x'.repeat(2000) })
    expect(await textOf(sending(...Array.from(bytes(text), (byte) => Uint8Array.of(byte))))).toBe(text)
  })

  test('is at most 16 KiB, and ends with a whole character', async () => {
    expect(await textOf(sending(bytes('x'.repeat(20_000))))).toBe('x'.repeat(16_384))
    expect(await textOf(sending(bytes('x'.repeat(10_000)), bytes('y'.repeat(10_000))))).toHaveLength(16_384)
    expect(await textOf(sending(bytes(`${'x'.repeat(16_381)}😀`)))).toBe('x'.repeat(16_381))
    expect(await textOf(sending(bytes('✓'.repeat(10_000))))).toBe('✓'.repeat(5461))
  })

  test.each([
    ['an image', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
    ['gzip', [0x1f, 0x8b, 0x08, 0x00]],
    ['UTF-16', [0xff, 0xfe, 0x61, 0x00]],
    ['an empty body', []],
  ])('is missing for %s', async (_, data) => {
    const { body } = bodyOf(sending(Uint8Array.from(data)))
    expect(await withBody(FAILURE, openBody(body))).not.toHaveProperty('body')
  })

  test('is missing without a body', async () => {
    expect(await withBody(FAILURE, undefined)).toBe(FAILURE)
  })

  test('is read for at most 250 ms, and reported as far as it has arrived', async () => {
    vi.useFakeTimers()
    const { body, cancel } = bodyOf({ start: (controller) => controller.enqueue(bytes('begun')) })
    const explained = withBody(FAILURE, openBody(body))
    const settled = vi.fn<() => void>()
    void explained.then(settled)
    await vi.advanceTimersByTimeAsync(249)
    expect(settled).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(1)
    expect(await explained).toMatchObject({ body: 'begun' })
    expect(cancel).toHaveBeenCalledTimes(1)
  })

  test('leaves no timer, and releases the rest, if it did not have to wait', async () => {
    vi.useFakeTimers()
    const { body, cancel } = bodyOf({ start: (controller) => controller.enqueue(bytes('x'.repeat(20_000))) })
    await withBody(FAILURE, openBody(body))
    expect(vi.getTimerCount()).toBe(0)
    expect(cancel).toHaveBeenCalledTimes(1)
  })

  test('ends with an endless series of empty chunks', async () => {
    let pulls = 0
    const source: Source = {
      pull(controller) {
        pulls += 1
        controller.enqueue(bytes(''))
      },
    }
    expect(await textOf(source)).toBeUndefined()
    expect(pulls).toBeLessThan(20_000)
  })

  test('is the text so far if the body breaks', async () => {
    let pulls = 0
    const source: Source = {
      pull(controller) {
        pulls += 1
        if (pulls === 1) controller.enqueue(bytes('begun'))
        else controller.error(new Error('broken'))
      },
    }
    expect(await textOf(source)).toBe('begun')
  })

  test('may come as strings', async () => {
    const body = new ReadableStream({ start: (controller) => controller.enqueue('x'.repeat(20_000)) })
    expect(await withBody(FAILURE, openBody(body))).toMatchObject({ body: 'x'.repeat(16_384) })
  })

  test('is missing if the reader gives neither bytes nor strings', async () => {
    const body = new ReadableStream({ start: (controller) => controller.enqueue(7) })
    expect(await withBody(FAILURE, openBody(body))).toBe(FAILURE)
  })
})

describe('readEvents', () => {
  test('throws with the text, and releases the body', async () => {
    const { body, cancel } = bodyOf({ start: (controller) => controller.enqueue(bytes('quota'.padEnd(300))) })
    const error: unknown = await readEvents(new Response(body, { status: 429 }))
      .next()
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ConnectionError)
    expect((error as ConnectionError).failure).toMatchObject({ status: 429, body: 'quota'.padEnd(300) })
    expect(cancel).toHaveBeenCalledTimes(1)
  })

  test('throws the reason at once if the signal is aborted in the meantime', async () => {
    vi.useFakeTimers()
    const controller = new AbortController()
    const { body } = bodyOf({})
    const next = readEvents(new Response(body, { status: 500 }), { signal: controller.signal }).next()
    const reason = new Error('enough')
    queueMicrotask(() => controller.abort(reason))
    await expect(next).rejects.toBe(reason)
    expect(vi.getTimerCount()).toBe(0)
  })
})
