import { existsSync } from 'node:fs'

/** Debian's and Ubuntu's place; elsewhere, say where. */
export const chromiumPath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'

/** Why no test can run in Chromium here; undefined where they can. */
export const whyNoChromium = existsSync(chromiumPath)
  ? undefined
  : `there is no Chromium at ${chromiumPath}: install it, or set CHROMIUM_PATH`

/** So that it starts as root in a container, and asks the network for nothing but what the tests ask for. */
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
