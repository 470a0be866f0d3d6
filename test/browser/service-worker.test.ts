import { afterAll } from 'vitest'
import { within } from '../behaviour/wait.js'
import { defineWorkerCases } from './worker-page.js'

// As vite writes it for `new Worker`: a module, not a file of the page.
const script = new URL('./service-worker.ts?worker_file&type=module', import.meta.url)
const registration = await navigator.serviceWorker.register(script, { type: 'module' })
afterAll(() => registration.unregister())

const worker = registration.installing ?? registration.waiting ?? registration.active
if (worker === null) throw new Error('The service worker was not installed.')
await within(
  new Promise<void>((resolve) => {
    if (worker.state === 'activated') resolve()
    worker.addEventListener('statechange', () => {
      if (worker.state === 'activated') resolve()
    })
  }),
  'the service worker to be activated',
)
await defineWorkerCases(worker)
