/** Whatever was thrown, for a message. Not everything that can be thrown has words: `Object.create(null)` has none. */
export function inWords(thrown: unknown): string {
  try {
    return String(thrown)
  } catch {
    return 'something without words'
  }
}
