// @vitest-environment node
import { expect, test } from 'vitest'
import { openStream } from '../stream.js'
import { renderOnServer } from './render-on-server.js'
import PriceTag from './PriceTag.svelte'

test('on the server, a component renders without connecting', async () => {
  const stream = await openStream()
  expect(await renderOnServer(PriceTag, { url: stream.url })).toContain('<p>idle no price</p>')
  // What was connected would be seen now: a connection begins in a microtask.
  expect(await stream.requests()).toEqual([])
})

test('on the server, a relative URL does no harm', async () => {
  expect(await renderOnServer(PriceTag, { url: '/prices' })).toContain('<p>idle no price</p>')
})
