import type { ProviderTraits, RefreshBudget } from '../lifecycle/provider-traits.ts'
import { defineProvider, type ProviderDefinition } from './define-provider.ts'
import type { ClientAuthentication, ProviderProfile } from './profile.ts'

/** A provider of plain OAuth 2, by its endpoints. Durations in milliseconds. */
export interface GenericProviderOptions {
  readonly name: string
  /** Where refreshes go (RFC 6749 §3.2): https, or http on loopback. */
  readonly tokenEndpoint: string
  /** Where accounts are connected (RFC 6749 §3.1). Default: none, and tokens are stored by `storeTokens`. */
  readonly authorizationEndpoint?: string | undefined
  /** Where revocations go: an RFC 7009 endpoint, unless `revocation` says otherwise. Default: there is none. */
  readonly revocationEndpoint?: string | undefined
  /** How a revocation is asked for, where that differs from RFC 7009 §2. */
  readonly revocation?: ProviderDefinition['revocation']
  /** Where devices begin (RFC 8628). Default: none. */
  readonly deviceAuthorizationEndpoint?: string | undefined
  /** Default `client_secret_post`. */
  readonly clientAuthentication?: ClientAuthentication | undefined
  /** Hosts that `fetch` may send the access token to. */
  readonly apiHosts?: readonly string[] | undefined
  /**
   * What access tokens are renewed by. Default `refresh_token`; with `client_credentials` the app's own credentials are
   * asked with (RFC 6749 §4.4).
   */
  readonly grant?: ProviderTraits['grant'] | undefined
  /**
   * Whether its endpoints may be in private networks and on this machine. Default: only on a loopback address that
   * stands here.
   */
  readonly allowPrivateNetwork?: boolean | undefined
  /** What happens to a refresh token that is used again. Default `strict`: nobody knows. */
  readonly rotation?: ProviderTraits['rotation'] | undefined
  /** How long access tokens live when an answer does not say. Default: not known. */
  readonly lifetimeMs?: number | null | undefined
  /** The age that an access token must have before the provider refreshes it. Default 0. */
  readonly refreshEarliestMs?: number | undefined
  /** Whether a refresh ends the access token before. Default false. */
  readonly refreshKillsAccessToken?: boolean | undefined
  /** A refresh token that is not used for this long is dead: the sweep uses it in time. Default: never. */
  readonly refreshTokenIdleMs?: number | null | undefined
  /** The pause after a throttle that names none. Default one minute. */
  readonly throttleMs?: number | undefined
  /** How many refreshes it takes for one refresh token in how much time. Default: as many as are made. */
  readonly refreshBudget?: RefreshBudget | null | undefined
}

/**
 * The profile of a provider of plain OAuth 2.
 *
 * @example
 * genericProvider({ name: 'acme', tokenEndpoint: 'https://id.acme.example/token', rotation: 'window' })
 *
 * @throws InvalidInputError the name breaks the rule, an endpoint is not https, or a host is not one.
 */
export function genericProvider(options: GenericProviderOptions): ProviderProfile {
  const {
    name,
    tokenEndpoint,
    authorizationEndpoint,
    revocationEndpoint,
    revocation,
    deviceAuthorizationEndpoint,
    clientAuthentication,
    apiHosts,
    allowPrivateNetwork,
    ...traits
  } = options
  return defineProvider({
    name,
    tokenEndpoint,
    authorizationEndpoint,
    revocationEndpoint,
    revocation,
    deviceAuthorizationEndpoint,
    clientAuthentication,
    apiHosts,
    allowPrivateNetwork,
    traits,
  })
}
