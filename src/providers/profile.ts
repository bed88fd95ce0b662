import type { ProviderTraits } from '../lifecycle/provider-traits.ts'
import type { Metadata } from '../ports/store.ts'

/**
 * How a client proves itself at the token endpoint (RFC 6749 §2.3.1). `client_secret_basic` form-encodes id and
 * secret, as the standard has it. A server that does not decode them is content as long as they hold nothing but
 * letters, digits and `-._*`; else take `client_secret_post`.
 */
export type ClientAuthentication = 'client_secret_post' | 'client_secret_basic' | 'none'

/**
 * A URL, or a function that finds it for a connection. Metadata come from the database and from callbacks: a
 * function maps them through a table and throws InvalidInputError for what is not in it; it never builds a host
 * from them.
 */
export type Endpoint = string | ((metadata: Metadata) => string)

/** The top-level members of a JSON answer, or the fields of a form-encoded one. */
export type AnswerMembers = ReadonlyMap<string, unknown>

/** How a revocation is asked for, and its answer read. */
export interface RevocationRules {
  /** `rfc7009`: with the client's authentication and a token type hint; `token_only`: the token alone. */
  readonly style: 'rfc7009' | 'token_only'
  /** Statuses beside 200 that mean that the token is gone. */
  readonly goneStatuses: readonly number[]
}

/** What the `error` codes of a token endpoint mean. A code on no list is passing, never terminal. */
export interface ErrorCodes {
  /** The grant is refused. */
  readonly refused: readonly string[]
  /** App credentials, redirect URI or profile are wrong; the grant may be good. */
  readonly misconfigured: readonly string[]
  /** Too many requests: try later. */
  readonly throttled: readonly string[]
  /** The provider stumbled: try again. */
  readonly transient: readonly string[]
}

/** How the answers of a token endpoint are read. */
export interface AnswerRules {
  /** Whether a form-encoded body is read too. */
  readonly acceptsForm: boolean
  /** What its `error` codes mean. */
  readonly errors: ErrorCodes
  /** Recognises a throttle by more than its code. Null: the code and status 429 are enough. */
  readonly isThrottle: ((members: AnswerMembers) => boolean) | null
  /**
   * The unit of `expires_in`. `seconds_or_milliseconds`: milliseconds when `expires_in_sec` stands beside it or
   * when it would be more than a day.
   */
  readonly expiresInUnit: 'seconds' | 'seconds_or_milliseconds'
  /** Members to keep as metadata: each with a check that gives the value to keep, or null to drop it. */
  readonly metadata: ReadonlyMap<string, (value: unknown) => string | null>
}

/** How an API's answer says that the access token is bad. Status 401 always does, unless a code says otherwise. */
export interface BadTokenRules {
  /** Codes in the body of a 400, 401 or 403 that mean a bad token. */
  readonly codes: readonly string[]
  /** Codes in the body of a 401 that mean something else: a missing scope, a missing privilege. */
  readonly otherCodes: readonly string[]
}

/** Everything Evergrant knows of a provider. Made by `defineProvider`. */
export interface ProviderProfile {
  /** The name in every call and in the table, for instance `zoho_crm`. */
  readonly name: string
  /** Where refreshes go (RFC 6749 §3.2). */
  readonly tokenEndpoint: Endpoint
  /** Where revocations go (RFC 7009 §2; `revocation_endpoint` of RFC 8414). Null: the provider has none. */
  readonly revocationEndpoint: Endpoint | null
  /** How they are asked for there. */
  readonly revocation: RevocationRules
  /** How the app proves itself there. */
  readonly clientAuthentication: ClientAuthentication
  /** What separates scopes in a request; answers may always use spaces (RFC 6749 §3.3). */
  readonly scopeSeparator: ' ' | ','
  /** The scheme of the `Authorization` header at the provider's APIs. */
  readonly headerScheme: string
  /** Hosts (`www.zohoapis.com`) that the access token may be sent to. */
  readonly apiHosts: readonly string[]
  /** How its tokens live. */
  readonly traits: ProviderTraits
  /** How its answers are read. */
  readonly answers: AnswerRules
  /** How its APIs say that an access token is bad. */
  readonly badToken: BadTokenRules
  /**
   * The data centre of a connection, for apps that have a secret in each. Null: the provider has no data
   * centres. The function gives null where none is known.
   */
  readonly dataCentreOf: ((metadata: Metadata) => string | null) | null
}
