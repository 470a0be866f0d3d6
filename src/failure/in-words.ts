/** String(thrown), or a placeholder if that throws (`Object.create(null)`). */
export function inWords(thrown: unknown): string {
  try {
    return String(thrown)
  } catch {
    return 'something that cannot be converted to a string'
  }
}
