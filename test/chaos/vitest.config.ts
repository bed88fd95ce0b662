import { defineConfig } from 'vitest/config'
import project from '../../vitest.config.ts'

/** Bugs that are planted into the package, each of which a campaign finds: minutes of processes that die. */
export default defineConfig({
  ...project,
  test: { ...project.test, include: ['test/chaos/planted.test.ts'], exclude: [] },
})
