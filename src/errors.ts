/** Every code an Evergrant error can carry. The list is stable: a code is never renamed. */
export type ErrorCode =
  | 'TOKEN_NOT_FOUND'
  | 'REAUTHORIZATION_REQUIRED'
  | 'PROVIDER_UNAVAILABLE'
  | 'PROVIDER_RATE_LIMITED'
  | 'PROVIDER_MISCONFIGURED'
  | 'PROVIDER_RESPONSE'
  | 'STORE_UNAVAILABLE'
  | 'DECRYPTION_FAILED'
  | 'INSUFFICIENT_SCOPE'
  | 'AUTHORIZATION_FLOW'
  | 'INVALID_INPUT'
  // Of `evergrant/zoho` alone.
  | 'ZOHO_API'

/** Why a person has to give the grant again. `suspect` is a first refusal that is still to be confirmed. */
export type ReauthorizationReason = 'refused' | 'suspect' | 'lost_rotation' | 'no_refresh_token' | 'expired'

/** Which connection an error speaks of. Either may be unknown, for instance while opening a database. */
export interface ErrorSubject {
  readonly clientId?: string | undefined
  readonly provider?: string | undefined
}

/**
 * The base of all errors that Evergrant throws. None carries a secret in any field, and none has a `cause`:
 * drivers and HTTP clients put bind parameters and bodies there. A message is one line of visible characters.
 */
export abstract class EvergrantError extends Error {
  abstract readonly code: ErrorCode
  /** Whether the same call can succeed later without anybody doing anything. */
  readonly retryable: boolean
  readonly clientId: string | undefined
  readonly provider: string | undefined

  constructor(message: string, retryable: boolean, subject: ErrorSubject) {
    super(onOneLine(message))
    this.retryable = retryable
    this.clientId = subject.clientId
    this.provider = subject.provider
  }
}

const LONGEST_MESSAGE = 2_000

// A name of an option or of a row may hold anything. A message stays one line of a log, and cannot pass for another:
// what ends a line, moves the cursor or turns the reading direction stands there as its escape.
function onOneLine(message: string): string {
  const visible = message.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, character =>
    character.replace(/[\s\S]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  )
  return visible.length > LONGEST_MESSAGE ? `${visible.slice(0, LONGEST_MESSAGE - 1)}…` : visible
}

/** No token is stored for the connection, and no environment seed may be used for this client. */
export class TokenNotFoundError extends EvergrantError {
  override readonly name = 'TokenNotFoundError'
  readonly code = 'TOKEN_NOT_FOUND'

  constructor(message: string, subject: ErrorSubject) {
    super(message, false, subject)
  }
}

/** The grant is refused or gone; a person has to connect the account again (RFC 6749 §5.2 `invalid_grant`). */
export class ReauthorizationRequiredError extends EvergrantError {
  override readonly name = 'ReauthorizationRequiredError'
  readonly code = 'REAUTHORIZATION_REQUIRED'
  /** Why the grant ended. */
  readonly reason: ReauthorizationReason

  constructor(message: string, reason: ReauthorizationReason, subject: ErrorSubject) {
    super(message, reason === 'suspect', subject)
    this.reason = reason
  }
}

/** The provider did not answer, or answered with a server error. */
export class ProviderUnavailableError extends EvergrantError {
  override readonly name = 'ProviderUnavailableError'
  readonly code = 'PROVIDER_UNAVAILABLE'

  constructor(message: string, subject: ErrorSubject) {
    super(message, true, subject)
  }
}

/** The provider throttles. */
export class ProviderRateLimitedError extends EvergrantError {
  override readonly name = 'ProviderRateLimitedError'
  readonly code = 'PROVIDER_RATE_LIMITED'
  /** When Evergrant itself will ask again. */
  readonly retryAt: Date

  constructor(message: string, retryAt: Date, subject: ErrorSubject) {
    super(message, true, subject)
    this.retryAt = retryAt
  }
}

/** App credentials, redirect URI or profile are wrong. No grant is harmed; it recovers once they are right. */
export class ProviderMisconfiguredError extends EvergrantError {
  override readonly name = 'ProviderMisconfiguredError'
  readonly code = 'PROVIDER_MISCONFIGURED'

  constructor(message: string, subject: ErrorSubject) {
    super(message, false, subject)
  }
}

/** The provider answered something that cannot be understood. */
export class ProviderResponseError extends EvergrantError {
  override readonly name = 'ProviderResponseError'
  readonly code = 'PROVIDER_RESPONSE'

  constructor(message: string, subject: ErrorSubject) {
    super(message, true, subject)
  }
}

