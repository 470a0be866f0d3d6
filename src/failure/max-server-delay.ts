/** The longest delay that a server can ask for with `retry:` or `Retry-After`, in ms: one hour. */
export const MAX_SERVER_DELAY = 3_600_000
