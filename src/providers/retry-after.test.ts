import { expect, test } from 'vitest'
import type { Clock } from '../ports/clock.ts'
import { retryAfterOf } from './retry-after.ts'

const NOW = Date.parse('Wed, 21 Oct 2026 07:28:00 GMT')
const clock: Clock = { wallMs: () => NOW, monotonicMs: () => 0, delay: async () => {} }

function retryAfter(value: string, date?: string): number | null {
  return retryAfterOf(
    new Headers(date === undefined ? { 'retry-after': value } : { 'retry-after': value, date }),
    clock,
  )
}

test.each([
  ['7', 7_000],
  [' 7 ', 7_000],
  ['0', 1_000],
  ['1000000000', 900_000],
  ['9'.repeat(400), 900_000],
  ['Wed, 21 Oct 2026 07:28:30 GMT', 30_000],
  ['Wed, 21 Oct 2099 07:28:00 GMT', 900_000],
  ['Wed, 21 Oct 2015 07:28:00 GMT', 1_000],
])('F22: Retry-After %j is %i ms', (value, ms) => {
  expect(retryAfter(value)).toBe(ms)
})

test.each(['-1', '1e9', '7s', '', 'soon', '2026-10-21T07:28:30Z', 'Wed, 99 Oct 2026 07:28:30 GMT', '0x10'])(
  'F22: Retry-After %j says nothing',
  value => expect(retryAfter(value)).toBeNull(),
)

test('a date counts from the date of the answer, however wrong our clock is', () => {
  expect(retryAfter('Wed, 21 Oct 2026 09:00:20 GMT', 'Wed, 21 Oct 2026 09:00:00 GMT')).toBe(20_000)
  expect(retryAfter('Wed, 21 Oct 2026 07:28:30 GMT', 'yesterday')).toBe(30_000)
})

test('no header says nothing', () => {
  expect(retryAfterOf(new Headers(), clock)).toBeNull()
})
