/** Whether the rules of CORS apply to a request: there is a page or worker, and the URL is on another origin than it. */
export function isCrossOrigin(url: string): boolean {
  const here = globalThis.location?.origin
  return here !== undefined && new URL(url).origin !== here
}
