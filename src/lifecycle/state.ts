import type { Connection } from './connection.ts'
import { isDead, isRenewable } from './grant.ts'
import type { Policy } from './policy.ts'
import type { ProviderTraits } from './provider-traits.ts'
import { floorOf, lifetimeOf, softOf, windowOf } from './window.ts'

/**
 * - `fresh`: hand it out.
 * - `soft`: hand it out, and refresh in the background.
 * - `hard`: within the window: refresh before handing it out, but it still works.
 * - `expired`: nothing to hand out.
 * - `reauthorization_required`: the provider refused the grant, confirmed.
 */
export type TokenState = 'fresh' | 'soft' | 'hard' | 'expired' | 'reauthorization_required'

/**
 * What the stored access token has left. `Infinity` where nobody knows when it expires: such a token is good
 * until an API rejects it. 0 when there is no token.
 */
export function remainingOf(connection: Connection, now: number): number {
  if (!connection.hasAccessToken) return 0
  return connection.expiresAt === null ? Infinity : Math.max(0, connection.expiresAt - now)
}

/** Whether the stored access token may be handed out at all. */
export function isServable(
  connection: Connection,
  now: number,
  traits: ProviderTraits,
  policy: Policy,
): boolean {
  return servableFor(connection, now, traits, policy) > 0
}

/** For how long it may still be handed out; 0 or less: not any more. */
export function servableFor(
  connection: Connection,
  now: number,
  traits: ProviderTraits,
  policy: Policy,
): number {
  // Where there is nothing better to come, it is served to its very end.
  const floor = isRenewable(connection, traits) ? floorOf(lifetimeOf(connection, traits, policy), policy) : 0
  return remainingOf(connection, now) - floor
}

/**
 * Until when a connection is fresh, by the database's clock: no look at the row is needed before. `Infinity`:
 * until an API rejects the token; `-Infinity`: never.
 */
export function freshUntil(connection: Connection, traits: ProviderTraits, policy: Policy): number {
  const { expiresAt } = connection
  if (isDead(connection, traits) || !connection.hasAccessToken) return -Infinity
  if (!isRenewable(connection, traits)) return expiresAt ?? Infinity
  // An adopted row: its token may have expired long ago, so it is refreshed at once.
  if (expiresAt === null) return connection.generation === 0 ? -Infinity : Infinity

  const lifetimeMs = lifetimeOf(connection, traits, policy)
  const hardAt = expiresAt - windowOf(lifetimeMs, traits, policy)
  if (traits.refreshKillsAccessToken) return hardAt
  return Math.min(hardAt, connection.refreshAt ?? expiresAt - softOf(lifetimeMs, traits, policy))
}

/** The state of a connection: a pure function of the row, the time, the provider and the policy. */
export function stateOf(
  connection: Connection,
  now: number,
  traits: ProviderTraits,
  policy: Policy,
): TokenState {
  if (isDead(connection, traits)) return 'reauthorization_required'
  if (!isServable(connection, now, traits, policy)) return 'expired'
  if (now < freshUntil(connection, traits, policy)) return 'fresh'
  if (connection.expiresAt === null || traits.refreshKillsAccessToken) return 'hard'
  const window = windowOf(lifetimeOf(connection, traits, policy), traits, policy)
  return connection.expiresAt - now <= window ? 'hard' : 'soft'
}
