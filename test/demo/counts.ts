/** The counts of a run of the demo. */
export interface Counts {
  sent: number
  received: number
  lost: number
  duplicated: number
}

/** Bypasses vitest, which would put a header over each line: these lines are the purpose of the run. */
export function printCounts(where: string, { sent, received, lost, duplicated }: Counts): void {
  process.stdout.write(
    `demo, ${where.padEnd(8)} sent ${sent}  received ${received}  lost ${lost}  duplicated ${duplicated}\n`,
  )
}
