import type { ProviderTraits } from '../lifecycle/provider-traits.ts'
import type { Secret } from '../secret.ts'
import type { Metadata } from './store.ts'

/** What a provider gave to the back end's OAuth app: not the `clientId` of a connection. */
export interface AppCredentials {
  readonly clientId: string
  readonly clientSecret: Secret | null
}

/** What every request for new tokens says, whatever they are renewed by. */
export interface RenewalRequest {
  readonly app: AppCredentials
  readonly metadata: Metadata
  readonly timeoutMs: number
  /** By the monotonic clock, when the lease ends: what could not be over by then is not sent. */
  readonly until: number
}

export interface RefreshRequest extends RenewalRequest {
  readonly refreshToken: Secret
  /** What was granted. Absent or empty: it is not known. */
  readonly scopes?: readonly string[] | undefined
}

/** Tokens that a provider issued (RFC 6749 §5.1). */
export interface IssuedTokens {
  readonly accessToken: Secret
  /** Null: the answer held none, the stored one stays (RFC 6749 §6). */
  readonly refreshToken: Secret | null
  /** Null: the answer did not say, or said nonsense. */
  readonly expiresInMs: number | null
  readonly refreshTokenExpiresInMs: number | null
  readonly scopes: readonly string[] | null
  /** Fields of the answer that the profile keeps. */
  readonly metadata: Metadata
  /** Oddities that lost nothing and that a person should hear of. Codes, never values. */
  readonly warnings: readonly string[]
}

/**
 * A provider's answer to a refresh, or to the app's own credentials, judged.
 * - `issued`: a usable access token.
 * - `unsent`: no byte of the body left.
 * - `late`: not sent, because it could not have been over before the lease.
 * - `ambiguous`: sent, and no whole or intelligible answer: the refresh token may have been spent.
 * - `refused`: the grant (RFC 6749 §5.2 `invalid_grant`).
 * - `misconfigured`: the app credentials or the request.
 * - `throttled`: too many requests.
 * - `failed`: any other error code: passing, never terminal.
 *
 * `refreshToken` is a successor that the answer carried in spite of all: it must be stored before anything else.
 * `detail` is made of our own words and of codes on a list: never text of the provider.
 */
export type RefreshAnswer =
  | { readonly kind: 'issued'; readonly tokens: IssuedTokens }
  | { readonly kind: 'unsent'; readonly detail: string }
  | { readonly kind: 'late' }
  | {
      readonly kind: 'ambiguous'
      readonly code: 'PROVIDER_UNAVAILABLE' | 'PROVIDER_RESPONSE'
      readonly detail: string
      readonly retryAfterMs: number | null
      readonly refreshToken: Secret | null
    }
  | {
      readonly kind: 'refused' | 'misconfigured' | 'throttled' | 'failed'
      readonly detail: string
      readonly retryAfterMs: number | null
      readonly refreshToken: Secret | null
    }

export interface RevokeRequest {
  readonly app: AppCredentials | null
  readonly token: Secret
  /** What the token is (`token_type_hint`, RFC 7009 §2.1). */
  readonly kind: 'refresh_token' | 'access_token'
  readonly metadata: Metadata
  readonly timeoutMs: number
}

/**
 * - `revoked`: the provider confirmed, or does not know the token.
 * - `ended`: it does not take this access token any more; that says nothing about the grant.
 * - `failed`: try again later.
 */
export type RevokeAnswer =
  | { readonly kind: 'revoked' | 'ended' }
  | { readonly kind: 'unsupported' }
  | { readonly kind: 'failed'; readonly detail: string; readonly retryAfterMs: number | null }

/** One provider, ready to be asked. Its methods never throw for what a provider answers. */
export interface TokenProvider {
  readonly name: string
  readonly traits: ProviderTraits
  /**
   * The token endpoint of a connection: where request slots are counted.
   * @throws InvalidInputError the connection's metadata name a data centre that does not exist.
   */
  endpointOf(metadata: Metadata): URL
  refresh(request: RefreshRequest): Promise<RefreshAnswer>
  /** Asks for a token by the app's own credentials (RFC 6749 §4.4): what a refresh is where `traits.grant` says so. */
  clientCredentials(request: RenewalRequest): Promise<RefreshAnswer>
  /** Which token of a grant it is revoked with. */
  readonly revokes: RevokeRequest['kind']
  revoke(request: RevokeRequest): Promise<RevokeAnswer>
}
