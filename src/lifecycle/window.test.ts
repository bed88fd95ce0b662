import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  anyTraits,
  HOUR,
  MINUTE,
  policy,
  SECOND,
  unknownProvider,
  zohoLike,
} from '../../test/support/lifecycle.ts'
import { floorOf, lifetimeOf, refreshDueAfter, softOf, windowOf } from './window.ts'

describe('windows by lifetime', () => {
  test("Zoho's hour gives a window of five minutes and a background refresh ten minutes before expiry", () => {
    expect(windowOf(HOUR, zohoLike, policy)).toBe(5 * MINUTE)
    expect(softOf(HOUR, zohoLike, policy)).toBe(10 * MINUTE)
    expect(floorOf(HOUR, policy)).toBe(5 * SECOND)
  })

  test('a two-minute token is refreshed in the background between its 72nd and 84th second', () => {
    expect(refreshDueAfter(120 * SECOND, 0, zohoLike, policy)).toBe(72 * SECOND)
    expect(refreshDueAfter(120 * SECOND, 1, zohoLike, policy)).toBe(84 * SECOND)
    expect(windowOf(120 * SECOND, zohoLike, policy)).toBe(24 * SECOND)
    expect(floorOf(60 * SECOND, policy)).toBe(3 * SECOND)
  })

  test('a provider that refuses early refreshes gets none before its time', () => {
    const exactOnline = { ...zohoLike, refreshEarliestMs: 570 * SECOND }
    expect(windowOf(600 * SECOND, exactOnline, policy)).toBe(30 * SECOND)
    expect(refreshDueAfter(600 * SECOND, 0, exactOnline, policy)).toBe(570 * SECOND)
    expect(windowOf(300 * SECOND, exactOnline, policy)).toBe(0)
  })

  test('an unknown lifetime is the profile’s, else an hour', () => {
    expect(lifetimeOf({ lifetimeMs: 7 }, zohoLike, policy)).toBe(7)
    expect(lifetimeOf({ lifetimeMs: null }, { ...zohoLike, lifetimeMs: 9 }, policy)).toBe(9)
    expect(lifetimeOf({ lifetimeMs: null }, unknownProvider, policy)).toBe(HOUR)
  })

  test('for every lifetime the background refresh falls due before the window and after the earliest refresh', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10 * HOUR }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        anyTraits,
        (lifetimeMs, fraction, traits) => {
          const due = refreshDueAfter(lifetimeMs, fraction, traits, policy)
          expect(due).toBeLessThanOrEqual(lifetimeMs - windowOf(lifetimeMs, traits, policy) + 1e-6)
          expect(due).toBeGreaterThanOrEqual(Math.min(traits.refreshEarliestMs, lifetimeMs) - 1e-6)
        },
      ),
    )
  })
})
