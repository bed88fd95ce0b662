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
  if (lifetimeMs === null) return { lifetimeMs: null, expiresInMs: null, refreshInMs: null }
  return {
    lifetimeMs,
    expiresInMs: lifetimeMs,
    refreshInMs: refreshDueAfter(lifetimeMs, fraction, traits, policy),
  }
}

/** Whether a refresh brought nothing: asking again at once would loop. */
export function isNoProgress(remainingBeforeMs: number, term: Term): boolean {
  return (
    Number.isFinite(remainingBeforeMs) && term.expiresInMs !== null && term.expiresInMs <= remainingBeforeMs
  )
}
