import { configDefaults, defineConfig } from 'vitest/config'
import project from '../../vitest.config.ts'

/** Zoho's own SDK against the local Zoho, and an hour of ten thousand calls: `npm run test:sdk`. It needs no database server. */
export default defineConfig({
  ...project,
  test: {
    ...project.test,
    globalSetup: [],
    include: ['test/sdk/*.test.ts'],
    exclude: [...configDefaults.exclude],
  },
})
