import type { Admission } from './channel-types.js'
import type { Connection } from './sink.js'

/** So many bytes wait in the stream of a client before the channel keeps the rest. */
const HIGH_WATER_MARK = 65_536

/** The admission as a web `Response`. */
export function toResponse(
  admission: Admission,
  method: string | undefined,
  signal: AbortSignal | undefined,
): Response {
  const { status, headers } = admission
  if (status !== 200) return new Response(status === 204 ? null : admission.body, { status, headers })
  if (method === 'HEAD') return new Response(null, { headers })

  let connection: Connection | undefined
  const leave = (): void => {
    signal?.removeEventListener('abort', onAbort)
    connection?.left()
  }
  let onAbort = leave
  // Not a byte stream, because that transfers the bytes, which are shared.
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        connection = admission.connect({
          framing: 'none',
          write(bytes) {
            controller.enqueue(bytes)
            return controller.desiredSize! > 0
          },
          end() {
            controller.close()
            leave()
          },
          destroy() {
            controller.error(new Error('The channel has closed this stream: its client was too far behind.'))
            leave()
          },
        })
        onAbort = () => {
          leave()
          controller.close()
        }
        // Some frameworks abort the request, but never cancel the body.
        if (signal?.aborted) onAbort()
        else signal?.addEventListener('abort', onAbort)
      },
      pull: () => connection?.drained(),
      cancel: leave,
    },
    { highWaterMark: HIGH_WATER_MARK, size: (bytes) => bytes.length },
  )
  return new Response(body, { headers })
}
