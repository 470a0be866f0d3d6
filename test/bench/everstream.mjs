/** The measured package: the current build, or another one to compare two versions (`EVERSTREAM=its entry`). */
export const { createParser, EventStreamDecoderStream, readEvents } = await import(
  process.env.EVERSTREAM ?? '../../dist/event-stream.js'
)
