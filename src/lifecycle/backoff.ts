import type { Policy } from './policy.ts'

/**
 * Full-jitter exponential back-off: a random time up to a bound that doubles with each failure. The draw is kept
 * on the row, so that any number of processes make one request per step.
 * @param failures how many failures there were before this one
 * @param inWindow whether the token is within its window or expired: then steps stay short
 */
export function backoffOf(failures: number, inWindow: boolean, fraction: number, policy: Policy): number {
  const longest = inWindow ? policy.backoffInWindowMs : policy.backoffLongestMs
  const bound = Math.min(longest, policy.backoffFirstMs * 2 ** Math.min(failures, 30))
  return Math.ceil(bound * fraction)
}

/** A provider's own wish (`Retry-After`), kept within bounds: neither a storm nor a connection asleep for days. */
export function retryAfterOf(wishMs: number, policy: Policy): number {
  return Math.min(Math.max(wishMs, policy.retryAfterLeastMs), policy.retryAfterMostMs)
}
