import { describe, inject, it } from 'vitest'
import type { Place } from '../behaviour/run.js'
import { within } from '../behaviour/wait.js'
import { SCRIPT_SERVER_PATH } from '../server/script.js'
import type { WorkerAnswer, WorkerRequest } from './worker-host.js'

/** Anything that accepts a message with a port: a worker, a shared worker's port, a service worker. */
interface MessageTarget {
  postMessage(message: WorkerRequest, transfer: Transferable[]): void
}

/** The page's side: one test for each case that the worker says it can show. */
export async function defineWorkerCases(target: MessageTarget): Promise<void> {
  const place: Place = { server: `${location.origin}${SCRIPT_SERVER_PATH}`, otherServer: inject('scriptServer') }

  function ask(request: WorkerRequest): Promise<WorkerAnswer> {
    const { port1, port2 } = new MessageChannel()
    return new Promise((resolve) => {
      port1.addEventListener('message', ({ data }: MessageEvent<WorkerAnswer>) => {
        port1.close()
        resolve(data)
      })
      port1.start()
      target.postMessage(request, [port2])
    })
  }

  const answer = await within(ask({ ask: 'which cases apply', place }), 'the worker to load')
  if (!('cases' in answer)) throw new Error('The worker does not say which cases apply.')
  for (const title of new Set(answer.cases.map((example) => example.title))) {
    describe(title, () => {
      for (const example of answer.cases.filter((candidate) => candidate.title === title)) {
        it(example.name, async () => {
          const result = await ask({ ask: 'run', place, case: example })
          if ('failure' in result) throw new Error(result.failure)
        })
      }
    })
  }
}
