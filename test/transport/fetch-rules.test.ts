import { afterEach, expect, test, vi } from 'vitest'
import { hasCacheMode, keepsBrowserRules } from '../../src/platform/fetch-rules.js'

afterEach(() => vi.unstubAllGlobals())

test('the platform is probed with one request, and again only if Request is replaced', () => {
  let probes = 0
  const PlatformRequest = globalThis.Request
  const counting = (): typeof Request =>
    class extends PlatformRequest {
      constructor(...args: ConstructorParameters<typeof Request>) {
        super(...args)
        probes += 1
      }
    }
  vi.stubGlobal('Request', counting())
  for (let attempt = 0; attempt < 3; attempt++) expect([keepsBrowserRules(), hasCacheMode()]).toEqual([false, true])
  expect(probes).toBe(1)
  vi.stubGlobal('Request', counting())
  expect([keepsBrowserRules(), hasCacheMode()]).toEqual([false, true])
  expect(probes).toBe(2)
  vi.stubGlobal('Request', undefined)
  expect([keepsBrowserRules(), hasCacheMode()]).toEqual([false, false])
})
