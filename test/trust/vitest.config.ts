import { defineConfig } from 'vitest/config'
import project from '../../vitest.config.ts'

/** What needs PostgreSQL's own client programs, and what takes a minute, runs by `npm run test:trust`, against the system's server. */
process.env.EVERGRANT_TEST_POSTGRES = 'system'

export default defineConfig({
  ...project,
  test: {
    ...project.test,
    include: ['test/trust/stolen-copies.test.ts', 'test/trust/interrupted-rotation.test.ts'],
    exclude: [],
  },
})
