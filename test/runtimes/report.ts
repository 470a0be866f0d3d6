/** What a runtime tells the driver, one at a time. */
export type Report = Result | { readonly begun: string } | 'done'

export interface Result {
  readonly name: string
  readonly outcome: 'passed' | 'failed' | 'left out'
  /** Why it failed or was left out. */
  readonly reason?: string
}

/** What is known of a runtime in the end. */
export interface Outcome {
  readonly runtime: string
  /** Where in it, when there are several places. */
  readonly scope: string | undefined
  readonly version: string
  /** Why it did not run at all; undefined where it did. */
  readonly whyNot: string | undefined
  readonly results: readonly Result[]
}
