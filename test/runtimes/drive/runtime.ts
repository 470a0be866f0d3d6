import type { Assignment } from '../inside/run-suites.js'
import type { Started } from '../../process.js'
import type { Servers } from './server.js'

/** Something that can run the suites. */
export interface Runtime {
  readonly name: string
  /** Where in it, when there are several places. */
  readonly scope?: string
  /** Why it is not run on this machine; undefined where it is. */
  readonly whyNot: string | undefined
  version(): Promise<string>
  /** What it is to be told, but for where the reports go. */
  place(servers: Servers): Assignment['place']
  start(assignment: Assignment, room: Room): Promise<Started>
  /** Its process has to end by itself when it is done: then nothing of ours was left alive in it. */
  readonly endsByItself: boolean
}

export interface Room {
  /** Where the bundles are. */
  readonly directory: string
  /** A fresh directory for profiles and the like; removed afterwards. */
  readonly scratch: string
  readonly servers: Servers
}
