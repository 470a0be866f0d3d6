import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright'

const EXECUTABLE = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'

export const browserExists = existsSync(EXECUTABLE)

export const whyNot = `there is no Chromium at ${EXECUTABLE}: install it, or set CHROMIUM_PATH`

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-proxy-server',
    ],
  })
}
