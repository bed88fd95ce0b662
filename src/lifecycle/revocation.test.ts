import { expect, test } from 'vitest'
import { policyWith } from './policy.ts'
import { revocationPauseOf } from './revocation.ts'

const policy = policyWith({})

test('the pause behind an attempt to revoke doubles from half a minute to an hour, and is drawn from its second half', () => {
  const pauses = Array.from({ length: 12 }, (_, attempts) => revocationPauseOf(attempts, 1, null, policy))
  expect(pauses.slice(0, 4)).toEqual([30_000, 60_000, 120_000, 240_000])
  expect(pauses.at(-1)).toBe(3_600_000)
  expect(revocationPauseOf(3, 0, null, policy)).toBe(120_000)
  expect(revocationPauseOf(1_000, 1, null, policy)).toBe(3_600_000)
})

test('it is no shorter than a request can take', () => {
  expect(revocationPauseOf(0, 0, null, policyWith({ requestTimeoutMs: 40_000 }))).toBe(45_000)
})

test('it is as long as the provider wishes, up to an hour, and no shorter for a short wish', () => {
  expect(revocationPauseOf(0, 1, 600_000, policy)).toBe(600_000)
  expect(revocationPauseOf(0, 1, 7_200_000, policy)).toBe(3_600_000)
  expect(revocationPauseOf(0, 1, 1_000, policy)).toBe(30_000)
})
