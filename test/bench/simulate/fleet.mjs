/**
 * A fleet of clients that lose their only server at the same moment, and the effect of their reconnection policy. It is
 * pure: the same policy, outage, clients and seed give the same figures. docs/fleet.md describes the model.
 */

/** The step of a server with a limit, in ms: shorter than any round trip, so that no client arrives twice in one. */
export const TICK = 10
/** The interval in which the figures are counted, in ms. */
export const BIN = 100
export const BINS_PER_SECOND = 1000 / BIN
/** How long the fleet is watched after the server is back, in ms. */
const HORIZON = 1_200_000
export const ROUND_TRIP = { min: 20, max: 200 }

const LOST = { kind: 'network', fatal: false, message: 'the connection was lost, or refused' }

/**
 * @param policy - a reconnection policy: when the next attempt is made, in ms, or `false` to give up.
 * @param outage - how long the server is away, in ms.
 * @param clients - how many have lost the server, at 0 ms.
 * @param seed - a whole number.
 * @param reconnectionTime - what the server has set with `retry:`, in ms.
 * @param capacity - how many connections a second the server accepts once it is back; the rest gets a 503.
 * @param retryAfter - the `Retry-After` of that 503, in ms.
 */
export function simulate({ policy, outage, clients, seed, reconnectionTime, capacity = Infinity, retryAfter }) {
  const bins = (outage + HORIZON) / BIN
  const attempts = new Uint32Array(bins)
  const returns = new Uint32Array(bins)
  const busy = { kind: 'http', fatal: false, message: 'the server is busy', status: 503, retryAfter }
  const context = { attempt: 0, failure: LOST, reconnectionTime, random: 0 }

  // Every subject gets the same clients: their distances come from a separate random sequence.
  const distance = randomNumbers(seed)
  const draw = randomNumbers(seed + 1)
  const roundTrip = new Float32Array(clients)
  const arrival = new Float64Array(clients)
  const made = new Uint32Array(clients)
  let gaveUp = 0

  /** When the client's next attempt arrives at the server, after a loss or an answer that left it at `time`. */
  function nextArrival(client, time, failure) {
    context.attempt = made[client] += 1
    context.failure = failure
    context.random = draw()
    const wait = policy(context)
    if (wait !== false) return time + roundTrip[client] + wait
    gaveUp += 1
    return Infinity
  }

  // A queue of the attempts after the server is back: the first client of each tick, and for each client the next one.
  const first = new Int32Array(HORIZON / TICK).fill(-1)
  const behind = new Int32Array(clients)
  function queue(client, time) {
    const tick = Math.floor((time - outage) / TICK)
    if (tick >= first.length) return
    arrival[client] = time
    behind[client] = first[tick]
    first[tick] = client
  }

  // While the server is away, clients do not affect each other.
  for (let client = 0; client < clients; client++) {
    roundTrip[client] = ROUND_TRIP.min + distance() * (ROUND_TRIP.max - ROUND_TRIP.min)
    let time = nextArrival(client, 0, LOST)
    while (time < outage) {
      attempts[Math.floor(time / BIN)] += 1
      time = nextArrival(client, time, LOST)
    }
    queue(client, time)
  }

  let room = 0
  for (let tick = 0; tick < first.length; tick++) {
    // Unused room is not kept for later, except for a fraction of one.
    room = Math.min(room, 1) + (capacity * TICK) / 1000
    for (let client = first[tick]; client !== -1;) {
      const following = behind[client]
      const time = arrival[client]
      attempts[Math.floor(time / BIN)] += 1
      if (room >= 1) {
        room -= 1
        returns[Math.floor((time + roundTrip[client] / 2) / BIN)] += 1
      } else {
        queue(client, nextArrival(client, time, busy))
      }
      client = following
    }
  }

  const total = attempts.reduce((sum, count) => sum + count, 0)
  return {
    attempts,
    returns,
    total,
    gaveUp,
    peak: busiestSecond(attempts),
    peakReturns: busiestSecond(returns),
    back50: timeUntil(returns, clients * 0.5),
    back99: timeUntil(returns, clients * 0.99),
  }
}

/** The rules that bring 99 % back as soon as ours (within one bin) without a higher peak. There must be none. */
export function betterThan(ours, others) {
  return others.filter(
    ({ result }) => result.back99 !== undefined && result.back99 <= ours.back99 + BIN && result.peak <= ours.peak,
  )
}

/** For each bin, the count of the second that ends with it. */
export function perSecond(counts) {
  let sum = 0
  return counts.map((count, bin) => (sum += count - (counts[bin - BINS_PER_SECOND] ?? 0)))
}

function busiestSecond(counts) {
  return perSecond(counts).reduce((most, count) => Math.max(most, count), 0)
}

/** When that many are back, in ms since the loss; undefined if they never are. */
function timeUntil(returns, count) {
  let back = 0
  const bin = returns.findIndex((returned) => (back += returned) >= count)
  return bin === -1 ? undefined : (bin + 1) * BIN
}

/** Random numbers from 0 to below 1, the same for the same seed: Marsaglia's xorshift with 128 bits of state. */
export function randomNumbers(seed) {
  let [a, b, c, d] = [0x9e3779b9 ^ seed, 0x243f6a88, 0xb7e15162, Math.imul(seed + 1, 0x85ebca6b)]
  const draw = () => {
    const mixed = a ^ (a << 11)
    ;[a, b, c] = [b, c, d]
    d = d ^ (d >>> 19) ^ mixed ^ (mixed >>> 8)
    return (d >>> 0) / 2 ** 32
  }
  for (let warm = 0; warm < 32; warm++) draw()
  return draw
}
