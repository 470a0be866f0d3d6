import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromiumArguments, chromiumPath, whyNoChromium } from '../../chromium.js'
import { SCOPES, type Scope } from './pages.js'
import { firstLine, lineFrom, type Started, start } from './process.js'
import type { Runtime } from './runtime.js'

/** A browser that opens a page without a screen, with a profile of its own. */
interface Browser {
  readonly name: string
  readonly whyNot: string | undefined
  readonly version: () => Promise<string>
  readonly open: (url: string, profile: string) => Promise<Started>
}

/** Each browser with each scope: a start of its own, so that none is in the way of another. */
export function browsers(): readonly Runtime[] {
  return [chromium, firefox, webkit].flatMap((browser) => SCOPES.map((scope) => runtime(browser, scope)))
}

function runtime({ name, whyNot, version, open }: Browser, scope: Scope): Runtime {
  return {
    name,
    scope,
    whyNot,
    version,
    endsByItself: false,
    place: ({ scriptServer, otherServer }) => ({ server: scriptServer, otherServer }),
    async start(assignment, { scratch, servers }) {
      const query = new URLSearchParams({ scope, assignment: JSON.stringify(assignment) })
      return open(`${servers.origin}/?${query}`, scratch)
    },
  }
}

const chromium: Browser = {
  name: 'Chromium',
  whyNot: whyNoChromium,
  version: async () => versionIn(await firstLine(chromiumPath, ['--version'])),
  open: async (url, profile) =>
    start({
      file: chromiumPath,
      args: [...chromiumArguments, '--headless', `--user-data-dir=${profile}`, url],
      cwd: profile,
    }),
}

const firefoxPath = process.env['FIREFOX_PATH'] ?? '/usr/bin/firefox-esr'

/** So that it asks the network for nothing but what the tests ask for. */
const FIREFOX_PREFERENCES = {
  'app.normandy.enabled': false,
  'app.update.enabled': false,
  'browser.aboutwelcome.enabled': false,
  'browser.safebrowsing.update.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'datareporting.policy.dataSubmissionEnabled': false,
  'dom.disable_open_during_load': false,
  'extensions.getAddons.cache.enabled': false,
  'extensions.update.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'network.proxy.type': 0,
  'services.settings.server': 'data:,',
  'toolkit.telemetry.enabled': false,
}

const firefox: Browser = {
  name: 'Firefox ESR',
  whyNot: existsSync(firefoxPath)
    ? undefined
    : `there is no Firefox at ${firefoxPath}: install it, or set FIREFOX_PATH`,
  version: async () => versionIn(await firstLine(firefoxPath, ['--version'])),
  async open(url, profile) {
    const preferences = Object.entries(FIREFOX_PREFERENCES).map(
      ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
    )
    await writeFile(join(profile, 'user.js'), preferences.join(''))
    return start({ file: firefoxPath, args: ['--headless', '--no-remote', '--profile', profile, url], cwd: profile })
  },
}

const miniBrowserPath =
  process.env['MINI_BROWSER_PATH'] ??
  [`/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`, '/usr/libexec', '/usr/lib']
    .flatMap((directory) => [`${directory}/webkit2gtk-4.1/MiniBrowser`, `${directory}/webkitgtk-6.0/MiniBrowser`])
    .find((path) => existsSync(path))
const xvfbPath = '/usr/bin/Xvfb'

function whyNoWebkit(): string | undefined {
  if (miniBrowserPath === undefined)
    return 'there is no MiniBrowser: install webkit2gtk-driver, or set MINI_BROWSER_PATH'
  return existsSync(xvfbPath) ? undefined : `there is no ${xvfbPath}: install xvfb`
}

/** It has no mode without a screen, so it gets one that nobody sees. */
const webkit: Browser = {
  name: 'WebKitGTK',
  whyNot: whyNoWebkit(),
  async version() {
    const screen = await startScreen()
    try {
      return versionIn(await firstLine(miniBrowserPath!, ['--version', `--display=${screen.display}`]))
    } finally {
      await screen.stop()
    }
  },
  async open(url, profile) {
    const screen = await startScreen()
    const browser = start({
      file: miniBrowserPath!,
      args: [url],
      cwd: profile,
      env: {
        DISPLAY: screen.display,
        HOME: profile,
        XDG_CACHE_HOME: join(profile, 'cache'),
        XDG_CONFIG_HOME: join(profile, 'config'),
        XDG_DATA_HOME: join(profile, 'data'),
        LIBGL_ALWAYS_SOFTWARE: '1',
        WEBKIT_DISABLE_COMPOSITING_MODE: '1',
      },
    })
    return {
      ...browser,
      async stop() {
        await browser.stop()
        await screen.stop()
      },
    }
  },
}

/** An X server that picks a free display by itself. */
async function startScreen(): Promise<{ readonly display: string; readonly stop: () => Promise<void> }> {
  const server = start({
    file: xvfbPath,
    args: ['-displayfd', '3', '-nolisten', 'tcp'],
    cwd: tmpdir(),
    extraPipe: true,
  })
  return { display: `:${await lineFrom(server)}`, stop: server.stop }
}

function versionIn(text: string): string {
  return /\d+(?:\.\d+)+/.exec(text)?.[0] ?? text
}
