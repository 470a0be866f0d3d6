/** Where code runs in a browser. */
export const SCOPES = ['page', 'dedicated worker', 'shared worker', 'service worker'] as const

export type Scope = (typeof SCOPES)[number]
