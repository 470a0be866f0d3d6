import { existsSync } from 'node:fs'
import { type Browser, chromium, firefox } from 'playwright'
import { chromiumArguments, chromiumPath, whyNoChromium } from '../chromium.js'

export interface Engine {
  readonly name: 'chromium' | 'firefox'
  /** Why it cannot be driven here; undefined where it can. */
  readonly whyNot: string | undefined
  readonly launch: () => Promise<Browser>
}

const firefoxPath = process.env['FIREFOX_PATH'] ?? '/usr/bin/firefox-esr'

export const engines: readonly Engine[] = [
  {
    name: 'chromium',
    whyNot: whyNoChromium,
    launch: () => chromium.launch({ executablePath: chromiumPath, args: chromiumArguments }),
  },
  {
    name: 'firefox',
    whyNot: existsSync(firefoxPath)
      ? undefined
      : `there is no Firefox at ${firefoxPath}: install it, or set FIREFOX_PATH`,
    launch: () => firefox.launch({ channel: 'moz-firefox', executablePath: firefoxPath }),
  },
]
