import type { Connection } from './connection.ts'
import { gateOf, isLeased } from './gate.ts'
import { isRenewable } from './grant.ts'
import type { Policy } from './policy.ts'
import type { ProviderTraits } from './provider-traits.ts'
import { deadGrant, type Refusal } from './refusal.ts'
import { isServable, remainingOf, stateOf } from './state.ts'

/** What a caller asks for beyond a token that works. */
export interface Demand {
  /** The token must live longer than this; 0: the policy's window decides. */
  readonly minValidMs: number
  /** A new token, whatever the stored one has left. */
  readonly refreshNow: boolean
}

export type Decision =
  | { readonly kind: 'serve' }
  | { readonly kind: 'serve_and_refresh' }
  /** The stored token is served because the connection is held back. */
  | { readonly kind: 'serve_while_failing'; readonly refusal: Refusal }
  /** Refresh, and wait at most `waitMs`; when that fails, serve the stored token if `servable`. */
  | { readonly kind: 'refresh'; readonly waitMs: number; readonly servable: boolean }
  | { readonly kind: 'fail'; readonly refusal: Refusal }

/** What a caller gets, and whether a refresh is due: the whole policy in one pure function. */
export function decide(
  connection: Connection,
  now: number,
  demand: Demand,
  traits: ProviderTraits,
  policy: Policy,
): Decision {
  const state = stateOf(connection, now, traits, policy)
  const goodEnough =
    !demand.refreshNow &&
    remainingOf(connection, now) > demand.minValidMs &&
    isServable(connection, now, traits, policy)

  if (state === 'reauthorization_required') {
    return goodEnough ? { kind: 'serve' } : { kind: 'fail', refusal: deadGrant(connection) }
  }
  if (goodEnough && state === 'fresh') return { kind: 'serve' }
  if (!isRenewable(connection, traits)) {
    return { kind: 'fail', refusal: { kind: 'reauthorization', reason: 'no_refresh_token' } }
  }

  const gate = gateOf(connection, now, traits, policy, demand.refreshNow)
  if (!goodEnough) {
    if (gate !== null) return { kind: 'fail', refusal: gate }
    return { kind: 'refresh', waitMs: policy.expiredWaitMs, servable: false }
  }
  if (state === 'soft') {
    return gate !== null || isLeased(connection, now) ? { kind: 'serve' } : { kind: 'serve_and_refresh' }
  }
  if (gate !== null) return { kind: 'serve_while_failing', refusal: gate }
  return { kind: 'refresh', waitMs: policy.hardWaitMs, servable: true }
}

/**
 * The longest `minValidMs` that a new token can satisfy; `Infinity` where lifetimes are not known. A provider
 * that refuses early refreshes makes it shorter: just before the earliest refresh no more is to be had.
 */
export function mostValidMs(
  connection: Pick<Connection, 'lifetimeMs' | 'lastRefreshedAt'>,
  traits: ProviderTraits,
): number {
  // What somebody stored may have been half used: only a token of the provider's own answer tells its lifetime.
  const answered = connection.lastRefreshedAt === null ? null : connection.lifetimeMs
  if (answered === null && traits.lifetimeMs === null) return Infinity
  return Math.max(0, Math.max(answered ?? 0, traits.lifetimeMs ?? 0) - traits.refreshEarliestMs)
}
