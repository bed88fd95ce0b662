import { describe, expect, test } from 'vitest'
import { HOUR, MINUTE, policy, unknownProvider, zohoLike } from '../../test/support/lifecycle.ts'
import { isNoProgress, termOf } from './term.ts'

describe('how long new tokens last', () => {
  test('what the answer says, with a jittered instant for the background refresh', () => {
    expect(termOf(2 * HOUR, 0, zohoLike, policy)).toEqual({
      lifetimeMs: 2 * HOUR,
      expiresInMs: 2 * HOUR,
      refreshInMs: 110 * MINUTE,
    })
  })

  test("the profile's lifetime when the answer is silent, and nothing when nobody knows", () => {
    expect(termOf(null, 0, zohoLike, policy).expiresInMs).toBe(HOUR)
    expect(termOf(null, 0, unknownProvider, policy)).toEqual({
      lifetimeMs: null,
      expiresInMs: null,
      refreshInMs: null,
    })
  })

  test('no progress is a token that lives no longer than the one before', () => {
    const hour = termOf(HOUR, 0, zohoLike, policy)
    expect(isNoProgress(HOUR, hour)).toBe(true)
    expect(isNoProgress(HOUR - 1, hour)).toBe(false)
    expect(isNoProgress(Infinity, hour)).toBe(false)
    expect(isNoProgress(HOUR, termOf(null, 0, unknownProvider, policy))).toBe(false)
  })
})
