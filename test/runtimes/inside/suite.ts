import type { Place } from '../../behaviour/run.js'
import { classSuite, nativeClassSuite } from './class-suite.js'
import { clientSuite } from './client-suite.js'

/** What a runtime has to show. A class or entry with behaviour of its own adds a suite to {@link suites}. */
export interface Suite {
  readonly name: string
  /** Asked inside the runtime: what is to be shown depends on what it offers. */
  checks(place: Place): readonly Check[]
}

export interface Check {
  /** Unique in its suite. */
  readonly name: string
  /** Why this runtime cannot show it; undefined where it can. */
  readonly whyNot: string | undefined
  readonly run: () => Promise<void>
}

export const suites: readonly Suite[] = [clientSuite, classSuite, nativeClassSuite]
