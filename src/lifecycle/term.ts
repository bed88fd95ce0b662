import type { Policy } from './policy.ts'
import type { ProviderTraits } from './provider-traits.ts'
import { refreshDueAfter } from './window.ts'

/** How long new tokens last, counted from their issue. All null: nobody knows; good until rejected. */
export interface Term {
  readonly lifetimeMs: number | null
  readonly expiresInMs: number | null
  readonly refreshInMs: number | null
}

/**
 * @param expiresInMs what the answer or the caller said; null: nothing, the profile's lifetime is taken
 * @param fraction the jitter, 0…1
 */
export function termOf(
  expiresInMs: number | null,
  fraction: number,
  traits: ProviderTraits,
  policy: Policy,
): Term {
  const lifetimeMs = expiresInMs ?? traits.lifetimeMs
  const idleInMs = keepAliveAfter(fraction, traits)
  if (lifetimeMs === null) return { lifetimeMs: null, expiresInMs: null, refreshInMs: idleInMs }
  const dueInMs = refreshDueAfter(lifetimeMs, fraction, traits, policy)
  return {
    lifetimeMs,
    expiresInMs: lifetimeMs,
    refreshInMs: idleInMs === null ? dueInMs : Math.min(dueInMs, idleInMs),
  }
}

/** When a refresh token has to be used so that it does not die of idleness: half of that time before, or a little later. */
function keepAliveAfter(fraction: number, { refreshTokenIdleMs }: ProviderTraits): number | null {
  return refreshTokenIdleMs === null ? null : refreshTokenIdleMs * (0.5 + 0.1 * fraction)
}

/** Whether a refresh brought nothing: asking again at once would loop. */
export function isNoProgress(remainingBeforeMs: number, term: Term): boolean {
  return (
    Number.isFinite(remainingBeforeMs) && term.expiresInMs !== null && term.expiresInMs <= remainingBeforeMs
  )
}
