/** A response whose body gives these chunks, one per pull. */
export function responseOf(chunks) {
  let index = 0
  const body = new ReadableStream({
    pull(controller) {
      if (index === chunks.length) controller.close()
      else controller.enqueue(chunks[index++])
    },
  })
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}
