import type { Policy } from '../lifecycle/policy.ts'
import type { ProviderTraits } from '../lifecycle/provider-traits.ts'
import { isServable, remainingOf } from '../lifecycle/state.ts'
import type { Cipher } from '../ports/cipher.ts'
import type { Clock } from '../ports/clock.ts'
import type { Metadata } from '../ports/store.ts'
import type { Secret } from '../secret.ts'
import { connectionOf, databaseNow, dateOf, type Observed } from './observed.ts'

/** An opened access token with the row it came from. */
export interface HeldToken {
  readonly accessToken: Secret
  readonly observed: Observed
}

/** What a caller gets. */
export interface AccessToken {
  /** The token itself, for the `Authorization` header. */
  readonly accessToken: string
  /** By the database's clock; null: not known, or never. */
  readonly expiresAt: Date | null
  /** What the grant allows, as far as the provider said it. */
  readonly scopes: readonly string[]
  /** `token_type` of the answer (RFC 6749 §7.1). The header may want another word: `Zoho-oauthtoken` at Zoho. */
  readonly tokenType: 'Bearer'
  /** What the provider said about the connection: `api_domain`, `location`, … */
  readonly metadata: Metadata
}

/**
 * Opens the stored access token of a row that has one.
 * @param onFailure told before the error is thrown
 * @throws DecryptionError
 */
export function openAccessToken(observed: Observed, cipher: Cipher, onFailure: () => void): HeldToken {
  const { accessToken, clientId, provider } = observed.row
  try {
    return {
      accessToken: cipher.open(accessToken ?? '', { purpose: 'access_token', clientId, provider }),
      observed,
    }
  } catch (error) {
    onFailure()
    throw error
  }
}

/** Whether it may still be handed out, read from the clock alone. */
export function isStillServable(
  held: HeldToken,
  clock: Clock,
  traits: ProviderTraits,
  policy: Policy,
): boolean {
  return isServable(connectionOf(held.observed.row), databaseNow(held.observed, clock), traits, policy)
}

/** How long it lives from now on, in ms; `Infinity`: nobody knows, or for ever. */
export function remainingOfHeld({ observed }: HeldToken, clock: Clock): number {
  return remainingOf(connectionOf(observed.row), databaseNow(observed, clock))
}

/** Comma-separated scopes of a row as a list. */
export function scopesOf(scopes: string | null): readonly string[] {
  return scopes === null
    ? []
    : scopes
        .split(',')
        .map(scope => scope.trim())
        .filter(scope => scope !== '')
}

export function accessTokenOf(held: HeldToken): AccessToken {
  const { expiresAt, scopes, metadata } = held.observed.row
  return {
    accessToken: held.accessToken.reveal(),
    expiresAt: dateOf(expiresAt),
    scopes: scopesOf(scopes),
    tokenType: 'Bearer',
    // A copy: what one caller does to it must not reach the next.
    metadata: structuredClone(metadata),
  }
}