/** The database does not answer, or does not answer in time. */
export class StoreUnavailableError extends EvergrantError {
  override readonly name = 'StoreUnavailableError'
  readonly code = 'STORE_UNAVAILABLE'
  /** The database's own code for what happened: an SQLSTATE, an `SQLITE_…` or an `E…` code of the system. */
  readonly reason: string

  constructor(message: string, reason: string, subject: ErrorSubject = {}, retryable = true) {
    super(message, retryable, subject)
    this.reason = reason
  }
}

/** A sealed value does not open: its key is unknown, or it was moved or altered. */
export class DecryptionError extends EvergrantError {
  override readonly name = 'DecryptionError'
  readonly code = 'DECRYPTION_FAILED'

  constructor(message: string, subject: ErrorSubject) {
    super(message, false, subject)
  }
}

/** The grant lacks a scope that the caller asked for. */
export class InsufficientScopeError extends EvergrantError {
  override readonly name = 'InsufficientScopeError'
  readonly code = 'INSUFFICIENT_SCOPE'
  /** What was asked for and the grant does not have. */
  readonly missingScopes: readonly string[]

  constructor(message: string, missingScopes: readonly string[], subject: ErrorSubject) {
    super(message, false, subject)
    this.missingScopes = missingScopes
  }
}

/**
 * Why a flow that was to connect an account ended without it.
 * - `unknown_state`, `expired`, `already_used`: there is no such flow, or no more.
 * - `wrong_browser`, `wrong_user`, `wrong_client`, `wrong_provider`: it was begun elsewhere, or by somebody else.
 * - `wrong_redirect_uri`, `wrong_issuer`, `wrong_app`: another than was asked has answered, or another app is configured.
 * - `malformed`: the callback is not what RFC 6749 §4.1.2 has it.
 * - `denied`: the user said no. `refused`: the provider did.
 * - `account_changed`: it is another account than the one that is connected, and nobody was there to be asked.
 */
export type AuthorizationFlowReason =
  | 'unknown_state'
  | 'expired'
  | 'already_used'
  | 'wrong_browser'
  | 'wrong_user'
  | 'wrong_client'
  | 'wrong_provider'
  | 'wrong_redirect_uri'
  | 'wrong_issuer'
  | 'wrong_app'
  | 'malformed'
  | 'denied'
  | 'refused'
  | 'account_changed'

/** What became of a flow that is over: of an `already_used` one. */
export interface FlowEnd {
  /** Null: not known, or not yet. */
  readonly outcome?: 'connected' | 'refused' | null | undefined
  /** Where its pages go on; null: not known. */
  readonly returnTo?: string | null | undefined
}

/**
 * An account was not connected. Whatever was connected before is untouched. What a provider wrote about it is in no
 * field: only its error code, where it is one of the standards' (RFC 6749 §4.1.2.1).
 */
export class AuthorizationFlowError extends EvergrantError {
  override readonly name = 'AuthorizationFlowError'
  readonly code = 'AUTHORIZATION_FLOW'
  /** Why nothing was connected. */
  readonly reason: AuthorizationFlowReason
  /** Of `already_used`: what became of the flow the first time. Null: not known. */
  readonly outcome: 'connected' | 'refused' | null
  /** The `returnTo` of the flow, where this browser began it; else null. */
  readonly returnTo: string | null
  /** For a page that says so: 403 where the flow is somebody else's, 409 where it is over or another account's, else 400. */
  readonly httpStatus: 400 | 403 | 409

  constructor(
    message: string,
    reason: AuthorizationFlowReason,
    subject: ErrorSubject = {},
    end: FlowEnd = {},
  ) {
    super(message, false, subject)
    this.reason = reason
    this.outcome = end.outcome ?? null
    this.returnTo = end.returnTo ?? null
    this.httpStatus = httpStatusOf(reason)
  }
}

function httpStatusOf(reason: AuthorizationFlowReason): 400 | 403 | 409 {
  switch (reason) {
    case 'wrong_browser':
    case 'wrong_user':
    case 'wrong_client':
      return 403
    case 'already_used':
    case 'account_changed':
      return 409
    default:
      return 400
  }
}

/** The caller's mistake: a wrong argument, a missing setting. Nothing was changed. */
export class InvalidInputError extends EvergrantError {
  override readonly name = 'InvalidInputError'
  readonly code = 'INVALID_INPUT'

  constructor(message: string, subject: ErrorSubject = {}) {
    super(message, false, subject)
  }
}

/** Any error of Evergrant: `switch (error.code)` narrows it to its class. */
export type AnyEvergrantError =
  | TokenNotFoundError
  | ReauthorizationRequiredError
  | ProviderUnavailableError
  | ProviderRateLimitedError
  | ProviderMisconfiguredError
  | ProviderResponseError
  | StoreUnavailableError
  | DecryptionError
  | InsufficientScopeError
  | AuthorizationFlowError
  | InvalidInputError
