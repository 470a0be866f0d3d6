import { join } from 'node:path'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { chromiumArguments, programs } from './test/programs.js'
import { ProgressReporter, TallyReporter } from './test/reporter.js'
import { scriptServerPlugin } from './test/server/vite-plugin.js'

/** What every test needs that talks to the scripted server. A loaded machine is slow, and no reason to fail. */
const withServer = { globalSetup: ['test/server/standalone.ts'], testTimeout: 20_000 }

/** What takes long and rarely fails: every possible cut, thousands of reconnections, other compilers and bundlers. */
const slowFiles = ['test/chaos/{cuts,leaks}.test.ts', 'test/package/{bundlers,typescript}.test.ts']

const node: TestProjectInlineConfiguration = {
  test: {
    ...withServer,
    name: 'node',
    environment: 'node',
    include: [
      'test/*.test.ts',
      'test/runtimes/drive/*.test.ts',
      'test/{arguments,answer,event-stream,observable,reconnection,transport,connection}/**/*.test.ts',
      'test/{client,event-source,package,behaviour,bad-input,chaos}/**/*.test.ts',
    ],
    exclude: slowFiles,
  },
}

/** The same behaviour of what is published, as `npm run build` leaves it. */
const built: TestProjectInlineConfiguration = {
  resolve: {
    alias: [{ find: /^(?:\.\.\/)+src\/entries\/(.+)\.js$/, replacement: join(import.meta.dirname, 'dist/$1.js') }],
  },
  test: {
    ...withServer,
    name: 'built',
    environment: 'node',
    include: ['test/behaviour/**/*.test.ts'],
  },
}

const happyDom: TestProjectInlineConfiguration = {
  test: {
    ...withServer,
    name: 'happy-dom',
    environment: 'happy-dom',
    // The scripted server is on another origin than the window.
    environmentOptions: { happyDOM: { settings: { fetch: { disableSameOriginPolicy: true } } } },
    include: ['test/dom/**/*.test.ts'],
  },
}

const types: TestProjectInlineConfiguration = {
  test: {
    name: 'types',
    include: [],
    typecheck: {
      enabled: true,
      only: true,
      include: ['test/types/**/*.test-d.ts'],
      tsconfig: 'test/tsconfig.json',
      // The other files are the business of `npm run typecheck`.
      ignoreSourceErrors: true,
    },
  },
}

const { whyNot } = programs.chromium
if (whyNot !== undefined && process.env['CI'] && !process.env['HIDE_PROGRAMS']) {
  throw new Error(`The tests in Chromium must not be left out in CI, but ${whyNot}.`)
}

/** Without Chromium, browser mode cannot even start. Each file then counts as one test that is left out. */
const leftOut: TestProjectInlineConfiguration = {
  plugins: [
    {
      name: 'left-out',
      enforce: 'pre',
      load(id) {
        if (!id.startsWith(join(import.meta.dirname, 'test/browser/'))) return
        return `
          import { test } from 'vitest'
          import { needs, programs } from '../programs.js'
          test('every test of this file', needs(programs.chromium), () => {})`
      },
    },
  ],
  test: { environment: 'node' },
}

function inChromium(name: string, files: { include: string[]; exclude?: string[] }): TestProjectInlineConfiguration {
  if (whyNot !== undefined) return { ...leftOut, test: { ...leftOut.test, ...files, name } }
  return {
    plugins: [scriptServerPlugin()],
    // Found only while the tests run, it would make vite reload the page under them.
    optimizeDeps: { include: ['chai'] },
    test: {
      ...withServer,
      ...files,
      sequence: { groupOrder: 1 },
      browser: {
        enabled: true,
        headless: true,
        provider: playwright({ launchOptions: { executablePath: programs.chromium.path, args: chromiumArguments } }),
        instances: [{ browser: 'chromium', name }],
        connectTimeout: 60_000,
        screenshotFailures: false,
      },
    },
  }
}

const otherWorkers = 'test/browser/{shared,service}-worker.test.ts'
const chromium = inChromium('chromium', { include: ['test/browser/**/*.test.ts'], exclude: [otherWorkers] })
/** The same behaviour once more, where it differs least from a dedicated worker's. */
const chromiumWorkers = inChromium('chromium-workers', { include: [otherWorkers] })

/** From Node, because it drives every browser that is there. */
const native: TestProjectInlineConfiguration = {
  test: {
    name: 'native',
    environment: 'node',
    include: ['test/native/**/*.test.ts'],
    sequence: { groupOrder: 2 },
  },
}

/** From Node too: what a page goes through from outside cannot be done from within. */
const lifecycle: TestProjectInlineConfiguration = {
  test: {
    name: 'lifecycle',
    environment: 'node',
    include: ['test/lifecycle/**/*.test.ts'],
    sequence: { groupOrder: 3 },
    fileParallelism: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
}

/** By itself, at the end: it runs servers and browsers of its own, and waits for what users would wait for. */
const demo: TestProjectInlineConfiguration = {
  test: {
    name: 'demo',
    environment: 'node',
    include: ['test/demo/**/*.test.ts'],
    sequence: { groupOrder: 4 },
    fileParallelism: false,
  },
}

/**
 * What lies between a client and a server out there: proxies, compression, HTTP/2. The tests of a file run at the same
 * time, because some really wait for seconds.
 */
const wild: TestProjectInlineConfiguration = {
  test: {
    name: 'wild',
    environment: 'node',
    include: ['test/wild/**/*.test.ts'],
    sequence: { groupOrder: 5 },
    fileParallelism: false,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
}

const slow: TestProjectInlineConfiguration = {
  test: {
    ...withServer,
    name: 'slow',
    environment: 'node',
    include: slowFiles,
    sequence: { groupOrder: 6 },
  },
}

const projects = {
  node,
  built,
  'happy-dom': happyDom,
  types,
  chromium,
  'chromium-workers': chromiumWorkers,
  native,
  lifecycle,
  demo,
  wild,
  slow,
}
const progress = new ProgressReporter({
  programs: [programs.chromium, programs.firefox, programs.nginx, programs.redis],
  projects: Object.keys(projects),
})

export default defineConfig({
  test: {
    // By default one core is left idle, which is half of a small machine; most tests wait for a server or a timer.
    maxWorkers: '100%',
    projects: Object.values(projects),
    reporters: ['default', progress, new TallyReporter()],
  },
})
