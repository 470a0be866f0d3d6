import type { Assignment } from '../inside/run-suites.js'
import type { Started } from '../../process.js'
import type { Servers } from './server.js'

/** Something that can run the suites. */
export interface Runtime {
  readonly name: string
  /** Where in the runtime, if there are several places. */
  readonly scope?: string
  /** Why it is not run on this machine; undefined if it is. */
  readonly whyNot: string | undefined
  version(): Promise<string>
  /** Its assignment, without the address for the reports. */
  place(servers: Servers): Assignment['place']
  start(assignment: Assignment, room: Room): Promise<Started>
  /** Whether its process has to end on its own when it is done, which shows that we left nothing alive in it. */
  readonly endsByItself: boolean
}

export interface Room {
  /** Where the bundles are. */
  readonly directory: string
  /** A fresh directory for profiles and the like, which is removed afterwards. */
  readonly scratch: string
  readonly servers: Servers
}
