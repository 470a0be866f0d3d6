import { answer, type WorkerRequest } from './worker-host.js'

/** The part of a service worker's message event that is used here. */
interface ExtendableMessageEvent extends MessageEvent<WorkerRequest> {
  waitUntil(promise: Promise<void>): void
}

self.addEventListener('message', (event: MessageEvent<WorkerRequest>) => {
  // Otherwise it would be stopped during a case.
  ;(event as ExtendableMessageEvent).waitUntil(answer(event))
})
