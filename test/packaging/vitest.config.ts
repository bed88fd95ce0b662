import { defineConfig } from 'vitest/config'
import project from '../../vitest.config.ts'

/** Packing and installing take their time, so these tests run by `npm run test:packaging`. */
export default defineConfig({
  ...project,
  test: {
    setupFiles: ['test/support/clean-environment.ts'],
    include: ['test/packaging/tarball.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
})
