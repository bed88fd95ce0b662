import { allowanceOf, budgetOpensAt } from './budget.ts'
import type { Connection, LastError } from './connection.ts'
import type { Policy } from './policy.ts'
import type { ProviderTraits } from './provider-traits.ts'
import type { Refusal } from './refusal.ts'
import { servableFor } from './state.ts'

/** Whether somebody refreshes the connection right now. */
export function isLeased(connection: Connection, now: number): boolean {
  return connection.leaseUntil !== null && connection.leaseUntil > now
}

/**
 * What keeps a connection from being refreshed now; null: nothing.
 * @param skipNoProgress an explicit `refreshToken` is not held back by a refresh that brought no later expiry
 */
export function gateOf(
  connection: Connection,
  now: number,
  traits: ProviderTraits,
  policy: Policy,
  skipNoProgress: boolean,
): Refusal | null {
  if (connection.nextAttemptAt !== null && connection.nextAttemptAt > now) {
    const passes = skipNoProgress && connection.lastError === 'NO_PROGRESS'
    if (!passes) return heldBack(connection, connection.nextAttemptAt, traits)
  }
  // Whoever refreshes right now has been allowed to: what comes of it is waited for.
  if (isLeased(connection, now)) return null
  const replayAt = strictReplayAt(connection, now, traits, policy)
  if (replayAt !== null) return heldBack(connection, replayAt, traits)
  const allowance = allowanceOf(connection, now, traits, policy)
  const until = allowance === null ? null : budgetOpensAt(connection, now, allowance)
  return until === null ? null : { kind: 'over_budget', until }
}

/**
 * A refresh token that may have been spent is not sent again to a strictly rotating provider while the access
 * token is handed out: if it was spent, the second use can end the whole grant. From then on it is: a caller who got
 * neither the old token nor a new one would be worse off. Null: nothing to wait for.
 */
function strictReplayAt(
  connection: Connection,
  now: number,
  traits: ProviderTraits,
  policy: Policy,
): number | null {
  if (traits.rotation !== 'strict' || connection.attemptId === null) return null
  const leftMs = servableFor(connection, now, traits, policy)
  return leftMs > 0 && Number.isFinite(leftMs) ? now + leftMs : null
}

function heldBack({ lastError }: Connection, until: number, { grant }: ProviderTraits): Refusal {
  const code: LastError = lastError ?? 'PROVIDER_UNAVAILABLE'
  if (code !== 'REAUTHORIZATION_REQUIRED') return { kind: 'held_back', code, until }
  // From a time when the connection had a user's grant.
  if (grant === 'client_credentials') return { kind: 'held_back', code: 'PROVIDER_MISCONFIGURED', until }
  return { kind: 'reauthorization', reason: 'suspect' }
}
