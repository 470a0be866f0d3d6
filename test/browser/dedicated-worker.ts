import { answer, type WorkerRequest } from './worker-host.js'

self.addEventListener('message', (event: MessageEvent<WorkerRequest>) => void answer(event))
