import type { Case } from '../case.js'
import { answers } from './answers.js'
import { closing } from './closing.js'
import { ending } from './ending.js'
import { events } from './events.js'
import { iteration } from './iteration.js'
import { lastEventId } from './last-event-id.js'
import { limits } from './limits.js'
import { payloads } from './payloads.js'
import { reconnection } from './reconnection.js'
import { redirects } from './redirects.js'
import { request } from './request.js'
import { store } from './store.js'
import { views } from './views.js'

/** The behaviour of everstream, by subject. */
export const cases: Readonly<Record<string, readonly Case[]>> = {
  events,
  store,
  views,
  iteration,
  payloads,
  request,
  answers,
  redirects,
  'last event ID': lastEventId,
  reconnection,
  limits,
  ending,
  closing,
}
