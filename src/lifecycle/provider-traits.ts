/** How many refreshes a provider takes for one refresh token. */
export interface RefreshBudget {
  /** A count, at least 1. */
  readonly requests: number
  /** In any time as long as this, in ms. */
  readonly perMs: number
}

/** What the lifecycle has to know of a provider. */
export interface ProviderTraits {
  /**
   * What an access token is renewed by.
   * - `refresh_token`: the refresh token of what a user has granted (RFC 6749 §6).
   * - `client_credentials`: the app's own credentials (RFC 6749 §4.4). No user, no refresh token, nothing that could be
   *   refused for good: a new token is asked for each time.
   */
  readonly grant: 'refresh_token' | 'client_credentials'
  /** How long its access tokens live when an answer does not say. Null: not known. */
  readonly lifetimeMs: number | null
  /** How long after a token was issued a refresh is first accepted. 0: at once. */
  readonly refreshEarliestMs: number
  /**
   * What happens to a refresh token that is used again.
   * - `static`: it stays valid (Zoho, Google).
   * - `window`: for a while it gives the same or another successor (Xero, Okta).
   * - `strict`: it is dead at its first use, or nobody knows.
   */
  readonly rotation: 'static' | 'window' | 'strict'
  /** A refresh kills the access token before it: then no soft refresh and no cache. */
  readonly refreshKillsAccessToken: boolean
  /** A refresh token that is not used for this long is dead. Null: never, or not known. */
  readonly refreshTokenIdleMs: number | null
  /** How long a throttled connection pauses when the provider does not say. */
  readonly throttleMs: number
  /** How many refreshes it takes for one refresh token. Null: as many as are made. */
  readonly refreshBudget: RefreshBudget | null
}
