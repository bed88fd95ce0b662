import type { AnswerMembers, AnswerRules } from './profile.ts'

/** A duration that an answer gave. `strange`: it gave one that makes no sense, and `ms` is null. */
export interface AnsweredDuration {
  readonly ms: number | null
  readonly strange: boolean
}

const TEN_YEARS_MS = 10 * 365 * 86_400_000
const DAY_SECONDS = 86_400

/** How long the access token lives (RFC 6749 §5.1 `expires_in`). */
export function accessTokenLifetime(
  members: AnswerMembers,
  unit: AnswerRules['expiresInUnit'],
): AnsweredDuration {
  const expiresIn = members.get('expires_in')
  if (unit === 'seconds') return durationOf(expiresIn, 1_000)
  // Zoho's older answers: `expires_in_sec: 3600` beside `expires_in: 3600000`.
  const seconds = durationOf(members.get('expires_in_sec'), 1_000)
  if (seconds.ms !== null) return seconds
  const isMilliseconds = seconds.strange || (countOf(expiresIn) ?? 0) > DAY_SECONDS
  return durationOf(expiresIn, isMilliseconds ? 1 : 1_000)
}

/** How long the refresh token lives, where a provider says so. */
export function refreshTokenLifetime(members: AnswerMembers): AnsweredDuration {
  return durationOf(members.get('refresh_token_expires_in'), 1_000)
}

function durationOf(value: unknown, unitMs: number): AnsweredDuration {
  if (value === undefined || value === null) return { ms: null, strange: false }
  const ms = (countOf(value) ?? 0) * unitMs
  return ms > 0 && ms <= TEN_YEARS_MS ? { ms, strange: false } : { ms: null, strange: true }
}

// A whole number, or a string of digits: `Number` and `parseFloat` would also take "0x10", " 1", true and [3600].
function countOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isInteger(value) ? value : null
  return typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : null
}
