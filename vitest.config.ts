import { defineConfig } from 'vitest/config'

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
    ],
  },
})
