import type { EventSourceCase } from '../case.js'
import { connection } from './connection.js'
import { construction } from './construction.js'
import { events } from './events.js'
import { formats } from './format.js'
import { request } from './request.js'

/** All cases, by what they are about. */
export const cases: Readonly<Record<string, readonly EventSourceCase[]>> = {
  construction,
  events,
  connection,
  request,
  format: formats,
}
