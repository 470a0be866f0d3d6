/**
 * A last event ID as a header value: its UTF-8 bytes, each as one character, which is how `fetch` takes bytes (a
 * ByteString); the ID itself in workerd, which takes text and encodes it. Undefined for the empty ID,
 * and if no header can carry it: control characters are refused. Blanks at either end are sent, and HTTP trims them.
 */
export function encodeHeaderValue(id: string): string | undefined {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (id === '' || /[\u0000-\u0008\u000a-\u001f\u007f]/.test(id)) return undefined
  if (globalThis.navigator?.userAgent === 'Cloudflare-Workers') return id
  // By `encodeURIComponent`, because not every runtime has a TextEncoder.
  const wellFormed = id.replace(/\p{Surrogate}/gu, '\ufffd')
  return encodeURIComponent(wellFormed).replace(/%(..)/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
}
