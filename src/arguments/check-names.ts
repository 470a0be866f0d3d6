import { advice } from '../messages/advice.js'

/**
 * Rejects unknown options.
 *
 * @param caller - the public function that received the options
 * @param names - the names of all options
 * @throws TypeError that suggests the most similar option, or lists all of them
 */
export function checkNames(caller: string, options: object, names: readonly string[]): void {
  for (const unknown of Object.keys(options)) {
    if (names.includes(unknown)) continue
    throw new TypeError(
      `${caller}: there is no option "${unknown}"${advice(`; ${hintFor(unknown, names)}`, 'reference')}`,
    )
  }
}

function hintFor(unknown: string, names: readonly string[]): string {
  let hint = `the options are ${names.join(', ')}.`
  // At least half of the longer name: "timeout" is similar to "idleTimeout", but "retry" is not to "redirect".
  let most = 0.5
  for (const name of names) {
    const likeness = countShared(name.toLowerCase(), unknown.toLowerCase()) / Math.max(name.length, unknown.length)
    if (likeness < most) continue
    most = likeness
    hint = `did you mean "${name}"?`
  }
  return hint
}

/** Counts the pairs of adjacent letters in `name` that are also in `other`; its last letter counts as a pair. */
function countShared(name: string, other: string): number {
  let shared = 0
  for (let i = 0; i < name.length; i++) if (other.includes(name.slice(i, i + 2))) shared++
  return shared
}
