import 'zone.js'
import { provideZoneChangeDetection } from '@angular/core'
import { initTestBed } from './environment.js'
import { testAdapter } from './suite.js'

await initTestBed()
testAdapter(provideZoneChangeDetection)
