import { test } from 'vitest'
import { openStream, price } from '../../stream.js'
import { render } from '../render.js'
import PriceTag from './PriceTag.svelte'

test('with runes, a component reads `current`, and follows a URL from its props', async () => {
  const [before, after] = [await openStream(), await openStream()]
  const { findByText, rerender, unmount } = render(PriceTag, { url: before.url })
  await findByText('open no price')
  await before.send(price(1))
  await findByText('open 1')
  await rerender({ url: after.url })
  await after.connected(1)
  await after.send(price(2))
  await findByText('open 2')
  await before.connected(0)
  unmount()
  await after.connected(0)
})
