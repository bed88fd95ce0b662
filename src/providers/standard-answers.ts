import type { AnswerRules, ErrorCodes } from './profile.ts'

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

/** Answers as RFC 6749 §5 has them. */
export const standardAnswers: AnswerRules = {
  acceptsForm: false,
  errors: standardErrorCodes,
  isThrottle: null,
  expiresInUnit: 'seconds',
  metadata: new Map(),
}
