import { defineConfig } from 'vitest/config'
import project from '../../vitest.config.ts'

/** What is promised of browsers, shown by a real one: `npm run test:browser`. It needs Debian's Chromium; `.ci/debian` installs it. */
export default defineConfig({
  ...project,
  test: {
    ...project.test,
    globalSetup: [],
    include: ['test/browser/*.test.ts'],
    exclude: [],
    maxWorkers: 1,
  },
})
