import { checkOptions, isString, type OptionRule } from '../arguments/check-options.js'
import { encodeMessage } from '../event-stream/encoder.js'
import { createEmitter, EVERY_TYPE } from '../observable/emitter.js'
import type { InferInput, SchemaMap } from '../standards/standard-schema.js'
import type {
  Admission,
  AnyEvents,
  Channel,
  ChannelClient,
  ChannelEvent,
  ChannelStats,
  PublishOptions,
} from './channel-types.js'
import { encodeEnd, encodeOpening, encodeRotation } from './control.js'
import type { CloseReason, Leaving } from './cursor.js'
import { hasExpired, watchExpiry } from './expiry.js'
import { encodeText } from './frame.js'
import { createHub, type Member } from './hub.js'
import { createEpoch, formatId } from './ids.js'
import { Log } from './log.js'
import {
  type ChannelOptions,
  checkClosing,
  checkListener,
  checkRotation,
  checkSubscription,
  type CloseOptions,
  resolveChannel,
  type RotateOptions,
  type SchemaChannelOptions,
  type Subscription,
} from './options.js'
import { createPayloadWriter } from './payload.js'
import { createPlaces } from './places.js'
import { PublishError } from './publish-error.js'
import { readChannel } from './reader.js'
import { acceptsEventStream, headerOf, lastEventIdOf, type RequestLike } from './request.js'
import { refuse, streamHeaders } from './response-headers.js'
import { drain, poll } from './rotation.js'
import type { Connection, Sink } from './sink.js'
import { createSnapshot } from './snapshot.js'
import { planStart } from './start.js'
import { toResponse } from './web-response.js'

/** The life of a channel. `closing` still delivers, but takes no one in. */
type Life =
  | { readonly state: 'open' }
  | { readonly state: 'closing' | 'closed'; readonly return: 'spread' | 'never'; readonly done: Promise<void> }

/** How much time clients have to leave, in ms. */
const DEFAULT_WITHIN = 5000

const PUBLISH_RULES: readonly OptionRule[] = [{ name: 'topic', expected: 'a string', holds: isString }]

/**
 * Creates a channel: it sends what you publish to all of its clients, and to each that comes back what it has missed.
 *
 * @throws TypeError or RangeError for wrong options, or for a schema that does not implement Standard Schema
 *
 * @example
 * ```ts
 * interface Events { price: { symbol: string; value: number } }
 * const channel = createChannel<Events>()
 * export const GET = (request: Request) => channel.response(request)
 * await channel.publish('price', { symbol: 'ACME', value: 42 })
 * ```
 */
export function createChannel<Events extends object = AnyEvents>(options?: ChannelOptions): Channel<Events>
/**
 * Creates a channel whose event types are declared by schemas, which also check what is published.
 *
 * @throws TypeError or RangeError for wrong options, or for a schema that does not implement Standard Schema
 *
 * @example
 * ```ts
 * const channel = createChannel({ schemas: { price: z.object({ symbol: z.string(), value: z.number() }) } })
 * ```
 */
