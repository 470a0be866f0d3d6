import { playwright } from '@vitest/browser-playwright'
import { defineConfig } from 'vitest/config'
import { scriptServerPlugin } from './test/server/vite-plugin.js'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'node',
          environment: 'node',
          include: [
            'test/{event-stream,observable,reconnection,transport,connection,client,package,behaviour,bad-input}/**/*.test.ts',
          ],
          globalSetup: ['test/server/standalone.ts'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'happy-dom',
          environment: 'happy-dom',
          // The scripted server is on another origin than the window.
          environmentOptions: {
            happyDOM: { settings: { fetch: { disableSameOriginPolicy: true } } },
          },
          include: ['test/dom/**/*.test.ts'],
          globalSetup: ['test/server/standalone.ts'],
          testTimeout: 20_000,
        },
      },
      {
        plugins: [scriptServerPlugin()],
        // Found while the tests run, it would make vite reload the page under them.
        optimizeDeps: { include: ['chai'] },
        test: {
          name: 'chromium',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: ['test/server/standalone.ts'],
          testTimeout: 20_000,
          browser: {
            enabled: true,
            headless: true,
            provider: playwright({
              launchOptions: {
                executablePath: '/usr/bin/chromium',
                args: [
                  '--no-sandbox',
                  '--disable-gpu',
                  '--disable-quic',
                  '--no-first-run',
                  '--disable-background-networking',
                  '--disable-component-update',
                  '--disable-sync',
                  '--no-proxy-server',
                ],
              },
            }),
            instances: [{ browser: 'chromium' }],
            connectTimeout: 60_000,
            screenshotFailures: false,
          },
        },
      },
    ],
  },
})
