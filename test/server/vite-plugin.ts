import type { Plugin } from 'vitest/config'
import { createScriptHandler } from './handler.js'
import { SCRIPT_SERVER_PATH } from './script.js'

/** The scripted server on the origin of the pages that vite serves. */
export function scriptServerPlugin(): Plugin {
  return {
    name: 'everstream:script-server',
    configureServer(server) {
      server.middlewares.use(SCRIPT_SERVER_PATH, createScriptHandler())
    },
  }
}
