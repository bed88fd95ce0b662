import { expect, test } from 'vitest'
import { progressBar } from './progress-bar.ts'

test.each([
  [0, 4, `${'─'.repeat(30)} 0 of 4`],
  [1, 3, `${'━'.repeat(10)}${'─'.repeat(20)} 1 of 3`],
  [999, 1_000, `${'━'.repeat(30)} 999 of 1000`],
  [4, 4, ''],
  [0, 0, ''],
])('%i of %i', (done, total, bar) => {
  expect(progressBar(done, total)).toBe(bar)
})
