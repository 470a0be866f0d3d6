import { join } from 'node:path'
import { defaultClientConditions } from 'vite'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { TallyReporter } from '../reporter.js'
import { svelte } from './svelte/plugin.js'
import { home, isInstalled, isNewest, resolveVersion, type Version, versions } from './versions.js'

function projectOf(version: Version): TestProjectInlineConfiguration {
  const name = `${version.framework} ${version.version}`
  return {
    plugins: [resolveVersion(version), svelte(version.folder)],
    // As in a browser; what runs in Node resolves as on a server.
    environments: { client: { resolve: { conditions: ['browser', ...defaultClientConditions] } } },
    test: {
      name,
      root: join(home, version.framework),
      include: ['**/*.test.{ts,tsx}'],
      exclude: ['*/node_modules/**', ...(isNewest(version) ? [] : ['newest/**'])],
      environment: 'happy-dom',
      // The scripted server is on another origin than the window.
      environmentOptions: { happyDOM: { settings: { fetch: { disableSameOriginPolicy: true } } } },
      globalSetup: [join(home, '../server/standalone.ts')],
      testTimeout: 20_000,
      provide: { version: version.version },
      // What comes with a framework and imports it must get the same build of it.
      server: { deps: { inline: [/@testing-library|@vue|@solidjs|@angular|svelte|solid-js/] } },
    },
  }
}

const types: TestProjectInlineConfiguration = {
  test: { name: 'types', root: home, include: ['types.test.ts'], environment: 'node' },
}

/** In a real browser, and last, when nothing else needs the cores. */
const pages: TestProjectInlineConfiguration = {
  test: {
    name: 'pages',
    root: home,
    include: ['pages.test.ts'],
    environment: 'node',
    globalSetup: [join(home, '../server/standalone.ts')],
    sequence: { groupOrder: 1 },
  },
}

export default defineConfig({
  test: {
    maxWorkers: '100%',
    projects: [...versions.filter(isInstalled).map(projectOf), types, pages],
    reporters: ['default', new TallyReporter()],
  },
})
