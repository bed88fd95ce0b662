import type { Connection } from './connection.ts'
import type { Policy } from './policy.ts'
import type { ProviderTraits } from './provider-traits.ts'

/** The lifetime that windows are made of: the row's, else the profile's, else the policy's guess. */
export function lifetimeOf(
  connection: Pick<Connection, 'lifetimeMs'>,
  traits: ProviderTraits,
  policy: Policy,
): number {
  return connection.lifetimeMs ?? traits.lifetimeMs ?? policy.unknownLifetimeMs
}

/** With this much left or less, a token is refreshed before it is handed out. */
export function windowOf(lifetimeMs: number, traits: ProviderTraits, policy: Policy): number {
  return clipped(Math.min(policy.windowMs, policy.windowShare * lifetimeMs), lifetimeMs, traits)
}

/** With this much left or less, a token is refreshed in the background (before jitter). */
export function softOf(lifetimeMs: number, traits: ProviderTraits, policy: Policy): number {
  const window = Math.min(policy.windowMs, policy.windowShare * lifetimeMs)
  return clipped(policy.softFactor * window, lifetimeMs, traits)
}

/** A token with no more than this left is not handed out. */
export function floorOf(lifetimeMs: number, policy: Policy): number {
  return Math.min(policy.servableFloorMs, policy.servableFloorShare * lifetimeMs)
}

/**
 * How long after it was issued a token becomes due for a background refresh. `fraction` (0…1) spreads it
 * between the soft instant and the window, so that tokens issued together do not fall due together.
 */
export function refreshDueAfter(
  lifetimeMs: number,
  fraction: number,
  traits: ProviderTraits,
  policy: Policy,
): number {
  const soft = softOf(lifetimeMs, traits, policy)
  const spread = (soft - windowOf(lifetimeMs, traits, policy)) * policy.softJitterShare * fraction
  return Math.max(0, lifetimeMs - soft + spread)
}

// A provider may refuse a refresh before the token has reached a certain age (Exact Online: 9 m 30 s of 10 m).
function clipped(ms: number, lifetimeMs: number, traits: ProviderTraits): number {
  return Math.max(0, Math.min(ms, lifetimeMs - traits.refreshEarliestMs))
}
