/** A dedicated, shared or service worker: the page that started it sends the assignment. */
import { type Assignment, runSuites } from './run-suites.js'

type AssignmentEvent = MessageEvent<Assignment> & { waitUntil?(promise: Promise<void>): void }

function take(event: AssignmentEvent): void {
  const run = runSuites(event.data)
  // Otherwise a service worker would be stopped halfway.
  event.waitUntil?.(run)
}

self.addEventListener('message', (event: AssignmentEvent) => take(event))
self.addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports
  port?.addEventListener('message', (message: MessageEvent<Assignment>) => take(message))
  port?.start()
})
