import type { ConnectionKey } from '../ports/store.ts'

/** Where to send a browser, and what it has to bring back. */
export interface AuthorizationStart {
  /** The provider's page, for a redirect (303). */
  readonly url: string
  /**
   * What shows at the end that it is the same browser: 43 characters. Into a cookie (`__Host-`, `HttpOnly`, `Secure`,
   * `SameSite=Lax`), never into a URL.
   */
  readonly binding: string
  /** Where the provider will send the browser. */
  readonly redirectUri: string
  /** When the flow is over, whatever happens. */
  readonly expiresAt: Date
}

/** An account is connected. */
export interface Connected extends ConnectionKey {
  readonly kind: 'connected'
  /** What was granted. Null: neither asked for nor told. */
  readonly scopes: readonly string[] | null
  /** What was asked for and not granted. */
  readonly missingScopes: readonly string[]
  /** Whether the connection can be refreshed. */
  readonly refreshable: boolean
  /** Why there is no refresh token, and what to do about it. Null: nothing has to be done. */
  readonly remedy: string | null
  /** The provider's id of the account, as the provider wrote it: text, never HTML. Null: not told. */
  readonly account: string | null
  /** As it was given to `authorizationUrl`. */
  readonly returnTo: string | null
}

/**
 * The connection is there with another account, or nobody can say whether it is the same. Nothing was changed; the new
 * tokens wait, sealed, for `confirmAccountChange`.
 */
export interface AccountChanged extends ConnectionKey {
  readonly kind: 'account_changed'
  /** The provider's id of the new account, as the provider wrote it. Null: not told. */
  readonly account: string | null
  /** As it was given to `authorizationUrl`. */
  readonly returnTo: string | null
  /** For `confirmAccountChange`: once, within ten minutes, by the same browser. */
  readonly confirmation: string
}

/** How `handleCallback` ends where nothing was wrong. */
export type CallbackResult = Connected | AccountChanged
