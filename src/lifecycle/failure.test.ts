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
import type { Connection } from './connection.ts'
import { type Failure, type FailureOutcome, failureOutcome } from './failure.ts'

const strict = { ...zohoLike, rotation: 'strict' } as const
const failureWith = (given: Partial<Failure> & Pick<Failure, 'kind'>): Failure => ({
  code: 'PROVIDER_UNAVAILABLE',
  retryAfterMs: null,
  carriesSuccessor: false,
  appId: 'app',
  ...given,
})
const outcomeOf = (
  failure: Partial<Failure> & Pick<Failure, 'kind'>,
  given: Partial<Connection> = {},
  traits: typeof zohoLike = zohoLike,
  now = 57 * MINUTE,
): FailureOutcome => failureOutcome(failureWith(failure), connectionWith(given), now, 1, traits, policy)

describe('a passing failure', () => {
  test('leaves tokens and status alone and backs off, twice as long each time, at most 30 s in the window', () => {
    const steps = [0, 1, 2, 3, 4, 5, 60].map(failureCount => outcomeOf({ kind: 'failed' }, { failureCount }))
    expect(steps.map(step => step.nextAttemptInMs)).toEqual([1, 2, 4, 8, 16, 30, 30].map(s => s * SECOND))
    expect(steps.every(step => step.status === 'active' && !step.replay)).toBe(true)
  })

  test('may back off longer while the token is far from its window', () => {
    expect(outcomeOf({ kind: 'failed' }, { failureCount: 60 }, zohoLike, 0).nextAttemptInMs).toBe(5 * MINUTE)
  })

  test('respects what the provider asked for, within bounds', () => {
    expect(outcomeOf({ kind: 'failed', retryAfterMs: 90 * SECOND }).nextAttemptInMs).toBe(90 * SECOND)
    expect(outcomeOf({ kind: 'throttled', retryAfterMs: 0 }).nextAttemptInMs).toBe(SECOND)
    expect(outcomeOf({ kind: 'throttled', retryAfterMs: 1e9 }).nextAttemptInMs).toBe(15 * MINUTE)
    expect(outcomeOf({ kind: 'throttled' }).nextAttemptInMs).toBe(10 * MINUTE)
  })

  test('settles nothing about an earlier attempt that may have spent the refresh token', () => {
    for (const kind of ['unsent', 'failed', 'throttled', 'misconfigured'] as const) {
      expect(outcomeOf({ kind }).attempt).toBe('restored')
    }
  })
})

describe('an ambiguous answer', () => {
  test('is replayed once at once where the refresh token stays valid, then by back-off', () => {
    expect(outcomeOf({ kind: 'ambiguous' })).toMatchObject({
      replay: true,
      nextAttemptInMs: null,
      attempt: 'kept',
    })
    expect(outcomeOf({ kind: 'ambiguous' }, { attemptId: 'before' })).toMatchObject({
      replay: false,
      nextAttemptInMs: SECOND,
      attempt: 'kept',
    })
  })

  test('of a strictly rotating provider waits until the old access token is not handed out any more, and not a write longer', () => {
    expect(outcomeOf({ kind: 'ambiguous' }, {}, strict)).toMatchObject({
      replay: false,
      // Its floor is 5 s; as much is given to the write.
      nextAttemptInMs: 3 * MINUTE - 10 * SECOND,
      attempt: 'kept',
    })
    expect(outcomeOf({ kind: 'ambiguous' }, {}, strict, 2 * HOUR).nextAttemptInMs).toBe(SECOND)
    expect(outcomeOf({ kind: 'ambiguous' }, { expiresAt: null }, strict).nextAttemptInMs).toBe(SECOND)
  })
})

describe('wrong app credentials', () => {
  test('leave no back-off on the row: they are right again as soon as somebody corrects them', () => {
    expect(outcomeOf({ kind: 'misconfigured' })).toMatchObject({
      code: 'PROVIDER_MISCONFIGURED',
      nextAttemptInMs: null,
      status: 'active',
    })
  })

  test('a refusal under another app than the one that last worked says nothing about the grant', () => {
    expect(outcomeOf({ kind: 'refused' }, { appId: 'other app', attemptId: 'before' }, strict)).toMatchObject(
      {
        code: 'PROVIDER_MISCONFIGURED',
        status: 'active',
        attempt: 'restored',
      },
    )
  })
})

describe('a refused grant', () => {
  test('is suspect first, and asked again a minute later', () => {
    expect(outcomeOf({ kind: 'refused' }, { appId: 'app' })).toMatchObject({
      status: 'suspect',
      nextAttemptInMs: MINUTE,
      attempt: 'cleared',
    })
  })

  test('is dead when a second refusal confirms it', () => {
    const suspect = { status: 'suspect' } as const
    expect(outcomeOf({ kind: 'refused' }, suspect)).toMatchObject({
      status: 'reauthorization_required',
      statusReason: 'refused',
      nextAttemptInMs: null,
    })
    expect(outcomeOf({ kind: 'refused' }, { ...suspect, refreshTokenExpiresAt: 2 * HOUR }).statusReason).toBe(
      'refused',
    )
    expect(outcomeOf({ kind: 'refused' }, { ...suspect, refreshTokenExpiresAt: 1 }).statusReason).toBe(
      'expired',
    )
  })

  test('after an unsettled attempt at a strictly rotating provider is a lost rotation, without confirmation', () => {
    expect(outcomeOf({ kind: 'refused' }, { attemptId: 'before' }, strict)).toMatchObject({
      status: 'reauthorization_required',
      statusReason: 'lost_rotation',
    })
  })
})

describe('an answer that carries a refresh token in spite of all', () => {
  test('never marks the grant, and settles the attempt: the successor is known', () => {
    const kinds = ['ambiguous', 'refused', 'misconfigured', 'throttled', 'failed'] as const
    fc.assert(
      fc.property(fc.constantFrom(...kinds), anyConnection, anyTraits, (kind, connection, traits) => {
        const failure = failureWith({ kind, carriesSuccessor: true })
        const outcome = failureOutcome(failure, connection, 0, 0.5, traits, policy)
        expect(outcome).toMatchObject({ status: connection.status, attempt: 'cleared', replay: false })
      }),
    )
  })
})

test('nothing but a refusal changes the status, and only a suspect or a lost rotation becomes final', () => {
  const kinds = ['unsent', 'ambiguous', 'refused', 'misconfigured', 'throttled', 'failed'] as const
  fc.assert(
    fc.property(fc.constantFrom(...kinds), anyConnection, anyTraits, (kind, connection, traits) => {
      const outcome = failureOutcome(failureWith({ kind }), connection, 0, 0.5, traits, policy)
      if (outcome.status === connection.status) return
      expect(kind).toBe('refused')
      if (outcome.status !== 'reauthorization_required') return
      expect(
        connection.status === 'suspect' || (traits.rotation === 'strict' && connection.attemptId !== null),
      ).toBe(true)
    }),
  )
})
