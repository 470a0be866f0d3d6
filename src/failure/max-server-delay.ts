/** The longest delay or silence that a server can ask for (`retry:`, `Retry-After`, keep-alive), in ms: one hour. */
export const MAX_SERVER_DELAY = 3_600_000
