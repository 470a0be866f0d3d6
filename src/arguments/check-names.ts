/**
 * Refuses an option that does not exist, and names the one that is most alike, or all of them if none is.
 *
 * @param caller - the public function that the options were given to
 * @param names - of all options that there are
 * @throws TypeError
 */
export function checkNames(caller: string, options: object, names: readonly string[]): void {
  for (const unknown of Object.keys(options)) {
    if (names.includes(unknown)) continue
    let hint = `the options are ${names.join(', ')}.`
    // At least half of the longer name, so that "timeout" is close to "idleTimeout", and "retry" is not to "redirect".
    let most = 0.5
    for (const name of names) {
      const likeness = countShared(name.toLowerCase(), unknown.toLowerCase()) / Math.max(name.length, unknown.length)
      if (likeness < most) continue
      most = likeness
      hint = `did you mean "${name}"?`
    }
    throw new TypeError(`${caller}: there is no option "${unknown}"; ${hint}`)
  }
}

/** How many pairs of neighbouring letters of a name, and its last letter, the other one has too. */
function countShared(name: string, other: string): number {
  let shared = 0
  for (let i = 0; i < name.length; i++) if (other.includes(name.slice(i, i + 2))) shared++
  return shared
}
