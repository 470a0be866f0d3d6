/** What a run of the demo has counted. */
export interface Counts {
  sent: number
  received: number
  lost: number
  duplicated: number
}

/** Past vitest, which would put a header over each line: these lines are what the run is for. */
export function printCounts(where: string, { sent, received, lost, duplicated }: Counts): void {
  process.stdout.write(
    `demo, ${where.padEnd(8)} sent ${sent}  received ${received}  lost ${lost}  duplicated ${duplicated}\n`,
  )
}
