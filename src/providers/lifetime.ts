import type { AnswerMembers, AnswerRules, InstantMember } from './answer-rules.ts'

/** A duration that an answer gave. `strange`: it gave one that makes no sense, and `ms` is null. */
export interface AnsweredDuration {
  readonly ms: number | null
  readonly strange: boolean
}

const TEN_YEARS_MS = 10 * 365 * 86_400_000
const DAY_SECONDS = 86_400
const UNSAID: AnsweredDuration = { ms: null, strange: false }
const STRANGE: AnsweredDuration = { ms: null, strange: true }
/** ISO 8601 as RFC 3339 has it: with its zone. */
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i

/** How long the access token lives (RFC 6749 §5.1 `expires_in`), where the answer says so. */
export function accessTokenLifetime(
  members: AnswerMembers,
  rules: Pick<AnswerRules, 'expiresInUnit' | 'expiresAt'>,
  nowMs: number,
): AnsweredDuration {
  const told = expiresInOf(members, rules.expiresInUnit, nowMs)
  return told === UNSAID ? untilInstant(members, rules.expiresAt, nowMs) : told
}

/** How long the refresh token lives, where a provider says so. */
export function refreshTokenLifetime(
  members: AnswerMembers,
  rules: Pick<AnswerRules, 'refreshTokenExpiresIn' | 'refreshTokenExpiresAt'>,
  nowMs: number,
): AnsweredDuration {
  const name = rules.refreshTokenExpiresIn.find(known => isSaid(members.get(known)))
  if (name === undefined) return untilInstant(members, rules.refreshTokenExpiresAt, nowMs)
  return durationOf(members.get(name), 1_000)
}

function expiresInOf(
  members: AnswerMembers,
  unit: AnswerRules['expiresInUnit'],
  nowMs: number,
): AnsweredDuration {
  const expiresIn = members.get('expires_in')
  switch (unit) {
    case 'seconds':
      return durationOf(expiresIn, 1_000)
    case 'epoch_seconds':
      return untilInstant(members, { member: 'expires_in', format: 'epoch_seconds' }, nowMs)
    case 'seconds_or_milliseconds': {
      // Zoho's older answers: `expires_in_sec: 3600` beside `expires_in: 3600000`.
      const seconds = durationOf(members.get('expires_in_sec'), 1_000)
      if (seconds.ms !== null) return seconds
      const isMilliseconds = seconds.strange || (countOf(expiresIn) ?? 0) > DAY_SECONDS
      return durationOf(expiresIn, isMilliseconds ? 1 : 1_000)
    }
  }
}

function untilInstant(members: AnswerMembers, rule: InstantMember | null, nowMs: number): AnsweredDuration {
  const value = rule === null ? undefined : members.get(rule.member)
  if (rule === null || !isSaid(value)) return UNSAID
  const at = rule.format === 'iso8601' ? parseInstant(value) : (countOf(value) ?? Number.NaN) * 1_000
  return usual(at - nowMs)
}

function durationOf(value: unknown, unitMs: number): AnsweredDuration {
  return isSaid(value) ? usual((countOf(value) ?? 0) * unitMs) : UNSAID
}

// Not a number, no time at all, or more than a provider means.
function usual(ms: number): AnsweredDuration {
  return ms > 0 && ms <= TEN_YEARS_MS ? { ms, strange: false } : STRANGE
}

function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null
}

function parseInstant(value: unknown): number {
  return typeof value === 'string' && RFC_3339.test(value) ? Date.parse(value) : Number.NaN
}

// A whole number, or a string of digits: `Number` and `parseFloat` would also take "0x10", " 1", true and [3600].
function countOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isInteger(value) ? value : null
  return typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : null
}
