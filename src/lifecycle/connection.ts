/**
 * - `active`: the grant is good as far as anybody knows.
 * - `suspect`: the provider refused it once; the next attempt confirms or clears it.
 * - `reauthorization_required`: refused for good. Only a new grant helps; no request is made.
 */
export type ConnectionStatus = 'active' | 'suspect' | 'reauthorization_required'

/** What the lifecycle has to know of a row of `oauth_tokens`. No secrets; instants are ms by the database's clock. */
export interface Connection {
  readonly hasAccessToken: boolean
  readonly hasRefreshToken: boolean
  readonly status: ConnectionStatus
  readonly statusReason: string | null
  /** Grows with every change of the tokens; 0 for a row that Evergrant has not written yet (adopted or seeded). */
  readonly generation: number
  /** How long the stored access token lives as a whole. Null: unknown. */
  readonly lifetimeMs: number | null
  /** When the stored access token expires. Null: not known; `Infinity`: never. */
  readonly expiresAt: number | null
  /** The jittered instant at which a background refresh becomes due. */
  readonly refreshAt: number | null
  readonly leaseId: string | null
  readonly leaseUntil: number | null
  /** The attempt that last spent the refresh token and is not settled. */
  readonly attemptId: string | null
  /** The app credentials' `client_id` of the last success. */
  readonly appId: string | null
  readonly failureCount: number
  /** No request before this instant. Null: no back-off. */
  readonly nextAttemptAt: number | null
  readonly lastError: LastError | null
  readonly lastRefreshedAt: number | null
  readonly refreshTokenExpiresAt: number | null
}

/**
 * The code of the last failure, as `last_error` holds it. `NO_PROGRESS` is no failure: the provider answered
 * with a token that lives no longer than the one before.
 */
export type LastError =
  | 'PROVIDER_UNAVAILABLE'
  | 'PROVIDER_RATE_LIMITED'
  | 'PROVIDER_MISCONFIGURED'
  | 'PROVIDER_RESPONSE'
  | 'REAUTHORIZATION_REQUIRED'
  | 'NO_PROGRESS'
