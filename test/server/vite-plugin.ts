import type { Plugin } from 'vitest/config'
import { createScriptHandler } from './handler.js'

/** Where the scripted server is mounted on the page's own origin. */
export const SCRIPT_SERVER_PATH = '/script-server'

/** The scripted server on the origin of the pages that vite serves. */
export function scriptServerPlugin(): Plugin {
  return {
    name: 'everstream:script-server',
    configureServer(server) {
      server.middlewares.use(SCRIPT_SERVER_PATH, createScriptHandler())
    },
  }
}
