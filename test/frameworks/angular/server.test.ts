// @vitest-environment node
import '@angular/compiler'
import { bootstrapApplication } from '@angular/platform-browser'
import { provideServerRendering, renderApplication } from '@angular/platform-server'
import { injectEvent, injectEvents, injectEventSource, injectLatest, injectStatus } from 'everstream/angular'
import { expect, test } from 'vitest'
import { openStream, type Prices } from '../stream.js'
import { component, provideZoneless } from './environment.js'

type Context = Parameters<typeof bootstrapApplication>[2]

function renderOnServer(url: string): Promise<string> {
  const App = component(
    '{{ status().state }} {{ latest()?.value ?? "no price" }} {{ events().length }}',
    class {
      readonly prices = injectEventSource<Prices>(url)
      readonly latest = injectLatest(this.prices, 'price')
      readonly events = injectEvents(this.prices, 'note', { limit: 3 })
      readonly status = injectStatus(this.prices)
      constructor() {
        injectEvent(this.prices, 'price', () => {})
      }
    },
  )
  // Angular 18 has no context yet.
  const bootstrap = (context: Context) =>
    bootstrapApplication(App, { providers: [provideServerRendering(), provideZoneless()] }, context)
  return renderApplication(bootstrap as never, { document: '<app-root></app-root>' })
}

test('on the server, a component renders without connecting', async () => {
  const stream = await openStream()
  expect(await renderOnServer(stream.url)).toContain('>idle no price 0</app-root>')
  // What was connected would be seen now: a connection begins in a microtask.
  expect(await stream.requests()).toEqual([])
})

test('on the server, a relative URL does no harm', async () => {
  expect(await renderOnServer('/prices')).toContain('>idle no price 0</app-root>')
})
