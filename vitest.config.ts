import { fileURLToPath } from 'node:url'
import { configDefaults, defineConfig } from 'vitest/config'

const source = (path: string): string => fileURLToPath(new URL(`./src/${path}`, import.meta.url))

export default defineConfig({
  resolve: {
    alias: [
      { find: /^evergrant$/, replacement: source('index.ts') },
      { find: /^evergrant\/schema$/, replacement: source('schema.ts') },
      { find: /^evergrant\/(express|fastify|hono|next)$/, replacement: source('integrations/$1.ts') },
      {
        find: /^evergrant\/(providers|admin|zoho|opentelemetry|testing)$/,
        replacement: source('$1/index.ts'),
      },
    ],
  },
  test: {
    globalSetup: ['test/support/postgres-setup.ts'],
    setupFiles: ['test/support/clean-environment.ts'],
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // Suites of their own: they need the registry, a pooler, a browser, PostgreSQL's other programs, or a minute.
    exclude: [
      ...configDefaults.exclude,
      'test/packaging/tarball.test.ts',
      'test/chaos/planted.test.ts',
      'test/pooler/**',
      'test/browser/**',
      'test/sdk/**',
      'test/trust/stolen-copies.test.ts',
      'test/trust/interrupted-rotation.test.ts',
    ],
    // Safety nets, not measures: a machine that several work on may take minutes for what takes seconds.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    // What is polled for comes as soon as a busy machine gets to it; the usual second is no sign of anything.
    expect: { poll: { timeout: 60_000 } },
    maxWorkers: 2,
  },
})
