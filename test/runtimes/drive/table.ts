import type { Outcome, Result } from '../report.js'

/** A row for each runtime and place in it, with what was left out and why. */
export function fullTable(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map((outcome) => {
    const { version, whyNot, results } = outcome
    return whyNot === undefined
      ? row(nameOf(outcome), version, results).concat(reasons(results))
      : row(nameOf(outcome)).concat(`not run: ${whyNot}`)
  })
  return markdown([...HEAD, 'why'], rows)
}

/** A row for each runtime. */
export function shortTable(outcomes: readonly Outcome[]): string {
  const runtimes = [...new Set(outcomes.map(({ runtime }) => runtime))]
  const rows = runtimes.map((runtime) => {
    const places = outcomes.filter((outcome) => outcome.runtime === runtime)
    const scopes = places.flatMap(({ scope }) => scope ?? [])
    const name = scopes.length === 0 ? runtime : `${runtime}: ${scopes.join(', ')}`
    const ran = places.find(({ whyNot }) => whyNot === undefined)
    return ran === undefined
      ? row(name)
      : row(
          name,
          ran.version,
          places.flatMap(({ results }) => results),
        )
  })
  return markdown(HEAD, rows)
}

/** The name of the outcome's place, in one line. */
export function nameOf({ runtime, scope }: Pick<Outcome, 'runtime' | 'scope'>): string {
  return scope === undefined ? runtime : `${runtime}, ${scope}`
}

export function count(results: readonly Result[], wanted: Result['outcome']): number {
  return results.filter(({ outcome }) => outcome === wanted).length
}

/** Puts the text between the markers of a Markdown file. */
export function replaceBetween(file: string, marker: string, text: string): string {
  const [begin, end] = [`<!-- ${marker} -->`, `<!-- /${marker} -->`]
  const [before, rest] = split(file, begin)
  const [, after] = split(rest, end)
  return `${before}${begin}\n${text}\n${end}${after}`
}

const HEAD = ['runtime', 'version', 'passed', 'failed', 'left out']

/** Without results, the runtime was not run. */
function row(name: string, version = 'not run', results?: readonly Result[]): string[] {
  const outcomes = ['passed', 'failed', 'left out'] as const
  return [name, version, ...outcomes.map((outcome) => (results === undefined ? '–' : `${count(results, outcome)}`))]
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** "79 needs an EventSource; 1 ...", the most frequent reason first. */
function reasons(results: readonly Result[]): string {
  const numbers = new Map<string, number>()
  for (const { outcome, reason = '' } of results) {
    if (outcome === 'left out') numbers.set(reason, (numbers.get(reason) ?? 0) + 1)
  }
  const sorted = [...numbers].toSorted(([, one], [, other]) => other - one)
  return sorted.map(([reason, number]) => `${number}: ${reason}`).join('; ')
}

function split(text: string, at: string): [string, string] {
  const index = text.indexOf(at)
  if (index === -1) throw new Error(`There is no "${at}" to put the table at.`)
  return [text.slice(0, index), text.slice(index + at.length)]
}
