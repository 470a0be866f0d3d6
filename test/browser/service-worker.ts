import { answer, type WorkerRequest } from './worker-host.js'

/** The service worker's own kind of message, in the part that is used here. */
interface ExtendableMessageEvent extends MessageEvent<WorkerRequest> {
  waitUntil(promise: Promise<void>): void
}

self.addEventListener('message', (event: MessageEvent<WorkerRequest>) => {
  // It would be stopped in the midst of a case otherwise.
  ;(event as ExtendableMessageEvent).waitUntil(answer(event))
})
