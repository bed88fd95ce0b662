/**
 * - `active`: the grant is good as far as anybody knows.
 * - `suspect`: the provider refused it once; the next attempt confirms or clears it.
 * - `reauthorization_required`: refused for good. Only a new grant helps; no request is made.
 */
export type ConnectionStatus = 'active' | 'suspect' | 'reauthorization_required'

/** What the lifecycle has to know of a row of `oauth_tokens`. No secrets; instants are ms by the database's clock. */
export interface Connection {
  /** Whether an access token is stored. */
  readonly hasAccessToken: boolean
  /** Whether a refresh token is stored. */
  readonly hasRefreshToken: boolean
  /** What is known of the grant. */
  readonly status: ConnectionStatus
  /** Why it is `suspect` or `reauthorization_required`; else null. */
  readonly statusReason: string | null
  /** Grows with every change of the tokens; 0 for a row that Evergrant has not written yet (adopted or seeded). */
  readonly generation: number
  /** How long the stored access token lives as a whole. Null: unknown. */
  readonly lifetimeMs: number | null
  /** When the stored access token expires. Null: not known; `Infinity`: never. */
  readonly expiresAt: number | null
  /** The jittered instant at which a background refresh becomes due. */
  readonly refreshAt: number | null
  /** Who has the right to refresh now; null: nobody. */
  readonly leaseId: string | null
  /** When that right ends. */
  readonly leaseUntil: number | null
  /** The attempt that last spent the refresh token and is not settled. */
  readonly attemptId: string | null
  /** The app credentials' `client_id` of the last success. */
  readonly appId: string | null
  /** Failures in a row; 0 after a success. */
  readonly failureCount: number
  /** No request before this instant. Null: no back-off. */
  readonly nextAttemptAt: number | null
  /** The code of the last failure; null after a success. */
  readonly lastError: LastError | null
  /** The last refresh that succeeded; null: none yet. */
  readonly lastRefreshedAt: number | null
  /** When the refresh token itself expires, where a provider says it; else null. */
  readonly refreshTokenExpiresAt: number | null
  /** When the provider's budget of refreshes is whole again. Null: nothing was taken of it. */
  readonly budgetUntil: number | null
  /** When the last report of a rejected token was acted on. Null: none was since the tokens were stored. */
  readonly rejectedAt: number | null
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
