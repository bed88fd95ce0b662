/** What becomes of a row of a source. */
export type MovingOutcome = 'imported' | 'kept' | 'left' | 'refused'

/** Why. */
export type MovingReason =
  | 'complete'
  | 'without_access_token'
  | 'there_already'
  | 'refreshed_here'
  | 'not_chosen'
  | 'no_token'
  | 'expired'
  | 'unknown_provider'
  | 'duplicate'
  | 'encrypted'
  | 'sealed'
  | 'wrong_type'
  | 'malformed'
  | 'invalid'
  | 'unreadable_expiry'
  | 'another_app'

/** What becomes of a row, and why, in words that hold nothing of its tokens. */
export interface Verdict {
  readonly outcome: MovingOutcome
  readonly reason: MovingReason
  readonly explanation: string
}

export const complete: Verdict = { outcome: 'imported', reason: 'complete', explanation: '' }

export const withoutAccessToken: Verdict = {
  outcome: 'imported',
  reason: 'without_access_token',
  explanation:
    'without its access token, which has expired or whose end is not known: its first call refreshes',
}

export const thereAlready: Verdict = {
  outcome: 'kept',
  reason: 'there_already',
  explanation: 'there already; --overwrite (in code: overwrite) replaces it',
}

export const refreshedHere: Verdict = {
  outcome: 'kept',
  reason: 'refreshed_here',
  explanation:
    'refreshed by Evergrant since, so what the source holds may be used up; where the source is right, delete it here first',
}

export const notChosen: Verdict = {
  outcome: 'left',
  reason: 'not_chosen',
  explanation: 'of a provider that --map (in code: providers) does not name',
}

export const noToken: Verdict = { outcome: 'left', reason: 'no_token', explanation: 'no token in it' }

export const expired: Verdict = {
  outcome: 'left',
  reason: 'expired',
  explanation: 'its access token has expired, and it has no refresh token: connect the account again',
}

/** A row that somebody has to look at. */
export function refused(reason: MovingReason, explanation: string): Verdict {
  return { outcome: 'refused', reason, explanation }
}
