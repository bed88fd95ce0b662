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
  unknownProvider,
  zohoLike,
} from '../../test/support/lifecycle.ts'
import type { Connection } from './connection.ts'
import { type Decision, decide, mostValidMs } from './decide.ts'
import { remainingOf } from './state.ts'

const plain = { minValidMs: 0, refreshNow: false }
const at = (now: number, given: Partial<Connection> = {}, demand = plain, traits = zohoLike): Decision =>
  decide(connectionWith(given), now, demand, traits, policy)

describe('what a caller gets', () => {
  test('a fresh token at once, and nothing else happens', () => {
    expect(at(0)).toEqual({ kind: 'serve' })
  })

  test('a soft token at once, with a refresh behind it', () => {
    expect(at(52 * MINUTE)).toEqual({ kind: 'serve_and_refresh' })
  })

  test('a soft token without a refresh while somebody is at it or the connection is held back', () => {
    expect(at(52 * MINUTE, { leaseUntil: 53 * MINUTE })).toEqual({ kind: 'serve' })
    expect(at(52 * MINUTE, { nextAttemptAt: 53 * MINUTE })).toEqual({ kind: 'serve' })
  })

  test('within the window a refresh, waited for shortly, with the stored token to fall back on', () => {
    expect(at(57 * MINUTE)).toEqual({ kind: 'refresh', waitMs: 3 * SECOND, servable: true })
  })

  test('within the window the stored token at once while the provider is in trouble', () => {
    const given = { nextAttemptAt: 58 * MINUTE, lastError: 'PROVIDER_UNAVAILABLE' } as const
    expect(at(57 * MINUTE, given)).toEqual({
      kind: 'serve_while_failing',
      refusal: { kind: 'held_back', code: 'PROVIDER_UNAVAILABLE', until: 58 * MINUTE },
    })
  })

  test('an expired token means a longer wait and nothing to fall back on', () => {
    expect(at(2 * HOUR)).toEqual({ kind: 'refresh', waitMs: 15 * SECOND, servable: false })
  })

  test('expired and held back: the last failure at once', () => {
    const given = { nextAttemptAt: 3 * HOUR, lastError: 'PROVIDER_RATE_LIMITED' } as const
    expect(at(2 * HOUR, given)).toEqual({
      kind: 'fail',
      refusal: { kind: 'held_back', code: 'PROVIDER_RATE_LIMITED', until: 3 * HOUR },
    })
    expect(at(2 * HOUR, { nextAttemptAt: 3 * HOUR })).toMatchObject({
      refusal: { code: 'PROVIDER_UNAVAILABLE' },
    })
  })

  test('a suspect grant gives its living token, then says that the refusal is still to be confirmed', () => {
    const suspect = {
      status: 'suspect',
      lastError: 'REAUTHORIZATION_REQUIRED',
      nextAttemptAt: 3 * HOUR,
    } as const
    expect(at(57 * MINUTE, suspect).kind).toBe('serve_while_failing')
    expect(at(2 * HOUR, suspect)).toEqual({
      kind: 'fail',
      refusal: { kind: 'reauthorization', reason: 'suspect' },
    })
  })

  test.each([
    ['refused', 'refused'],
    ['lost_rotation', 'lost_rotation'],
    ['expired', 'expired'],
    ['suspect', 'suspect'],
    ['no_refresh_token', 'no_refresh_token'],
    [null, 'refused'],
  ] as const)('a dead grant gives its living token, then its reason (%s)', (statusReason, reason) => {
    const dead = { status: 'reauthorization_required', statusReason } as const
    expect(at(57 * MINUTE, dead)).toEqual({ kind: 'serve' })
    expect(at(2 * HOUR, dead)).toEqual({ kind: 'fail', refusal: { kind: 'reauthorization', reason } })
    expect(at(0, dead, { minValidMs: 0, refreshNow: true }).kind).toBe('fail')
  })

  test('without a refresh token: served to its expiry, then a new connection is needed', () => {
    expect(at(59 * MINUTE, { hasRefreshToken: false })).toEqual({ kind: 'serve' })
    const refusal = { kind: 'reauthorization', reason: 'no_refresh_token' }
    expect(at(HOUR, { hasRefreshToken: false })).toEqual({ kind: 'fail', refusal })
    expect(at(0, { hasRefreshToken: false }, { minValidMs: 0, refreshNow: true })).toEqual({
      kind: 'fail',
      refusal,
    })
  })

  test('minValidMs widens the window, and then nothing but a new token will do', () => {
    const demand = { minValidMs: 30 * MINUTE, refreshNow: false }
    expect(at(29 * MINUTE, {}, demand)).toEqual({ kind: 'serve' })
    expect(at(31 * MINUTE, {}, demand)).toEqual({ kind: 'refresh', waitMs: 15 * SECOND, servable: false })
    expect(at(31 * MINUTE, { nextAttemptAt: 32 * MINUTE }, demand).kind).toBe('fail')
  })

  test('refreshToken refreshes a fresh token, passes the no-progress gate, and no other gate', () => {
    const demand = { minValidMs: 0, refreshNow: true }
    expect(at(0, {}, demand)).toEqual({ kind: 'refresh', waitMs: 15 * SECOND, servable: false })
    const gated = { nextAttemptAt: MINUTE, lastError: 'NO_PROGRESS' } as const
    expect(at(0, gated, demand).kind).toBe('refresh')
    expect(at(0, { ...gated, lastError: 'PROVIDER_RATE_LIMITED' }, demand).kind).toBe('fail')
    expect(at(57 * MINUTE, { ...gated, nextAttemptAt: HOUR }).kind).toBe('serve_while_failing')
  })
})

