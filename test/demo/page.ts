import type { Page } from 'playwright'
import type { Counts } from './counts.js'

export type Fault = 'cut' | 'unavailable' | 'stall' | 'restart' | 'broken'

/** The demo's page, as a visitor sees it and presses its buttons. */
export interface DemoPage {
  press(fault: Fault): Promise<void>
  /** Resolves when the log has such an entry since the last press. */
  logged(kind: string, text?: string): Promise<void>
  /** The kinds of the log's entries since the last press, the latest first. */
  log(): Promise<string[]>
  /** Resolves when the connection is open and some more prices have arrived. */
  receiving(): Promise<void>
  /** Resolves when the price with this number has been counted. */
  counted(sequence: number): Promise<CountsInRange>
}

export interface CountsInRange extends Counts {
  /** The first and the last number that have arrived. */
  first: number
  last: number
}

const SOME_PRICES = 15

export function demoPage(page: Page): DemoPage {
  /** Read at once, so that the numbers belong together. */
  function counts(): Promise<CountsInRange | undefined> {
    return page.evaluate(() => {
      const number = (text: string | null | undefined): number => Number(text?.replaceAll(',', ''))
      const count = (name: string): number => number(document.querySelector(`[data-count=${name}]`)?.textContent)
      const range = /no\. ([\d,]+) to no\. ([\d,]+)/.exec(document.querySelector('#verdict')?.textContent ?? '')
      if (range === null) return undefined
      return {
        first: number(range[1]),
        last: number(range[2]),
        sent: count('sent'),
        received: count('received'),
        lost: count('lost'),
        duplicated: count('duplicated'),
      }
    })
  }

  async function until(enough: (now: CountsInRange) => boolean): Promise<CountsInRange> {
    const deadline = Date.now() + 20_000
    for (;;) {
      const now = await counts()
      if (now !== undefined && enough(now)) return now
      if (Date.now() > deadline) throw new Error(`The counts do not come to what is expected: ${JSON.stringify(now)}`)
      // The page updates its counts once a frame.
      await page.evaluate(() => new Promise(requestAnimationFrame))
    }
  }

  return {
    press: (fault) => page.click(`[data-fault=${fault}]`),
    async logged(kind, text = '') {
      await page.waitForFunction(
        ([wantedKind, wantedText]) => {
          for (const entry of document.querySelectorAll<HTMLElement>('#log li')) {
            if (entry.dataset['kind'] === 'pressed') return false
            if (entry.dataset['kind'] === wantedKind && entry.textContent.includes(wantedText)) return true
          }
          return false
        },
        [kind, text] as const,
      )
    },
    async receiving() {
      await page.waitForSelector('#status[data-state=open]')
      const before = (await counts())?.received ?? 0
      await until(({ received }) => received >= before + SOME_PRICES)
    },
    counted: (sequence) => until(({ last }) => last >= sequence),
    log: () =>
      page.evaluate(() => {
        const kinds = Array.from(
          document.querySelectorAll<HTMLElement>('#log li'),
          ({ dataset }) => dataset['kind'] ?? '',
        )
        const pressed = kinds.indexOf('pressed')
        return pressed === -1 ? kinds : kinds.slice(0, pressed)
      }),
  }
}
