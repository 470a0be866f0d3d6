/** A page of a browser: runs the suites, or starts the worker that does. Its URL has the scope and the assignment. */
import type { Scope } from '../drive/pages.js'
import { type Assignment, runSuites } from './run-suites.js'

const query = new URLSearchParams(location.search)
const assignment = JSON.parse(query.get('assignment') ?? '') as Assignment
const WORKER = '/worker.js'

const start: Readonly<Record<Scope, () => Promise<void> | void>> = {
  page: () => runSuites(assignment),
  'dedicated worker'() {
    new Worker(WORKER).postMessage(assignment, [])
  },
  'shared worker'() {
    const { port } = new SharedWorker(WORKER)
    port.start()
    port.postMessage(assignment, [])
  },
  async 'service worker'() {
    await navigator.serviceWorker.register(WORKER)
    const { active } = await navigator.serviceWorker.ready
    active?.postMessage(assignment, [])
  },
}

await start[query.get('scope') as Scope]()
