import { defineConfig } from 'vitest/config'
import project from '../../vitest.config.ts'
import { databaseTests } from './database-tests.ts'

/**
 * Every test of stores, service and protocol that uses a PostgreSQL server, behind PgBouncer in transaction mode:
 * `npm run test:pooler`. A test file without one would run just the same, and is left out; so are those of
 * `npm run test:trust` and `npm run test:chaos`.
 */
const OTHER_SUITES = [
  'test/trust/stolen-copies.test.ts',
  'test/trust/interrupted-rotation.test.ts',
  'test/chaos/planted.test.ts',
]

/** About providers, pages and the terminal: what they ask of the database, the others ask too. */
const NOT_ABOUT_DATABASES = [
  'test/conformance/**',
  'test/browser/**',
  'test/docs/**',
  'test/integration/cli*.test.ts',
  'test/integration/demo.test.ts',
  'test/attack/busy-loop.test.ts',
  'test/trust/command-line.test.ts',
  'test/trust/database-copies.test.ts',
  'test/trust/one-line.test.ts',
]
process.env.EVERGRANT_TEST_POOLER = 'pgbouncer'

export default defineConfig({
  ...project,
  test: {
    ...project.test,
    include: ['test/pooler/*.test.ts', ...databaseTests()],
    exclude: [...OTHER_SUITES, ...NOT_ABOUT_DATABASES],
  },
})
