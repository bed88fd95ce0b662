import type { Clock } from '../ports/clock.ts'

const SHORTEST_MS = 1_000
const LONGEST_MS = 15 * 60_000
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/

/**
 * How long a provider asks to wait (RFC 9110 §10.2.3: seconds or a date), kept between 1 s and 15 min. Null: it
 * did not say, or said nonsense.
 */
export function retryAfterOf(headers: Headers, clock: Clock): number | null {
  const value = headers.get('retry-after')?.trim()
  if (value === undefined) return null
  if (/^\d+$/.test(value)) return clamp(Number(value) * 1_000)
  const until = dateOf(value)
  if (until === null) return null
  // The provider's own clock, where it tells it, does not depend on how wrong ours is.
  return clamp(until - (dateOf(headers.get('date')) ?? clock.wallMs()))
}

/** An HTTP date (RFC 9110 §5.6.7), as ms since 1970. */
export function dateOf(value: string | null): number | null {
  if (value === null || !HTTP_DATE.test(value)) return null
  const date = Date.parse(value)
  return Number.isNaN(date) ? null : date
}

function clamp(ms: number): number {
  return Math.min(Math.max(ms, SHORTEST_MS), LONGEST_MS)
}
