import type { Policy } from './policy.ts'

/** Until whoever deleted has asked the provider, others leave the revocation alone for so long, in ms. */
export const REVOCATION_FIRST_MS = 30_000
/** The longest pause between two attempts, in ms. */
export const REVOCATION_LONGEST_MS: number = 60 * 60_000

/**
 * The pause behind an attempt to revoke: it doubles from half a minute to an hour. Never shorter than a request takes,
 * so that the next attempt cannot run beside this one.
 * @param attempts how many there were before this one
 * @param wishMs what the provider asked for (`Retry-After`); null: nothing
 */
export function revocationPauseOf(
  attempts: number,
  fraction: number,
  wishMs: number | null,
  { leaseMs }: Policy,
): number {
  const bound = Math.min(REVOCATION_LONGEST_MS, REVOCATION_FIRST_MS * 2 ** Math.min(attempts, 30))
  const pause = Math.ceil(bound * (0.5 + 0.5 * fraction))
  return Math.max(pause, leaseMs, Math.min(wishMs ?? 0, REVOCATION_LONGEST_MS))
}
