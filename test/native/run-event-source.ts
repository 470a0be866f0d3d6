import type { Maker } from '../behaviour/event-source/deviations.js'
import { subjectCases } from '../behaviour/event-source/subjects.js'
import type { Place } from '../behaviour/run.js'

export interface Outcome {
  readonly count: number
  readonly failures: readonly string[]
}

/** Runs in the page, three cases at a time: a browser opens at most six connections to one server. */
export async function runAll(maker: Maker, place: Place): Promise<Outcome> {
  const list = subjectCases(place).filter((example) => example.maker === maker)
  const failures: string[] = []
  let next = 0

  async function runSome(): Promise<void> {
    for (let example = list[next++]; example !== undefined; example = list[next++]) {
      try {
        await example.run()
      } catch (error) {
        failures.push(`${example.name}: ${String(error)}`)
      }
    }
  }

  await Promise.all([runSome(), runSome(), runSome()])
  return { count: list.length, failures }
}
