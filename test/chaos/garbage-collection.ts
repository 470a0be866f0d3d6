import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** How many bytes are in use after garbage collection. */
export async function heapInUse(): Promise<number> {
  // What finalizers release is collected in the next round.
  for (let round = 0; round < 3; round += 1) {
    collect()
    // oxlint-disable-next-line no-await-in-loop -- a task of its own between the rounds
    await new Promise((resolve) => setTimeout(resolve))
  }
  return process.memoryUsage().heapUsed
}
