import type { Metadata } from './ports/store.ts'
import type { CallCredentials, CallOptions } from './service-options.ts'

/** Options of `authorizationUrl`. */
export interface AuthorizationOptions extends CallOptions {
  /**
   * Scopes to ask for. Those without which the provider gives no refresh token (`offline_access`) are added. Default:
   * those of the provider's options or profile, else none, which means what is set for the app at the provider.
   */
  readonly scopes?: readonly string[] | undefined
  /** The user of yours who is signed in. The same has to be there at the end. */
  readonly user?: string | undefined
  /** Where your pages go on at the end: a path of yours, as `/settings`. Given back by `handleCallback`. */
  readonly returnTo?: string | undefined
  /** As the option of `open`, for this flow. */
  readonly callbackUrl?: string | undefined
  /** The whole redirect URI, as it is registered at the provider. Default: that of the provider's options, else `callbackUrl` and the context. */
  readonly redirectUri?: string | undefined
  /** The last segment of the redirect URI: letters, digits and `-._~`. Default: the provider's name. */
  readonly context?: string | undefined
  /** Further parameters: `login_hint`, `prompt`, … Those of the protocol itself cannot be given. */
  readonly parameters?: Readonly<Record<string, string>> | undefined
  /**
   * Values for the provider's placeholders: `{ shop: 'acme.myshopify.com' }`. Kept as metadata of the connection. Default:
   * what is kept there.
   */
  readonly metadata?: Metadata | undefined
  /**
   * The API that the token is for (RFC 8707): an absolute URI, or several. Kept as metadata of the connection, for its
   * refreshes. Default: what is kept there.
   */
  readonly resource?: string | readonly string[] | undefined
  /** App credentials. Default: those of `open`, then of the environment. Give the same to `handleCallback`. */
  readonly credentials?: CallCredentials | undefined
}

/** Options of `handleCallback`. */
export interface CallbackOptions extends CallOptions {
  /** What `authorizationUrl` gave for the browser, from its cookie. Nothing is accepted without it. */
  readonly binding: string | null | undefined
  /** The user of yours who is signed in now. Needed where `authorizationUrl` was given one. */
  readonly user?: string | undefined
  /** The client of whoever is signed in now, where you know: the flow has to be of the same. */
  readonly clientId?: string | undefined
  /** The provider whose callback this is, where you know: the flow has to be of the same. */
  readonly provider?: string | undefined
  /** App credentials, where `authorizationUrl` was given some. */
  readonly credentials?: CallCredentials | undefined
}

/** Options of `confirmAccountChange`. */
export interface ConfirmOptions extends CallOptions {
  /** As of `handleCallback`. */
  readonly binding: string | null | undefined
  /** As of `handleCallback`. */
  readonly user?: string | undefined
  /** As of `handleCallback`. */
  readonly clientId?: string | undefined
}

/** Options of `exchangeCode`. */
export interface ExchangeCodeOptions extends CallOptions {
  /** The redirect URI that the code was asked for with. Default: none was. */
  readonly redirectUri?: string | undefined
  /** The PKCE verifier, where a challenge was sent (RFC 7636). */
  readonly codeVerifier?: string | undefined
  /** What was asked for, to be compared with what is granted. */
  readonly scopes?: readonly string[] | undefined
  /** Metadata of the connection: `{ location: 'eu' }`. */
  readonly metadata?: Metadata | undefined
  /** Whether the connection may become one of another account. Default false: then it is refused. */
  readonly confirmAccount?: boolean | undefined
  /** App credentials. Default: those of `open`, then of the environment. */
  readonly credentials?: CallCredentials | undefined
}
