import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  anyAppTraits,
  anyConnection,
  appGrant,
  connectionWith,
  HOUR,
  policy,
} from '../../test/support/lifecycle.ts'
import type { Connection } from './connection.ts'
import { decide } from './decide.ts'
import { type Failure, failureOutcome } from './failure.ts'
import { isDead, isRenewable } from './grant.ts'

const demand = fc.record({ minValidMs: fc.constantFrom(0, 0, HOUR), refreshNow: fc.boolean() })
const noTokens = { hasAccessToken: false, hasRefreshToken: false, expiresAt: null } as const

describe('by the app’s own credentials', () => {
  test('an empty row is asked for, and never needs a person', () => {
    const empty = connectionWith({ ...noTokens, generation: 0 })
    expect(isRenewable(empty, appGrant)).toBe(true)
    expect(decide(empty, 0, { minValidMs: 0, refreshNow: false }, appGrant, policy)).toEqual({
      kind: 'refresh',
      waitMs: policy.expiredWaitMs,
      servable: false,
    })
  })

  test('whatever lies in the row, nobody is told to connect again', () => {
    fc.assert(
      fc.property(anyConnection, fc.nat(3 * HOUR), demand, anyAppTraits, (connection, now, asked, traits) => {
        const decision = decide(connection, now, asked, traits, policy)
        expect('refusal' in decision && decision.refusal.kind).not.toBe('reauthorization')
        expect(isDead(connection, traits)).toBe(false)
      }),
    )
  })

  test('a token is handed out, refreshed behind the caller and renewed in time without any refresh token', () => {
    const decided = (leftMs: number): string => {
      const connection: Connection = connectionWith({ hasRefreshToken: false, expiresAt: leftMs })
      return decide(connection, 0, { minValidMs: 0, refreshNow: false }, appGrant, policy).kind
    }
    expect([HOUR / 2, HOUR / 9, HOUR / 30, 1].map(decided)).toEqual([
      'serve',
      'serve_and_refresh',
      'refresh',
      'refresh',
    ])
  })
})

describe('a failure by the app’s own credentials', () => {
  const kinds = ['unsent', 'ambiguous', 'refused', 'misconfigured', 'throttled', 'failed'] as const
  const failure: fc.Arbitrary<Failure> = fc.record({
    kind: fc.constantFrom(...kinds),
    code: fc.constantFrom('PROVIDER_UNAVAILABLE', 'REAUTHORIZATION_REQUIRED', 'PROVIDER_RESPONSE'),
    retryAfterMs: fc.constantFrom(null, 1_000),
    carriesSuccessor: fc.boolean(),
    appId: fc.constantFrom('app', 'other app'),
  })

  test('ends no connection, and lifts what was found out about a user’s grant before', () => {
    fc.assert(
      fc.property(failure, anyConnection, anyAppTraits, (failed, connection, traits) => {
        const outcome = failureOutcome(failed, connection, 0, 0.5, traits, policy)
        expect(outcome).toMatchObject({ status: 'active', statusReason: null })
      }),
    )
  })

  test('that refuses a grant speaks of the app: there is none beside it', () => {
    const refused: Failure = {
      kind: 'refused',
      code: 'REAUTHORIZATION_REQUIRED',
      retryAfterMs: null,
      carriesSuccessor: false,
      appId: 'app',
    }
    for (const given of [{}, { appId: 'app' }, { attemptId: 'lost' }, { status: 'suspect' } as const]) {
      const outcome = failureOutcome(refused, connectionWith(given), 0, 0.5, appGrant, policy)
      expect(outcome).toMatchObject({ code: 'PROVIDER_MISCONFIGURED', attempt: 'restored', replay: false })
    }
  })
})
