import type { Clock } from '../../ports/clock.ts'
import type { Randomness } from '../../ports/randomness.ts'

const FIRST_MS = 2_000
const LONGEST_MS = 30_000

/** A call sits out no longer a wait than this. Zoho that asks for more is told to the caller, with the time. */
export const LONGEST_WAIT_MS = 60_000

/**
 * How long to wait before the next attempt, in ms: exponential with full jitter, and after whatever Zoho asked for. Callers
 * that were refused together do not come back together.
 * @param failures how many attempts have failed, from 1
 * @param askedMs what Zoho asked for; null: nothing
 */
export function backOffMs(failures: number, askedMs: number | null, randomness: Randomness): number {
  const most = askedMs === null ? Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS) : FIRST_MS
  return Math.ceil((askedMs ?? 0) + randomness.fraction() * most)
}

/** How long `Retry-After` asks to wait, in ms (RFC 9110 §10.2.3: seconds or a date); null: it does not, or says nonsense. */
export function retryAfterMs(headers: Headers, clock: Clock): number | null {
  const value = headers.get('retry-after')?.trim() ?? ''
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1_000
  const until = httpDate(value)
  // Zoho's own clock, where it tells it, does not depend on how wrong this one is.
  return until === null ? null : Math.max(0, until - (httpDate(headers.get('date') ?? '') ?? clock.wallMs()))
}

function httpDate(value: string): number | null {
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} [\d:]{8} GMT$/.test(value)) return null
  const date = Date.parse(value)
  return Number.isNaN(date) ? null : date
}
