/** `everstream/server/node`: channels for everything that is built on Node's `(req, res)`. */
export { publishDiagnostics } from '../../server/diagnostics.js'
export type { NodeRequest, NodeResponse } from '../../server/node-types.js'
export { respond } from '../../server/respond.js'
