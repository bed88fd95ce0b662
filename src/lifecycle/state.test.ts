import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  anyConnection,
  anyTraits,
  connectionWith,
  HOUR,
  MINUTE,
  policy,
  SECOND,
  zohoLike,
} from '../../test/support/lifecycle.ts'
import { freshUntil, isServable, remainingOf, stateOf } from './state.ts'

const at = (now: number, given = {}) => stateOf(connectionWith(given), now, zohoLike, policy)

describe('the state of a connection', () => {
  test("an hour's token is fresh, soft, hard and expired in turn", () => {
    expect(at(0)).toBe('fresh')
    expect(at(50 * MINUTE - 1)).toBe('fresh')
    expect(at(50 * MINUTE)).toBe('soft')
    expect(at(55 * MINUTE - 1)).toBe('soft')
    expect(at(55 * MINUTE)).toBe('hard')
    expect(at(HOUR - 5 * SECOND - 1)).toBe('hard')
    expect(at(HOUR - 5 * SECOND)).toBe('expired')
    expect(at(2 * HOUR)).toBe('expired')
  })

  test('the instant drawn when the token was stored decides when it is soft', () => {
    expect(at(51 * MINUTE, { refreshAt: 52 * MINUTE })).toBe('fresh')
    expect(at(52 * MINUTE, { refreshAt: 52 * MINUTE })).toBe('soft')
  })

  test('a token whose expiry nobody knows is fresh once Evergrant has stored it', () => {
    expect(at(0, { expiresAt: null })).toBe('fresh')
    expect(at(0, { expiresAt: Infinity })).toBe('fresh')
  })

  test('an adopted row without an expiry is refreshed at once, while its token may still be served', () => {
    expect(at(0, { expiresAt: null, generation: 0 })).toBe('hard')
  })

  test('without a refresh token the access token is served to its very end', () => {
    expect(at(HOUR - 1, { hasRefreshToken: false })).toBe('fresh')
    expect(at(HOUR, { hasRefreshToken: false })).toBe('expired')
    expect(at(0, { hasRefreshToken: false, expiresAt: null, generation: 0 })).toBe('fresh')
  })

  test('a seed is expired: there is no access token yet', () => {
    expect(at(0, { hasAccessToken: false, expiresAt: null, generation: 0 })).toBe('expired')
  })

  test('where a refresh kills the old access token there is no soft state', () => {
    const traits = { ...zohoLike, refreshKillsAccessToken: true }
    expect(stateOf(connectionWith(), 52 * MINUTE, traits, policy)).toBe('fresh')
    expect(stateOf(connectionWith(), 55 * MINUTE, traits, policy)).toBe('hard')
  })

  test('a refused grant stays refused, whatever its token has left', () => {
    expect(at(0, { status: 'reauthorization_required' })).toBe('reauthorization_required')
  })

  test('time only moves a connection forward: fresh, soft, hard, expired', () => {
    const order = ['fresh', 'soft', 'hard', 'expired']
    fc.assert(
      fc.property(
        anyConnection.filter(connection => connection.status !== 'reauthorization_required'),
        anyTraits,
        fc.integer({ min: -HOUR, max: 3 * HOUR }),
        fc.nat(HOUR),
        (connection, traits, now, later) => {
          const before = order.indexOf(stateOf(connection, now, traits, policy))
          const after = order.indexOf(stateOf(connection, now + later, traits, policy))
          expect(before).toBeGreaterThanOrEqual(0)
          expect(after).toBeGreaterThanOrEqual(before)
        },
      ),
    )
  })

  test('a connection is fresh exactly until the instant that freshUntil names', () => {
    fc.assert(
      fc.property(
        anyConnection,
        anyTraits,
        fc.integer({ min: -HOUR, max: 3 * HOUR }),
        (connection, traits, now) => {
          const fresh = stateOf(connection, now, traits, policy) === 'fresh'
          const servable = isServable(connection, now, traits, policy)
          expect(fresh).toBe(servable && now < freshUntil(connection, traits, policy))
        },
      ),
    )
  })

  test('what is expired has nothing left to serve, and what is not has', () => {
    expect(remainingOf(connectionWith(), 2 * HOUR)).toBe(0)
    expect(remainingOf(connectionWith({ expiresAt: null }), 0)).toBe(Infinity)
    expect(remainingOf(connectionWith({ hasAccessToken: false }), 0)).toBe(0)
  })
})
