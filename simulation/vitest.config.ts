import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: { include: ['simulation/**/*.test.ts'], testTimeout: 60_000, maxWorkers: 1 },
})
