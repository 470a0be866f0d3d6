import { defineWorkerCases } from './worker-page.js'

await defineWorkerCases(new Worker(new URL('./dedicated-worker.ts', import.meta.url), { type: 'module' }))
