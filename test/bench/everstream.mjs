/** What is measured: the built package, or another build of it, to compare two versions (`EVERSTREAM=its entry`). */
export const { createParser, EventStreamDecoderStream, readEvents } = await import(
  process.env.EVERSTREAM ?? '../../dist/event-stream.js'
)
