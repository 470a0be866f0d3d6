import { startDemo } from './server/demo.mjs'

const port = Number(process.env['PORT'] ?? 8080)

try {
  const demo = await startDemo(port)
  // Afterwards nothing keeps the process alive, so it ends on its own. A second Ctrl-C would kill it.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, demo.stop)
  console.log(`The demo is at ${demo.url} (Ctrl-C ends it)`)
} catch (error) {
  console.error(explain(error))
  process.exitCode = 1
}

/** @param {unknown} error */
function explain(error) {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} is taken by another program. Choose another: PORT=${port + 1} npm start`
    case 'ERR_SOCKET_BAD_PORT':
      return `PORT must be a number from 0 to 65535, and is "${process.env['PORT']}".`
    default:
      return error
  }
}
