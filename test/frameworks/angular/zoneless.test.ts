import { initTestBed, provideZoneless } from './environment.js'
import { testAdapter } from './suite.js'

await initTestBed()
testAdapter(provideZoneless)
