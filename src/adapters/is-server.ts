/** Whether a page is being rendered on a server, where no component is ever unmounted: nothing may be held there. */
export function isServer(): boolean {
  return typeof document === 'undefined'
}
