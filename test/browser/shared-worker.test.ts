import { defineWorkerCases } from './worker-page.js'

const { port } = new SharedWorker(new URL('./shared-worker.ts', import.meta.url), { type: 'module' })
port.start()
await defineWorkerCases(port)