export function createChannel<const Schemas extends SchemaMap>(
  options: SchemaChannelOptions<Schemas>,
): Channel<{ [Type in keyof Schemas]: InferInput<Schemas[Type]> }>
export function createChannel(options: ChannelOptions | SchemaChannelOptions<SchemaMap> = {}): Channel {
  const settings = resolveChannel(options)
  const { history, keepAlive, retry, maxLag, schemas } = settings
  const log = new Log(createEpoch(), { ...history, maxLag })
  const hub = createHub({ log, keepAlive, onChange: () => stats.touch() })
  const places = createPlaces(settings)
  const writePayload = createPayloadWriter('publish', schemas)
  const members = new Map<Member, ChannelClient>()
  const connects = createEmitter<ChannelClient>()
  const closes = createEmitter<{ readonly client: ChannelClient; readonly reason: CloseReason }>()
  const clients = createSnapshot<readonly ChannelClient[]>(() => [...members.values()])
  const stats = createSnapshot<ChannelStats>(() => ({
    ...hub.counters,
    clients: members.size,
    published: log.end,
    lag: hub.lag(),
    history: { events: log.end - log.first, bytes: log.bytesAfter(log.first) },
  }))
  let life: Life = { state: 'open' }

  async function publish(type: string, data: unknown, publishOptions: PublishOptions = {}): Promise<{ id: string }> {
    checkOptions('publish', publishOptions, PUBLISH_RULES)
    const { topic } = publishOptions
    const written = writePayload(type, data)
    const json = typeof written === 'string' ? written : await written
    // While a channel is being drained, the clients that are still here get everything.
    if (life.state === 'closed' || (life.state === 'closing' && life.return === 'never'))
      throw new PublishError('closed', type)
    const encode = (id: string): Uint8Array => encodeText(encodeMessage({ event: type, id, data: json }))
    const { id } = log.append(encode, topic, Date.now())
    hub.wake()
    stats.touch()
    return { id }
  }

  function admit(request: RequestLike, subscription: Subscription = {}): Admission {
    checkSubscription('subscription', subscription)
    if (life.state !== 'open' && life.return === 'never') return refuse(204, '')
    if (life.state !== 'open') return refuse(503, 'This server is closing. Try again.')
    if (!acceptsEventStream(headerOf(request, 'accept')))
      return refuse(406, 'This is an event stream. Accept text/event-stream.')
    if (hasExpired(subscription.expires)) return refuse(401, 'The permission to read this stream has expired.')
    const noPlace = places.refusal(subscription.key)
    if (noPlace === 503) return refuse(503, 'This stream has as many clients as it takes. Try again later.')
    if (noPlace === 429) return refuse(429, 'You have as many connections as you may. Close one.')
    return {
      status: 200,
      headers: streamHeaders(subscription.headers),
      connect: (sink) => connect(sink, lastEventIdOf(request), subscription),
    }
  }

  function connect(sink: Sink, lastEventId: string, subscription: Subscription): Connection {
    if (life.state !== 'open') throw new Error('connect: the channel was closed after the client was admitted.')
    const { topics = [], from = 'now', key, context, expires } = subscription
    log.trim(Date.now())
    const { position, ...continuity } = planStart(lastEventId, from, log)
    const client: ChannelClient = { topics, key, context, since: Date.now(), continuity: continuity.continuity }
    const giveBack = places.take(key)
    let stopWatching = (): void => {}
    const member = hub.add(sink, topics, position, (reason) => {
      members.delete(member)
      giveBack()
      stopWatching()
      clients.touch()
      closes.emit('', { client, reason })
    })
    members.set(member, client)
    clients.touch()
    connects.emit('', client)
    const id = formatId(log.epoch, position)
    hub.start(member, encodeOpening({ continuity, position: id, keepAlive, limits: history, retry }))
    if (member.flow !== 'closed') {
      stopWatching = watchExpiry(
        expires,
        (within) => hub.say(member, encodeRotation(within)),
        () => finish(member, { reason: 'expired' }),
      )
    }
    return { drained: () => hub.drained(member), left: () => hub.remove(member, 'client') }
  }

  /** Ends the stream now: properly if everything can be sent, otherwise in the middle. */
  function finish(member: Member, leaving: Leaving): void {
    hub.leave(member, leaving)
    hub.remove(member, leaving.reason)
  }

  function drainAll(within: number, reason: CloseReason): Promise<void> {
    return drain([...members.keys()], within, {
      ask: (member, notice) => notice > 0 && hub.say(member, encodeRotation(notice)),
      end: (member) => finish(member, { reason }),
      isGone: ({ flow }) => flow === 'closed',
    })
  }

  /** Says goodbye to all, and gives those that are behind some time. */
  function endAll(within: number): Promise<void> {
    const all = [...members.keys()]
    for (const member of all) hub.leave(member, { reason: 'shutdown', farewell: encodeEnd() })
    return poll((elapsed) => {
      if (elapsed >= within) for (const member of all) finish(member, { reason: 'shutdown' })
      return all.every(({ flow }) => flow === 'closed')
    })
  }

  return {
    publish,
    admit,
    response: (request, subscription) => toResponse(admit(request, subscription), request.method, request.signal),
    events(subscription) {
      const admission = admit({ headers: {} }, subscription)
      if (admission.status !== 200) throw new Error(`events: ${admission.body || 'The channel is closed.'}`)
      return readChannel(admission) as AsyncIterableIterator<ChannelEvent<AnyEvents>>
    },
    clients: clients.store,
    stats: stats.store,
    onConnect(listener) {
      checkListener('onConnect', listener)
      return connects.on(EVERY_TYPE, listener)
    },
    onClose(listener) {
      checkListener('onClose', listener)
      return closes.on(EVERY_TYPE, ({ client, reason }) => listener(client, reason))
    },
    async rotate(rotateOptions: RotateOptions = {}) {
      checkRotation(rotateOptions)
      await drainAll(rotateOptions.within ?? DEFAULT_WITHIN, 'rotated')
    },
    async close(closeOptions: CloseOptions = {}) {
      checkClosing(closeOptions)
      if (life.state !== 'open') return life.done
      const { within = DEFAULT_WITHIN, return: whether = 'spread' } = closeOptions
      // In a microtask, so that the channel counts as closing by then.
      const done = Promise.resolve()
        .then(() => (whether === 'never' ? endAll(within) : drainAll(within, 'shutdown')))
        .then(() => {
          life = { state: 'closed', return: whether, done }
        })
      life = { state: 'closing', return: whether, done }
      await done
    },
  }
}
