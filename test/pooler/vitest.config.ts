import { defineConfig } from 'vitest/config'
import project from '../../vitest.config.ts'
import { databaseTests } from './database-tests.ts'

/**
 * Every test that uses a PostgreSQL server, behind PgBouncer in transaction mode: `npm run test:pooler`.
 * A test file without one would run just the same, and is left out; so is the one that needs the programs of the
 * server's own version, which are not there for the server of this suite.
 */
const STOLEN_COPIES = 'test/trust/stolen-copies.test.ts'
process.env.EVERGRANT_TEST_POOLER = 'pgbouncer'

export default defineConfig({
  ...project,
  test: { ...project.test, include: ['test/pooler/*.test.ts', ...databaseTests()], exclude: [STOLEN_COPIES] },
})
