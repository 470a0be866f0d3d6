/** The event type of what a server says about the stream. See docs/reference/protocol.md. */
export const CONTROL_TYPE = 'everstream'
