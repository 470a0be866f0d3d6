/**
 * A fleet whose server ends its streams cleanly: because it sends what it has and closes, because it rotates its
 * connections, or because it is deployed. A pure function, like `simulate`. docs/fleet.md describes the model.
 */
import { BIN, BINS_PER_SECOND, perSecond, randomNumbers, ROUND_TRIP, TICK } from './fleet.mjs'

const LOST = { kind: 'network', fatal: false, message: 'the connection was lost, or refused' }
const ENDED = { kind: 'ended', fatal: false, message: 'the server has ended the stream' }
const BUSY = { kind: 'http', fatal: false, message: 'the server is busy', status: 503 }

/** The start of the time in which the steady state is measured, until the incident, in ms. */
const SETTLED = 90_000
/** How long an overloaded server is away, in ms. */
const DOWN = 10_000

/**
 * @param policy - a reconnection policy: when the next attempt is made, in ms, or `false` to give up.
 * @param cleanEndCounts - the old rule: an end after an event is a failure like any other.
 * @param clients - how many there are.
 * @param seed - a whole number.
 * @param life - how long the server keeps a stream before it ends it, in ms. Each stream begins with an event.
 * @param cut - how all streams break at the incident: `ended` by the server, or `lost`; undefined if they do not.
 * @param outage - how long the server is away after the incident, in ms.
 * @param capacity - how many connections a second the server accepts; the rest gets a 503.
 * @param limit - if more attempts a second arrive after the incident, the server goes down and cuts all streams again.
 * @param horizon - how long the fleet is watched, in ms.
 * @param comeWithin - how long it takes until all clients have connected, in ms: at least one round of them.
 * @param incident - when the outage or the cut comes, in ms.
 * @param reconnectionTime - what the server has set with `retry:`, in ms.
 */
export function simulateEndings({
  policy,
  cleanEndCounts,
  clients,
  seed,
  life = Infinity,
  cut,
  outage = 0,
  capacity = Infinity,
  limit = Infinity,
  horizon = 180_000,
  comeWithin = 30_000,
  incident = 105_000,
  reconnectionTime,
}) {
  const returned = incident + outage
  const cutFailure = cut === 'ended' ? ENDED : LOST
  const attempts = new Uint32Array(horizon / BIN)
  const { resetAfter = 5000 } = policy
  const context = { attempt: 0, failure: LOST, reconnectionTime, random: 0 }

  // The clients are the same under both rules.
  const distance = randomNumbers(seed)
  const draw = randomNumbers(seed + 1)
  const lot = randomNumbers(seed + 2)
  const roundTrip = new Float32Array(clients)
  const arrival = new Float64Array(clients)
  const failures = new Uint32Array(clients)
  /** The start of an open stream whose end is not known yet; -1 for none. */
  const openSince = new Float64Array(clients).fill(-1)
  const isBack = new Uint8Array(clients)
  const returns = new Uint32Array(horizon / BIN)
  let gaveUp = 0
  let falls = 0
  let awayUntil = 0

  // The first client of each tick, and for each client the one after it.
  const first = new Int32Array(horizon / TICK).fill(-1)
  const behind = new Int32Array(clients)
  const queued = new Uint32Array(horizon / TICK)
  function queue(client, time) {
    const tick = Math.floor(time / TICK)
    if (tick >= first.length) return
    arrival[client] = time
    behind[client] = first[tick]
    first[tick] = client
    queued[tick] += 1
  }

  function fail(client, time, failure, count) {
    context.attempt = failures[client] = count
    context.failure = failure
    context.random = draw()
    const wait = policy(context)
    if (wait === false) gaveUp += 1
    else queue(client, time + roundTrip[client] + wait)
  }

  /** The rule under test. Independent of it, a stream that stayed open for resetAfter was healthy. */
  function end(client, since, time, failure) {
    const isHealthy = time - since >= resetAfter || (failure === ENDED && !cleanEndCounts)
    fail(client, time, failure, isHealthy ? 1 : failures[client] + 1)
  }

  function accept(client, time) {
    if (time >= returned && isBack[client] === 0) {
      isBack[client] = 1
      returns[Math.min(Math.floor((time + roundTrip[client] / 2) / BIN), returns.length - 1)] += 1
    }
    const cutAt = cut !== undefined && time < incident ? incident : Infinity
    if (time + life < cutAt) end(client, time, time + life, ENDED)
    else if (cutAt < Infinity) end(client, time, cutAt, cutFailure)
    else openSince[client] = time
  }

  function fallOver(time) {
    falls += 1
    awayUntil = time + DOWN
    isBack.fill(0)
    returns.fill(0)
    openSince.forEach((since, client) => {
      if (since !== -1) end(client, since, time, cutFailure)
    })
    openSince.fill(-1)
  }

  for (let client = 0; client < clients; client++) {
    roundTrip[client] = ROUND_TRIP.min + distance() * (ROUND_TRIP.max - ROUND_TRIP.min)
    queue(client, distance() * comeWithin)
  }

  let room = 0
  for (let tick = 0; tick < first.length; tick++) {
    const now = tick * TICK
    const bin = Math.floor(now / BIN)
    if (now >= incident && now >= awayUntil) {
      const second = attempts.subarray(bin - BINS_PER_SECOND + 1, bin + 1).reduce((sum, count) => sum + count, 0)
      if (second > limit) fallOver(now)
    }
    const isAway = (now >= incident && now < returned) || now < awayUntil
    room = Math.min(room, 1) + (capacity * TICK) / 1000
    // Places are drawn by lot: the order of the queue would prefer clients with shorter waits.
    let waiting = queued[tick]
    for (let client = first[tick]; client !== -1; waiting--) {
      const following = behind[client]
      const time = arrival[client]
      attempts[bin] += 1
      if (isAway) {
        fail(client, time, LOST, failures[client] + 1)
      } else if (lot() * waiting < Math.floor(room)) {
        room -= 1
        accept(client, time)
      } else {
        fail(client, time, BUSY, failures[client] + 1)
      }
      client = following
    }
  }

  /** The rate of the busiest second that is completely between the two times. */
  const rates = perSecond(attempts)
  function busiest(from, to) {
    return rates.subarray(from / BIN + BINS_PER_SECOND - 1, to / BIN).reduce((most, count) => Math.max(most, count), 0)
  }
  let back = 0
  const backBin = returns.findIndex((count) => (back += count) >= clients * 0.99)
  return {
    steady: busiest(SETTLED, incident),
    away: busiest(incident, returned),
    after: busiest(returned, horizon),
    back99: backBin === -1 ? undefined : (backBin + 1) * BIN - returned,
    falls,
    gaveUp,
  }
}

/** After an outage as long as `retry:`, delayed clients return at the same time as those that were not delayed. */
const ECHO = 1.5

/**
 * Whether the peak of the new rule, in an outage and after it, is not above that of one of `others`, or an echo of the
 * steady rate of the same fleet without an outage.
 */
export function isPeakKept(now, others) {
  return ['away', 'after'].every((when) => {
    return now[when] <= Math.max(now.steady * ECHO, ...others.map((other) => other[when]))
  })
}
