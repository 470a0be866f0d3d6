import { cases } from '../behaviour/cases/index.js'
import { subjectCases } from '../behaviour/event-source/subjects.js'
import { applies, type Place, runCase, transportsOf } from '../behaviour/run.js'

/** One case, as the page and the worker name it to each other. */
export interface CaseName {
  /** Its suite, its transport or class, and its subject. */
  readonly title: string
  readonly name: string
}

interface WorkerCase extends CaseName {
  run(): Promise<void>
}

export type WorkerRequest =
  | { readonly ask: 'which cases apply'; readonly place: Place }
  | { readonly ask: 'run'; readonly place: Place; readonly case: CaseName }

export type WorkerAnswer =
  | { readonly cases: readonly CaseName[] }
  | { readonly passed: true }
  /** Errors are sent as text, because not every one can be cloned. */
  | { readonly failure: string }

/** The worker's side: answers on the port that came with the request. */
export async function answer(event: MessageEvent<WorkerRequest>): Promise<void> {
  const [port] = event.ports
  port?.postMessage(await perform(event.data))
}

async function perform(request: WorkerRequest): Promise<WorkerAnswer> {
  const list = [...clientCases(request.place), ...subjectCases(request.place)]
  if (request.ask === 'which cases apply') return { cases: list.map(({ title, name }) => ({ title, name })) }
  const { title, name } = request.case
  const example = list.find((candidate) => candidate.title === title && candidate.name === name)
  if (example === undefined) return { failure: `There is no case "${name}" in "${title}".` }
  try {
    await example.run()
    return { passed: true }
  } catch (error) {
    return { failure: error instanceof Error ? `${error.message}\n${error.stack}` : String(error) }
  }
}

function clientCases(place: Place): WorkerCase[] {
  return transportsOf().flatMap((transport) =>
    Object.entries(cases).flatMap(([subject, list]) =>
      list
        .filter((example) => applies(example, transport, place))
        .map((example) => ({
          title: `${transport}: ${subject}`,
          name: example.name,
          run: () => runCase(example, transport, place),
        })),
    ),
  )
}
