import type { Clock } from '../ports/clock.ts'
import type { RefreshAnswer } from '../ports/provider.ts'
import { TOO_LATE, type TransportAnswer } from '../ports/transport.ts'
import { Secret } from '../secret.ts'
import type { AnswerMembers, AnswerRules, ErrorCodes } from './answer-rules.ts'
import { findErrorRule, wordsOf } from './error-rules.ts'
import { accessTokenOf, issuedTokens, isUsedAsBearer } from './issued-tokens.ts'
import { refusedReach } from './reach.ts'
import { type ReadAnswer, readAnswer, salvageFrom } from './read-answer.ts'
import { dateOf, retryAfterOf } from './retry-after.ts'

type WholeAnswer = Extract<TransportAnswer, { kind: 'answered' }>

/** What every failure carries, whatever it is. */
interface Carried {
  readonly retryAfterMs: number | null
  readonly refreshToken: Secret | null
}

/**
 * Judges what became of a request for tokens (RFC 6749 §5). A refresh token in it is carried on, however odd the rest is.
 * @param sent the refresh token of the request: the same in the answer is no successor. Null: there was none
 */
export function judgeAnswer(
  answer: TransportAnswer,
  sent: Secret | null,
  rules: AnswerRules,
  clock: Clock,
): RefreshAnswer {
  switch (answer.kind) {
    case 'unsent':
      return judgeUnsent(answer.reason)
    case 'cut':
      return {
        kind: 'ambiguous',
        code: 'PROVIDER_UNAVAILABLE',
        detail: `no whole answer (${answer.reason})`,
        retryAfterMs: null,
        refreshToken: successorOf(salvageFrom(answer.body, rules), sent),
      }
    case 'answered':
      return judgeWholeAnswer(answer, sent, rules, clock)
  }
}

function judgeUnsent(reason: string): RefreshAnswer {
  if (reason === TOO_LATE) return { kind: 'late' }
  const why = refusedReach(reason)
  return why === null
    ? { kind: 'unsent', detail: reason }
    : { kind: 'misconfigured', detail: `not sent: ${why}`, retryAfterMs: null, refreshToken: null }
}

function judgeWholeAnswer(
  answer: WholeAnswer,
  sent: Secret | null,
  rules: AnswerRules,
  clock: Clock,
): RefreshAnswer {
  const { status } = answer
  const read = readAnswer(answer.body, rules)
  const carried: Carried = {
    retryAfterMs: retryAfterOf(answer.headers, clock),
    refreshToken: successorOf(read.refreshToken, sent),
  }
  if (status >= 300 && status < 400) {
    return { kind: 'ambiguous', code: 'PROVIDER_RESPONSE', detail: `HTTP ${status}, a redirect`, ...carried }
  }
  // Success is what the body says, whatever the status (Zoho's errors come with HTTP 200).
  const nowMs = dateOf(answer.headers.get('date')) ?? clock.wallMs()
  const issued = judgeSuccess(read, carried.refreshToken, rules, nowMs)
  if (issued !== null) return issued
  if (status === 429) return { kind: 'throttled', detail: 'HTTP 429', ...carried }
  if (status >= 500) {
    return { kind: 'ambiguous', code: 'PROVIDER_UNAVAILABLE', detail: `HTTP ${status}`, ...carried }
  }
  if (read.kind === 'unintelligible') {
    return {
      kind: 'ambiguous',
      code: 'PROVIDER_RESPONSE',
      detail: `HTTP ${status} with ${read.why}`,
      ...carried,
    }
  }
  return judgeFailure(status, read.members, rules, carried)
}

function judgeSuccess(
  read: ReadAnswer,
  refreshToken: Secret | null,
  rules: AnswerRules,
  nowMs: number,
): RefreshAnswer | null {
  if (read.kind === 'unintelligible' || hasError(read.members)) return null
  if (!isUsedAsBearer(read.members, rules.tokenTypes)) return null
  const accessToken = accessTokenOf(read.members)
  if (accessToken === null) return null
  return { kind: 'issued', tokens: issuedTokens(accessToken, refreshToken, read.members, rules, nowMs) }
}

// A code is on a list of the profile, or it is not named: `detail` never holds what a provider wrote.
function judgeFailure(
  status: number,
  members: AnswerMembers,
  rules: AnswerRules,
  carried: Carried,
): RefreshAnswer {
  const told = findErrorRule(rules.errorRules, status, members)
  if (told !== null)
    return { kind: KINDS[told.means], detail: `HTTP ${status}, ${wordsOf(told)}`, ...carried }
  const code = members.get('error')
  const meaning = meaningOf(code, rules.errors)
  if (meaning !== null) return { kind: meaning, detail: `HTTP ${status}, ${code}`, ...carried }
  if (isThrottle(members, rules))
    return { kind: 'throttled', detail: `HTTP ${status}, throttled`, ...carried }
  if (hasError(members)) return judgeUnknownError(status, carried)
  if (accessTokenOf(members) !== null) {
    return { kind: 'failed', detail: `HTTP ${status} with a token type that is not bearer`, ...carried }
  }
  if (status >= 400) return judgeUnknownError(status, carried)
  const detail = `HTTP ${status} without a usable access token`
  return { kind: 'ambiguous', code: 'PROVIDER_RESPONSE', detail, ...carried }
}

// What is too early is alive, and passes when it has waited: as a throttle does.
const KINDS = {
  refused: 'refused',
  misconfigured: 'misconfigured',
  throttled: 'throttled',
  too_early: 'throttled',
  transient: 'failed',
} as const

// A profile's own function may fail; the answer around it must not be lost with it.
function isThrottle(members: AnswerMembers, rules: AnswerRules): boolean {
  try {
    return rules.isThrottle?.(members) ?? false
  } catch {
    return false
  }
}

function judgeUnknownError(status: number, carried: Carried): RefreshAnswer {
  const kind = status === 401 || status === 403 ? 'misconfigured' : 'failed'
  return { kind, detail: `HTTP ${status} with an unknown error`, ...carried }
}

function meaningOf(
  code: unknown,
  errors: ErrorCodes,
): 'refused' | 'misconfigured' | 'throttled' | 'failed' | null {
  if (typeof code !== 'string') return null
  if (errors.refused.includes(code)) return 'refused'
  if (errors.misconfigured.includes(code)) return 'misconfigured'
  if (errors.throttled.includes(code)) return 'throttled'
  return errors.transient.includes(code) ? 'failed' : null
}

// A code, an object (Meta), an array: something. Providers that always send the member leave it null or empty.
function hasError(members: AnswerMembers): boolean {
  return Boolean(members.get('error'))
}

function successorOf(refreshToken: string | null, sent: Secret | null): Secret | null {
  if (refreshToken === null) return null
  const successor = Secret.of(refreshToken)
  return sent !== null && successor.equals(sent) ? null : successor
}
