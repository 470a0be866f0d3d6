import { join } from 'node:path'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { chromiumArguments, programs } from './test/programs.js'
import { ProgressReporter, TallyReporter } from './test/reporter.js'
import { scriptServerPlugin } from './test/server/vite-plugin.js'

/** For every test that uses the scripted server. The timeouts allow for a busy machine. */
const withServer = { globalSetup: ['test/server/standalone.ts'], testTimeout: 20_000 }

/** Tests that take long and rarely fail: every place for a cut, thousands of reconnections, compilers and bundlers. */
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
      'test/{client,views,adapters,event-source,serving,sharing,testing}/**/*.test.ts',
      'test/{package,behaviour,bad-input,chaos}/**/*.test.ts',
    ],
    // Jest has a package of its own below test/testing.
    exclude: [...slowFiles, '**/node_modules/**'],
  },
}

/** The entries as they are published, for tests that import those of src/. */
function published(dist: 'dist' | 'dist/lean'): NonNullable<TestProjectInlineConfiguration['resolve']> {
  const replacement = join(import.meta.dirname, dist, '$1.js')
  return { alias: [{ find: /^(?:\.\.\/)+src\/entries\/(.+)\.js$/, replacement }] }
}

/** The same behaviour tests on the published files, as `npm run build` writes them. */
const built: TestProjectInlineConfiguration = {
  resolve: published('dist'),
  test: { ...withServer, name: 'built', environment: 'node', include: ['test/behaviour/**/*.test.ts'] },
}

/** And of what browsers load in production. */
const lean: TestProjectInlineConfiguration = {
  resolve: published('dist/lean'),
  test: {
    ...withServer,
    name: 'lean',
    environment: 'node',
    provide: { isLean: true },
    include: ['test/behaviour/**/*.test.ts', 'test/bad-input/{arguments,platform}.test.ts'],
  },
}

const happyDom: TestProjectInlineConfiguration = {
  test: {
    ...withServer,
    name: 'happy-dom',
    environment: 'happy-dom',
    // The scripted server is on an origin other than the window's.
    environmentOptions: { happyDOM: { settings: { fetch: { disableSameOriginPolicy: true } } } },
    include: ['test/{dom,docs}/**/*.test.ts'],
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
      // `npm run typecheck` checks the other files.
      ignoreSourceErrors: true,
    },
  },
}

const { whyNot } = programs.chromium
if (whyNot !== undefined && process.env['CI'] && !process.env['HIDE_PROGRAMS']) {
  throw new Error(`The tests in Chromium must not be left out in CI, but ${whyNot}.`)
}

/** Without Chromium, browser mode cannot start. Each file then counts as one test that is left out. */
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
    // If vite found it only during the tests, it would reload their page.
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
/** The build that is meant for browsers. */
const chromiumLean = {
  ...inChromium('chromium-lean', { include: ['test/browser/{page,event-source}.test.ts'] }),
  resolve: published('dist/lean'),
}
/** The same behaviour in the workers that differ least from a dedicated one. */
const chromiumWorkers = inChromium('chromium-workers', { include: [otherWorkers] })

/** Runs in Node and drives every installed browser. */
const native: TestProjectInlineConfiguration = {
  test: {
    name: 'native',
    environment: 'node',
    include: ['test/native/**/*.test.ts'],
    sequence: { groupOrder: 2 },
  },
}

/** Runs in Node too: a page cannot freeze, hide or disconnect itself. */
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

/** Runs alone, at the end: it starts its own servers and browsers, and waits as users would. */
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
 * What is between clients and servers in production: proxies, compression, HTTP/2. The tests of a file run in parallel,
 * because some of them wait for seconds.
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
  lean,
  'happy-dom': happyDom,
  types,
  chromium,
  'chromium-lean': chromiumLean,
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
    // By default vitest leaves one core idle, half of a small machine, although most tests only wait.
    maxWorkers: '100%',
    projects: Object.values(projects),
    reporters: ['default', progress, new TallyReporter()],
  },
})
