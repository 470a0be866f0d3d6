import type { SubjectTransport } from '../behaviour/case.js'
import { cases } from '../behaviour/cases/index.js'
import { applies, type Place, runCase, transportsOf } from '../behaviour/run.js'

/** One case as the page names it to the worker, and the worker to the page. */
export interface CaseName {
  readonly transport: SubjectTransport
  readonly subject: string
  readonly name: string
}

export type WorkerRequest =
  | { readonly ask: 'which cases apply'; readonly place: Place }
  | { readonly ask: 'run'; readonly place: Place; readonly case: CaseName }

export type WorkerAnswer =
  | { readonly cases: readonly CaseName[] }
  | { readonly passed: true }
  /** Errors are told as text: not every one can be cloned. */
  | { readonly failure: string }

/** The worker's side: answers on the port that came with the request. */
export async function answer(event: MessageEvent<WorkerRequest>): Promise<void> {
  const [port] = event.ports
  port?.postMessage(await perform(event.data))
}

async function perform(request: WorkerRequest): Promise<WorkerAnswer> {
  const { place } = request
  if (request.ask === 'which cases apply') return { cases: applicableCases(place) }
  const { transport, subject, name } = request.case
  const example = cases[subject]?.find((candidate) => candidate.name === name)
  if (example === undefined) return { failure: `There is no case "${name}" in "${subject}".` }
  try {
    await runCase(example, transport, place)
    return { passed: true }
  } catch (error) {
    return { failure: error instanceof Error ? `${error.message}\n${error.stack}` : String(error) }
  }
}

function applicableCases(place: Place): CaseName[] {
  return transportsOf().flatMap((transport) =>
    Object.entries(cases).flatMap(([subject, list]) =>
      list.filter((example) => applies(example, transport, place)).map(({ name }) => ({ transport, subject, name })),
    ),
  )
}
