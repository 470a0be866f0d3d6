import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SCOPES, type Scope } from './pages.js'
import { firstLine, lineFrom, type Started, start } from '../../process.js'
import { chromiumArguments, programs } from '../../programs.js'
import type { Runtime } from './runtime.js'

/** A headless browser with its own profile that opens a page. */
interface Browser {
  readonly name: string
  readonly whyNot: string | undefined
  readonly version: () => Promise<string>
  readonly open: (url: string, profile: string) => Promise<Started>
}

/** Each browser with each scope, started separately so that they do not disturb each other. */
export function browsers(): readonly Runtime[] {
  return [chromium, firefox, webkit].flatMap((browser) => SCOPES.map((scope) => runtime(browser, scope)))
}

/** The same cases take a minute in the other scopes. Until the reason is known, they would only end in the limit. */
const SLOW = 'the suites take more than four minutes in the service worker of Firefox'

function runtime({ name, whyNot, version, open }: Browser, scope: Scope): Runtime {
  return {
    name,
    scope,
    whyNot: whyNot ?? (name === 'Firefox ESR' && scope === 'service worker' ? SLOW : undefined),
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
  whyNot: programs.chromium.whyNot,
  version: async () => versionIn(await firstLine(programs.chromium.path, ['--version'])),
  open: async (url, profile) =>
    start({
      file: programs.chromium.path,
      args: [...chromiumArguments, '--headless', `--user-data-dir=${profile}`, url],
      cwd: profile,
      ownGroup: true,
    }),
}

/** Keeps it from making requests of its own. */
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
  whyNot: programs.firefox.whyNot,
  version: async () => versionIn(await firstLine(programs.firefox.path, ['--version'])),
  async open(url, profile) {
    const preferences = Object.entries(FIREFOX_PREFERENCES).map(
      ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
    )
    await writeFile(join(profile, 'user.js'), preferences.join(''))
    return start({
      file: programs.firefox.path,
      args: ['--headless', '--no-remote', '--profile', profile, url],
      cwd: profile,
      ownGroup: true,
    })
  },
}

/** It has no headless mode, so it gets a virtual screen. */
const webkit: Browser = {
  name: 'WebKitGTK',
  whyNot: programs.miniBrowser.whyNot ?? programs.xvfb.whyNot,
  async version() {
    const screen = await startScreen()
    try {
      return versionIn(await firstLine(programs.miniBrowser.path, ['--version', `--display=${screen.display}`]))
    } finally {
      await screen.stop()
    }
  },
  async open(url, profile) {
    const screen = await startScreen()
    const browser = start({
      file: programs.miniBrowser.path,
      args: [url],
      cwd: profile,
      ownGroup: true,
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

/** An X server that picks a free display. */
async function startScreen(): Promise<{ readonly display: string; readonly stop: () => Promise<void> }> {
  const server = start({
    file: programs.xvfb.path,
    args: ['-displayfd', '3', '-nolisten', 'tcp'],
    cwd: tmpdir(),
    extraPipe: true,
    ownGroup: true,
  })
  return { display: `:${await lineFrom(server)}`, stop: server.stop }
}

function versionIn(text: string): string {
  return /\d+(?:\.\d+)+/.exec(text)?.[0] ?? text
}