describe('a refresh token that may have been spent', () => {
  const unsettled = { attemptId: 'attempt' }

  test('is not sent again to a strictly rotating provider while the access token is handed out, and then it is', () => {
    expect(at(52 * MINUTE, unsettled, plain, unknownProvider)).toEqual({ kind: 'serve' })
    expect(at(57 * MINUTE, unsettled, plain, unknownProvider)).toMatchObject({
      kind: 'serve_while_failing',
      refusal: { until: HOUR - 5 * SECOND },
    })
    expect(at(HOUR - 5 * SECOND - 1, unsettled, plain, unknownProvider).kind).toBe('serve_while_failing')
    expect(at(HOUR - 5 * SECOND, unsettled, plain, unknownProvider).kind).toBe('refresh')
    expect(at(HOUR, unsettled, plain, unknownProvider).kind).toBe('refresh')
  })

  test('is sent again where the provider allows it, or while the attempt is still under way', () => {
    expect(at(57 * MINUTE, unsettled).kind).toBe('refresh')
    expect(at(57 * MINUTE, { ...unsettled, leaseUntil: HOUR }, plain, unknownProvider).kind).toBe('refresh')
  })

  test('is sent again when nobody knows when the access token expires: waiting would never end', () => {
    const given = { ...unsettled, expiresAt: null, generation: 0 }
    expect(at(0, given, plain, unknownProvider).kind).toBe('refresh')
  })
})

describe('for every row, provider and instant', () => {
  const demands = fc.record({ minValidMs: fc.constantFrom(0, MINUTE, 20 * MINUTE), refreshNow: fc.boolean() })
  const instants = fc.integer({ min: -HOUR, max: 3 * HOUR })

  test('only a token that lives longer than asked for is ever served', () => {
    fc.assert(
      fc.property(anyConnection, anyTraits, demands, instants, (connection, traits, demand, now) => {
        const decision = decide(connection, now, demand, traits, policy)
        const serves = decision.kind.startsWith('serve') || (decision.kind === 'refresh' && decision.servable)
        if (!serves) return
        expect(demand.refreshNow).toBe(false)
        expect(remainingOf(connection, now)).toBeGreaterThan(demand.minValidMs)
      }),
    )
  })

  test('no refresh without a refresh token, of a dead grant, or before its time', () => {
    fc.assert(
      fc.property(anyConnection, anyTraits, demands, instants, (connection, traits, demand, now) => {
        const decision = decide(connection, now, demand, traits, policy)
        if (decision.kind !== 'refresh' && decision.kind !== 'serve_and_refresh') return
        expect(connection.hasRefreshToken).toBe(true)
        expect(connection.status).not.toBe('reauthorization_required')
        const mayPass = demand.refreshNow && connection.lastError === 'NO_PROGRESS'
        if (!mayPass) expect(connection.nextAttemptAt ?? -Infinity).toBeLessThanOrEqual(now)
      }),
    )
  })

  test('nobody waits who has a token that needs no refresh', () => {
    fc.assert(
      fc.property(anyConnection, anyTraits, instants, (connection, traits, now) => {
        const decision = decide(connection, now, plain, traits, policy)
        if (decision.kind === 'refresh') expect(decision.waitMs).toBe(decision.servable ? 3_000 : 15_000)
      }),
    )
  })
})

describe('the longest validity that can be asked for', () => {
  test('is what a new token lives, less the time in which the provider refuses a refresh', () => {
    const answered = { lifetimeMs: 2 * HOUR, lastRefreshedAt: 0 }
    expect(mostValidMs(answered, zohoLike)).toBe(2 * HOUR)
    expect(mostValidMs(answered, unknownProvider)).toBe(2 * HOUR)
    expect(mostValidMs(answered, { ...zohoLike, refreshEarliestMs: 90 * MINUTE })).toBe(30 * MINUTE)
  })

  test('is not what a token lives that somebody stored half used', () => {
    const stored = { lifetimeMs: MINUTE, lastRefreshedAt: null }
    expect(mostValidMs(stored, zohoLike)).toBe(HOUR)
    expect(mostValidMs(stored, unknownProvider)).toBe(Infinity)
  })
})
