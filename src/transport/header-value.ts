/**
 * A last event ID as a header value: its UTF-8 bytes, each as one character, which is how `fetch` takes bytes (a
 * ByteString); in workerd, which encodes text itself, the ID as it is. HTTP trims spaces at either end.
 *
 * @returns undefined for the empty ID, and for an ID with control characters, which no header can carry
 */
export function encodeHeaderValue(id: string): string | undefined {
  // oxlint-disable-next-line no-control-regex -- it looks for control characters
  if (id === '' || /[\u0000-\u0008\u000a-\u001f\u007f]/.test(id)) return undefined
  if (globalThis.navigator?.userAgent === 'Cloudflare-Workers') return id
  // Not with TextEncoder, which some runtimes lack.
  const wellFormed = id.replace(/\p{Surrogate}/gu, '\ufffd')
  return encodeURIComponent(wellFormed).replace(/%(..)/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
}
