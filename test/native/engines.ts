import { type Browser, chromium, firefox } from 'playwright'
import { chromiumArguments, type Program, programs } from '../programs.js'

export interface Engine {
  readonly name: 'chromium' | 'firefox'
  readonly program: Program
  readonly launch: () => Promise<Browser>
}

export const engines: readonly Engine[] = [
  {
    name: 'chromium',
    program: programs.chromium,
    launch: () => chromium.launch({ executablePath: programs.chromium.path, args: chromiumArguments }),
  },
  {
    name: 'firefox',
    program: programs.firefox,
    launch: () => firefox.launch({ channel: 'moz-firefox', executablePath: programs.firefox.path }),
  },
]
