import { expect, test } from 'vitest'
import { durationText } from './duration-text.ts'

test.each([
  [-5, '0 s'],
  [999, '0 s'],
  [8_000, '8 s'],
  [119_999, '119 s'],
  [120_000, '2 min'],
  [3_599_000, '59 min'],
  [7_200_000, '2 h'],
  [172_800_000, '2 d'],
  [365 * 86_400_000, '365 d'],
])('%i ms is %s', (ms, text) => {
  expect(durationText(ms)).toBe(text)
})
