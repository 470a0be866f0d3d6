import { vi } from 'vitest'

/** A browser's Request, which drops forbidden headers. */
class BrowserRequest {
  readonly cache = 'default'
  readonly headers = new Headers()
}

/** Stubs the globals of a page in a browser; `vi.unstubAllGlobals()` restores them. */
export function stubPage(url: string, origin: string = new URL(url).origin): void {
  vi.stubGlobal('Request', BrowserRequest)
  vi.stubGlobal('location', new URL(url))
  vi.stubGlobal('origin', origin)
}
