import { expect, test } from 'vitest'
import type { Change } from './evidence.ts'
import { waitedForProvider } from './modes/sweep.ts'

const refreshed: Change = {
  at: 5_000,
  connection: 'a',
  rowId: 'row',
  generation: 2,
  generationBefore: 1,
  status: 'active',
  statusBefore: 'active',
  statusReason: null,
  expiresAt: 17_000,
}

/** Whether a long call that began at this instant has waited for the provider. */
function hasWaited(at: number, changes: readonly Change[] = [refreshed]): boolean {
  const slow = [{ connection: 'a', at, waitMs: 300 }]
  const given = [{ connection: 'a', refreshToken: 'first', at: 0, expiresAt: 12_000 }]
  return waitedForProvider({ slow, changes, given }).length === 1
}

test('a long call has waited for the provider when it began in the last tenth of the stored token, or after its end', () => {
  expect([15_700, 15_900, 18_000].map(at => hasWaited(at))).toEqual([false, true, true])
  expect([4_000, 11_000].map(at => hasWaited(at, []))).toEqual([false, true])
})

test('a failure in between brings no new token', () => {
  const refusal = { ...refreshed, at: 15_000, generationBefore: 2, status: 'suspect' }
  expect(hasWaited(15_900, [refreshed, refusal])).toBe(true)
})
