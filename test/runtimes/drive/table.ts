import type { Outcome, Result } from '../report.js'

/** A row for each runtime; what was left out is told with its reason. */
export function table(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ runtime, version, whyNot, results }) =>
    whyNot === undefined
      ? [runtime, version, count(results, 'passed'), count(results, 'failed'), leftOut(results)]
      : [runtime, '–', '–', '–', `not run: ${whyNot}`],
  )
  return [['runtime', 'version', 'passed', 'failed', 'left out'], ['---', '---', '--:', '--:', '---'], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n')
}

export function count(results: readonly Result[], wanted: Result['outcome']): number {
  return results.filter(({ outcome }) => outcome === wanted).length
}

/** "54: there is no EventSource; 2: ...", the most frequent reason first. */
function leftOut(results: readonly Result[]): string {
  const reasons = new Map<string, number>()
  for (const { outcome, reason = '' } of results) {
    if (outcome === 'left out') reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  }
  return [...reasons]
    .toSorted(([, a], [, b]) => b - a)
    .map(([reason, number]) => `${number}: ${reason}`)
    .join('; ')
}

/** Puts the text between the markers of a Markdown file. */
export function replaceBetween(file: string, marker: string, text: string): string {
  const [begin, end] = [`<!-- ${marker} -->`, `<!-- /${marker} -->`]
  const [before, rest] = split(file, begin)
  const [, after] = split(rest, end)
  return `${before}${begin}\n${text}\n${end}${after}`
}

function split(text: string, at: string): [string, string] {
  const index = text.indexOf(at)
  if (index === -1) throw new Error(`There is no "${at}" to put the table at.`)
  return [text.slice(0, index), text.slice(index + at.length)]
}
