import { fileURLToPath } from 'node:url'
import express from 'express'
import { createFaults } from './faults.mjs'
import { createHost } from './host.mjs'
import { createJournal } from './journal.mjs'
import { createMarket } from './market.mjs'
import { createStreams } from './streams.mjs'

/**
 * Starts the demo's server: the stream, the faults, and the page with its libraries.
 *
 * @param {number} port 0 for any that is free
 */
export async function startDemo(port) {
  const journal = createJournal()
  const market = createMarket(journal)
  const streams = createStreams(journal, market.snapshot)
  const app = express()
  const host = createHost(app)
  const faults = createFaults({ journal, market, streams, restart: () => void host.restart() })

  app.disable('x-powered-by')
  app.get('/stream', faults.refuseWhileUnavailable, streams.serve)
  app.get('/sent', (_request, response) => {
    response.set('cache-control', 'no-store').json({ run: journal.run, sequence: market.sequence })
  })
  app.post('/faults/:name', (request, response) => {
    const fault = faults.find(request.params.name)
    if (fault === undefined) return void response.sendStatus(404)
    // After the answer is sent: a restart would cut it off.
    response.on('finish', fault).sendStatus(204)
  })
  app.use('/everstream', express.static(directory(import.meta.resolve('everstream'))))
  app.use('/uplot', express.static(directory(import.meta.resolve('uplot'))))
  app.use(express.static(directory(import.meta.resolve('../page/index.html'))))

  await host.listen(port)
  market.start()
  streams.start()
  return {
    url: host.url,
    stop: () => {
      market.stop()
      streams.stop()
      host.stop()
    },
  }
}

/** @param {string} url */
function directory(url) {
  return fileURLToPath(new URL('.', url))
}
