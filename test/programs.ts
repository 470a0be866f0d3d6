import { existsSync } from 'node:fs'
import type { TestOptions } from 'vitest'

/** A program that tests use and that npm does not install. */
export interface Program {
  readonly name: string
  readonly path: string
  /** Why tests cannot use it on this machine; undefined if they can. */
  readonly whyNot: string | undefined
}

interface Lookup {
  readonly name: string
  /** Debian's and Ubuntu's package. */
  readonly package: string
  /** The environment variable that overrides the path. */
  readonly variable: string
  /** Where packages put it. */
  readonly paths: readonly [string, ...string[]]
}

const libraries = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`

/** All of these programs. `HIDE_PROGRAMS=1` hides them, as if the machine had only Node and npm. */
export const programs = {
  chromium: find({ name: 'Chromium', package: 'chromium', variable: 'CHROMIUM_PATH', paths: ['/usr/bin/chromium'] }),
  firefox: find({
    name: 'Firefox',
    package: 'firefox-esr',
    variable: 'FIREFOX_PATH',
    paths: ['/usr/bin/firefox-esr'],
  }),
  nginx: find({ name: 'nginx', package: 'nginx', variable: 'NGINX_PATH', paths: ['/usr/sbin/nginx'] }),
  haproxy: find({ name: 'HAProxy', package: 'haproxy', variable: 'HAPROXY_PATH', paths: ['/usr/sbin/haproxy'] }),
  caddy: find({ name: 'Caddy', package: 'caddy', variable: 'CADDY_PATH', paths: ['/usr/bin/caddy'] }),
  varnish: find({ name: 'Varnish', package: 'varnish', variable: 'VARNISH_PATH', paths: ['/usr/sbin/varnishd'] }),
  redis: find({ name: 'Redis', package: 'redis-server', variable: 'REDIS_PATH', paths: ['/usr/bin/redis-server'] }),
  miniBrowser: find({
    name: 'WebKitGTK MiniBrowser',
    package: 'webkit2gtk-driver',
    variable: 'MINI_BROWSER_PATH',
    paths: [
      `${libraries}/webkit2gtk-4.1/MiniBrowser`,
      `${libraries}/webkitgtk-6.0/MiniBrowser`,
      '/usr/libexec/webkit2gtk-4.1/MiniBrowser',
      '/usr/libexec/webkitgtk-6.0/MiniBrowser',
      '/usr/lib/webkit2gtk-4.1/MiniBrowser',
      '/usr/lib/webkitgtk-6.0/MiniBrowser',
    ],
  }),
  xvfb: find({ name: 'Xvfb', package: 'xvfb', variable: 'XVFB_PATH', paths: ['/usr/bin/Xvfb'] }),
}

function find({ name, package: from, variable, paths }: Lookup): Program {
  const path = process.env[variable] ?? paths.find((candidate) => existsSync(candidate)) ?? paths[0]
  return { name, path, whyNot: whyNot() }

  function whyNot(): string | undefined {
    if (process.env['HIDE_PROGRAMS']) return `HIDE_PROGRAMS hides ${name}`
    if (existsSync(path)) return undefined
    return `there is no ${name} at ${path}: install it (apt-get install ${from}), or set ${variable}`
  }
}

declare module 'vitest' {
  interface TaskMeta {
    /** Why the test was left out. */
    leftOut?: string
  }
}

/**
 * Options for `test` and `describe`: if a program is missing, they are skipped, and the reporter says why.
 *
 * @example
 * describe('in Chromium', needs(programs.chromium), () => {})
 */
export function needs(...needed: readonly Program[]): TestOptions {
  const reason = needed.find(({ whyNot }) => whyNot !== undefined)?.whyNot
  return reason === undefined ? {} : { skip: true, meta: { leftOut: reason } }
}

/** Makes Chromium start as root in a container, without network requests of its own. */
export const chromiumArguments: string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-proxy-server',
]
