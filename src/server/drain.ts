/** How long a client has to open its next stream, in ms, unless there is less time. */
export const ROTATION_NOTICE = 5000

/** When to ask which client to leave: evenly over the time that there is. */
export interface DrainPlan {
  /** How long each client has from the announcement on, in ms. */
  readonly notice: number
  /** How many clients are to have been asked after so many ms. */
  readonly askedBy: (elapsed: number) => number
  /** How many streams are to have ended after so many ms. */
  readonly endedBy: (elapsed: number) => number
}

/** @param within - in ms */
export function planDrain(clients: number, within: number): DrainPlan {
  const notice = Math.min(ROTATION_NOTICE, within / 2)
  const window = within - notice
  const askedBy = (elapsed: number): number => {
    if (elapsed < 0) return 0
    return elapsed >= window ? clients : Math.min(clients, 1 + Math.floor((elapsed / window) * clients))
  }
  return { notice, askedBy, endedBy: (elapsed) => askedBy(elapsed - notice) }
}
