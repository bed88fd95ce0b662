import type { AnswerRules, ErrorCodes } from './answer-rules.ts'
import type { Given } from './with-defaults.ts'

/** The error codes of RFC 6749 §5.2, and those that many providers add. */
export const standardErrorCodes: ErrorCodes = {
  refused: ['invalid_grant'],
  misconfigured: [
    'invalid_client',
    'invalid_client_secret',
    'unauthorized_client',
    'unsupported_grant_type',
    'invalid_scope',
    'invalid_redirect_uri',
  ],
  throttled: ['slow_down', 'rate_limit_exceeded', 'too_many_requests'],
  // `invalid_request` may speak of one grant only (X says it of a spent refresh token): one grant must not open
  // the circuit breaker of a whole app.
  transient: ['temporarily_unavailable', 'server_error', 'invalid_request'],
}

/** The standard's codes, and those of a provider in front of them: the first list that has a code counts. */
export function errorCodes(own: Given<ErrorCodes>): ErrorCodes {
  const { refused, misconfigured, throttled, transient } = standardErrorCodes
  return {
    refused: [...(own.refused ?? []), ...refused],
    misconfigured: [...(own.misconfigured ?? []), ...misconfigured],
    throttled: [...(own.throttled ?? []), ...throttled],
    transient: [...(own.transient ?? []), ...transient],
  }
}

/** Answers as RFC 6749 §5 has them. */
export const standardAnswers: AnswerRules = {
  acceptsForm: false,
  within: null,
  tokenTypes: [],
  successor: 'refresh_token',
  errors: standardErrorCodes,
  errorRules: [],
  isThrottle: null,
  expiresInUnit: 'seconds',
  expiresAt: null,
  refreshTokenExpiresIn: ['refresh_token_expires_in'],
  refreshTokenExpiresAt: null,
  metadata: new Map(),
}
