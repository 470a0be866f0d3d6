/**
 * `everstream/testing`: a server and a clock for the tests of code that uses event sources. It works in every test
 * runner, and with msw.
 */
export type { ConnectionFailure, FailureKind } from '../failure/connection-failure.js'
export type { Transport } from '../transport/transport.js'
export type { FetchInput } from '../testing/fake-fetch.js'
export type { FailureDetails } from '../testing/failures.js'
export type { TestRequest } from '../testing/exchange.js'
export { installManualClock, type ManualClock } from '../testing/manual-clock.js'
export { createTestServer, type EmitOptions, type TestServer, type TestServerOptions } from '../testing/test-server.js'
