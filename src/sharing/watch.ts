/** What a member knows about whether its leader is alive. */
export interface Watch {
  /** When the leader was last heard. */
  readonly heardAt: number
  /** When somebody asked whether it is alive; undefined if it has been heard since. */
  readonly askedAt: number | undefined
  /** How long the leader may be silent before it is asked, in ms. */
  readonly quiet: number
  /** When the timer is due. */
  readonly dueAt: number
  /** Whether a late timer of this member has been excused since the leader was last heard. */
  readonly isExcused: boolean
}

export interface Check {
  readonly watch: Watch
  /** Whether to ask the leader if it is alive, or to replace it. */
  readonly verdict: 'wait' | 'ask' | 'suspect'
  /** When to check again, in ms. */
  readonly ms: number
}

/** How long a leader may be silent before it is asked, in ms. */
export const QUIET = 1000
/** The same while it answers and has nothing to relay: each answer doubles the time up to this one. */
const MAX_QUIET = 10_000
/** How long an answer may take, in ms. With the spread at most 2 s, because hidden pages round timers up to seconds. */
const PATIENCE = 1600
/** Members that become suspicious together act at different times, in ms. */
const SPREAD = 400
/** A timer this late, in ms, means that this page was frozen or busy. In a hidden page, timers are up to 1 s late. */
const LATE = 1500

export function startWatch(now: number): Watch {
  return { heardAt: now, askedAt: undefined, quiet: QUIET, dueAt: now + QUIET, isExcused: false }
}

/** @param isAnswer - whether it only answered, and had nothing to relay */
export function heard(watch: Watch, now: number, isAnswer: boolean): Watch {
  const quiet = isAnswer ? Math.min(watch.quiet * 2, MAX_QUIET) : QUIET
  return { ...watch, heardAt: now, askedAt: undefined, quiet, isExcused: false }
}

export function isSuspect({ askedAt }: Watch, now: number): boolean {
  return askedAt !== undefined && now - askedAt >= PATIENCE
}

/** Called when the timer fires. Pure: time and randomness are arguments. */
export function check(watch: Watch, now: number, random: number): Check {
  const { askedAt, heardAt, quiet, dueAt } = watch
  const patience = PATIENCE + Math.round(random * SPREAD)
  const isLate = now - dueAt > LATE && !watch.isExcused
  if (isLate || (askedAt === undefined && now - heardAt >= quiet)) {
    return next({ ...watch, askedAt: now, isExcused: isLate || watch.isExcused }, 'ask', now, patience)
  }
  if (isSuspect(watch, now)) return next(watch, 'suspect', now, QUIET)
  // Limited, because the clock may have been set back.
  const rest =
    askedAt === undefined ? Math.min(heardAt + quiet - now, quiet) : Math.min(askedAt + patience - now, patience)
  return next(
    { ...watch, heardAt: Math.min(heardAt, now), ...(askedAt && { askedAt: Math.min(askedAt, now) }) },
    'wait',
    now,
    rest,
  )
}

function next(watch: Watch, verdict: Check['verdict'], now: number, ms: number): Check {
  return { watch: { ...watch, dueAt: now + ms }, verdict, ms }
}
