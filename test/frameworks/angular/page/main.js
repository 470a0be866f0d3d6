import '@angular/compiler'
import { Component, provideZonelessChangeDetection } from '@angular/core'
import { bootstrapApplication } from '@angular/platform-browser'
import { injectEventSource, injectLatest, injectStatus } from 'everstream/angular'

globalThis.renders = 0
class PriceTag {
  prices = injectEventSource(new URLSearchParams(location.search).get('stream'))
  latest = injectLatest(this.prices, 'price')
  status = injectStatus(this.prices)
  text() {
    globalThis.renders += 1
    return `${this.status().state} ${this.latest()?.value ?? 'no price'}`
  }
}
Component({ selector: 'main', template: '<p>{{ text() }}</p>' })(PriceTag)

const application = await bootstrapApplication(PriceTag, { providers: [provideZonelessChangeDetection()] })
globalThis.unmount = () => application.destroy()
