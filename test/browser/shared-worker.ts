import { answer, type WorkerRequest } from './worker-host.js'

self.addEventListener('connect', (event) => {
  const [port] = (event as MessageEvent).ports
  port?.addEventListener('message', (message: MessageEvent<WorkerRequest>) => void answer(message))
  port?.start()
})
