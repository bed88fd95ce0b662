import type { AccessTokenOwner } from '../access-tokens.ts'
import type { Answer } from '../answer.ts'
import { refusal } from './answers.ts'
import type { CrmCall, CrmOperation } from './call.ts'
import { covers } from './scopes.ts'
import type { CrmState } from './state.ts'

/** What an answer is, and what is to be done once it has left. */
export interface Admitted {
  readonly answer: Answer
  /** Whether the API did its work: such a request takes its time. */
  readonly worked: boolean
  readonly leave: () => void
}

/** The owner of a token, or the answer that refuses it. Either scheme of the header is taken. */
export function judgeToken(state: CrmState, authorization: string | undefined): AccessTokenOwner | Answer {
  const [, token] = authorization?.match(/^(?:zoho-oauthtoken|bearer) +(\S+) *$/i) ?? []
  if (token === undefined) return refusal(401, 'AUTHENTICATION_FAILURE', 'Authentication failed')
  const owner = state.accounts.accessTokens.ownerOf(token)
  if (owner === null || owner.environment !== state.environment)
    return refusal(401, 'INVALID_TOKEN', 'invalid oauth token')
  return owner
}

/** Does the work of a call whose token is good, within its scopes and the limits of the organization. */
export function admit(call: CrmCall, operation: CrmOperation, owner: AccessTokenOwner): Admitted {
  const { state } = call
  const { settings } = state
  const refused = (answer: Answer): Admitted => ({
    answer: withCredits(answer, state),
    worked: false,
    leave: () => undefined,
  })
  if (!operation.scopes(call).every(scope => covers(owner.scopes, scope))) {
    const { scopeMismatchStatus, scopeMismatchMessage } = settings
    return refused(refusal(scopeMismatchStatus, 'OAUTH_SCOPE_MISMATCH', scopeMismatchMessage))
  }
  const leave = state.concurrency.enter(owner.app, operation.heavy?.(call) ?? false, settings)
  if (leave === null) return refused(tooManyRequests(state))
  if (!state.credits.spend(operation.cost?.(call) ?? 1, settings)) {
    leave()
    return refused(tooManyRequests(state))
  }
  try {
    return { answer: withCredits(operation.answer(call), state), worked: true, leave }
  } catch (error) {
    leave()
    throw error
  }
}

/** The body does not tell which limit it was. */
function tooManyRequests({ settings }: CrmState): Answer {
  const { tooManyRequestsCode: code, retryAfterSeconds } = settings
  const message =
    code === 'TOO_MANY_REQUESTS'
      ? 'too many requests. please try again after some time'
      : 'Too many requests. Please try again later.'
  const answer = refusal(429, code, message)
  if (retryAfterSeconds === null) return answer
  return { ...answer, headers: { ...answer.headers, 'retry-after': String(retryAfterSeconds) } }
}

/** Zoho tells what is left only once half of it is spent. */
function withCredits(answer: Answer, { credits, settings }: CrmState): Answer {
  const remaining = credits.remainingToTell(settings)
  if (remaining === null) return answer
  return { ...answer, headers: { ...answer.headers, 'X-API-CREDITS-REMAINING': String(remaining) } }
}
