import type { Place } from '../../behaviour/run.js'
import { classSuite, nativeClassSuite } from './class-suite.js'
import { clientSuite } from './client-suite.js'

/** What a runtime has to show. A class or entry with its own behaviour adds a suite to {@link suites}. */
export interface Suite {
  readonly name: string
  /** Called inside the runtime, because the checks depend on what it offers. */
  checks(place: Place): readonly Check[]
}

export interface Check {
  /** Unique in its suite. */
  readonly name: string
  /** Why this runtime cannot show it; undefined if it can. */
  readonly whyNot: string | undefined
  readonly run: () => Promise<void>
}

export const suites: readonly Suite[] = [clientSuite, classSuite, nativeClassSuite]
