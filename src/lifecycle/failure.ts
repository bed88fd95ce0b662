import { backoffOf, retryAfterOf } from './backoff.ts'
import type { Connection, ConnectionStatus, LastError } from './connection.ts'
import type { Policy } from './policy.ts'
import type { ProviderTraits } from './provider-traits.ts'
import { remainingOf, servableFor } from './state.ts'
import { floorOf, lifetimeOf, windowOf } from './window.ts'

/** How an attempt failed. `carriesSuccessor`: the answer held a refresh token in spite of all. */
export interface Failure {
  readonly kind: 'unsent' | 'ambiguous' | 'refused' | 'misconfigured' | 'throttled' | 'failed'
  readonly code: LastError
  readonly retryAfterMs: number | null
  readonly carriesSuccessor: boolean
  /** The app credentials' `client_id` that asked. */
  readonly appId: string
}

/** What a failure does to the row. */
export interface FailureOutcome {
  readonly code: LastError
  readonly nextAttemptInMs: number | null
  readonly status: ConnectionStatus
  readonly statusReason: string | null
  /**
   * What becomes of the record that the refresh token may have been spent: `cleared`, `kept` (this attempt
   * spent it, perhaps), or `restored` to what the claim found.
   */
  readonly attempt: 'cleared' | 'kept' | 'restored'
  /** The same process may send the same refresh token once more at once. */
  readonly replay: boolean
}

/**
 * The failure table of the protocol.
 * @param connection the row as the claim found it
 * @param fraction the jitter, 0…1
 */
export function failureOutcome(
  failure: Failure,
  connection: Connection,
  now: number,
  fraction: number,
  traits: ProviderTraits,
  policy: Policy,
): FailureOutcome {
  const passing = (nextAttemptInMs: number, attempt: FailureOutcome['attempt']): FailureOutcome => ({
    ...untouched(connection, failure.code, traits),
    nextAttemptInMs,
    attempt,
  })
  const backoff = waitAfter(failure, connection, now, fraction, traits, policy)

  // The successor is written, so nothing is in doubt and nobody was refused, whatever else the answer said.
  if (failure.carriesSuccessor) return passing(backoff, 'cleared')

  switch (failure.kind) {
    case 'unsent':
    case 'failed':
      return passing(backoff, 'restored')
    case 'throttled':
      return passing(retryAfterOf(failure.retryAfterMs ?? traits.throttleMs, policy), 'restored')
    case 'misconfigured':
      return { ...untouched(connection, 'PROVIDER_MISCONFIGURED', traits), attempt: 'restored' }
    case 'ambiguous':
      if (traits.rotation === 'strict')
        return passing(strictWait(connection, now, backoff, traits, policy), 'kept')
      // Not where the provider asked for a pause.
      if (connection.attemptId === null && failure.retryAfterMs === null) {
        return { ...untouched(connection, failure.code, traits), attempt: 'kept', replay: true }
      }
      return passing(backoff, 'kept')
    case 'refused':
      return refusalOutcome(failure, connection, now, traits, policy)
  }
}

function refusalOutcome(
  failure: Failure,
  connection: Connection,
  now: number,
  traits: ProviderTraits,
  policy: Policy,
): FailureOutcome {
  // There is no grant beside the app; or there are other app credentials than those that last worked: the app is wrong.
  const isOtherApp = connection.appId !== null && connection.appId !== failure.appId
  if (traits.grant === 'client_credentials' || isOtherApp) {
    return { ...untouched(connection, 'PROVIDER_MISCONFIGURED', traits), attempt: 'restored' }
  }
  const refused = { code: 'REAUTHORIZATION_REQUIRED', attempt: 'cleared', replay: false } as const
  const dead = { ...refused, status: 'reauthorization_required', nextAttemptInMs: null } as const
  if (traits.rotation === 'strict' && connection.attemptId !== null) {
    return { ...dead, statusReason: 'lost_rotation' }
  }
  if (connection.status === 'suspect') {
    const expired = connection.refreshTokenExpiresAt !== null && connection.refreshTokenExpiresAt <= now
    return { ...dead, statusReason: expired ? 'expired' : 'refused' }
  }
  return { ...refused, status: 'suspect', statusReason: 'refused', nextAttemptInMs: policy.confirmRefusalMs }
}

function untouched(connection: Connection, code: LastError, { grant }: ProviderTraits): FailureOutcome {
  // What was found out about a user's grant says nothing about the app's own credentials.
  const isOfUser = grant === 'refresh_token'
  return {
    code,
    nextAttemptInMs: null,
    status: isOfUser ? connection.status : 'active',
    statusReason: isOfUser ? connection.statusReason : null,
    attempt: 'cleared',
    replay: false,
  }
}

function waitAfter(
  failure: Failure,
  connection: Connection,
  now: number,
  fraction: number,
  traits: ProviderTraits,
  policy: Policy,
): number {
  const inWindow =
    remainingOf(connection, now) <= windowOf(lifetimeOf(connection, traits, policy), traits, policy)
  const backoff = backoffOf(connection.failureCount, inWindow, fraction, policy)
  return failure.retryAfterMs === null
    ? backoff
    : Math.max(backoff, retryAfterOf(failure.retryAfterMs, policy))
}

// A strictly rotating provider is not asked again while the access token is handed out. When that ends, the gate knows
// (gate.ts); the row names an instant a little before, so that the time of this write keeps no caller waiting after it.
function strictWait(
  connection: Connection,
  now: number,
  backoff: number,
  traits: ProviderTraits,
  policy: Policy,
): number {
  const floor = floorOf(lifetimeOf(connection, traits, policy), policy)
  const until = servableFor(connection, now, traits, policy) - floor
  return Number.isFinite(until) ? Math.max(until, backoff) : backoff
}
