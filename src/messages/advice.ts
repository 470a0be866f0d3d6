/**
 * The part of a message that explains and advises. The facts, such as a status or the name of an option, stay outside.
 *
 * The build replaces each call: by the text, or in `dist/lean` by the name of the page, so that browsers load less.
 *
 * @param page - the page of docs/ that explains the same; without it, the lean build has nothing instead
 */
export function advice(
  text: string,
  page?: 'event-source' | 'event-stream' | 'failures' | 'reference' | 'transports',
): string {
  void page
  return text
}
