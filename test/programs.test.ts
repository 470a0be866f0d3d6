import { afterEach, describe, expect, test, vi } from 'vitest'
import type * as Programs from './programs.js'

afterEach(() => {
  vi.unstubAllEnvs()
  vi.resetModules()
})

/** The module reads the environment when it is loaded. */
async function load(environment: Record<string, string>): Promise<typeof Programs> {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  return import('./programs.js')
}

describe('a program that tests need', () => {
  test('is where its variable says', async () => {
    const { needs, programs } = await load({ REDIS_PATH: process.execPath, HIDE_PROGRAMS: '' })
    expect(programs.redis).toEqual({ name: 'Redis', path: process.execPath, whyNot: undefined })
    expect(needs(programs.redis)).toEqual({})
  })

  test('is reported as missing with advice', async () => {
    const { needs, programs } = await load({ NGINX_PATH: '/nonexistent', HIDE_PROGRAMS: '' })
    const reason = 'there is no nginx at /nonexistent: install it (apt-get install nginx), or set NGINX_PATH'
    expect(programs.nginx.whyNot).toBe(reason)
    expect(needs(programs.nginx)).toEqual({ skip: true, meta: { leftOut: reason } })
  })

  test('can be hidden together with all others', async () => {
    const { programs } = await load({ HIDE_PROGRAMS: '1', CHROMIUM_PATH: process.execPath })
    for (const { name, whyNot } of Object.values(programs)) expect(whyNot).toBe(`HIDE_PROGRAMS hides ${name}`)
  })
})
