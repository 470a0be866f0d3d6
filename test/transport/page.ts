import { vi } from 'vitest'

/** As browsers have it: forbidden headers do not get into a request. */
class BrowserRequest {
  readonly cache = 'default'
  readonly headers = new Headers()
}

/** As in a page of a browser. What is stubbed is taken back by `vi.unstubAllGlobals()`. */
export function stubPage(url: string, origin: string = new URL(url).origin): void {
  vi.stubGlobal('Request', BrowserRequest)
  vi.stubGlobal('location', new URL(url))
  vi.stubGlobal('origin', origin)
}
