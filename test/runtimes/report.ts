/** What a runtime tells the driver, one at a time. */
export type Report = Result | { readonly begun: string } | 'done'

export interface Result {
  readonly name: string
  readonly outcome: 'passed' | 'failed' | 'left out'
  /** Why it failed or was left out. */
  readonly reason?: string
}

/** The results of a runtime. */
export interface Outcome {
  readonly runtime: string
  /** Where in the runtime, if there are several places. */
  readonly scope: string | undefined
  readonly version: string
  /** Why it did not run at all; undefined if it did. */
  readonly whyNot: string | undefined
  readonly results: readonly Result[]
}
