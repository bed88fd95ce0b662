import { InvalidInputError } from './errors.ts'
import { describe, isPlainObject, parseMetadata, parseScopes, parseToken } from './input.ts'
import { type NamesOf, refuseUnknownNames } from './known-names.ts'
import type { EventSink } from './ports/events.ts'
import type { ConnectionKey } from './ports/store.ts'
import { refuseProviderAnswer } from './provider-answer.ts'
import { accessTokenLifetime } from './providers/lifetime.ts'
import type { ProviderProfile } from './providers/profile.ts'
import { named } from './refresh/refusal-error.ts'
import type { NewTokens } from './refresh/store-tokens.ts'
import type { StoreTokensInput } from './service-options.ts'

const NAMES: NamesOf<StoreTokensInput> = {
  accessToken: true,
  refreshToken: true,
  expiresIn: true,
  scopes: true,
  metadata: true,
}

/**
 * What `storeTokens` was given. An `expiresIn` that makes no sense does not lose the grant: it is ignored with a
 * warning, and the provider's usual lifetime is taken.
 * @throws InvalidInputError
 */
export function parseNewTokens(
  input: unknown,
  key: ConnectionKey,
  profile: ProviderProfile,
  emit: EventSink,
): NewTokens {
  if (!isPlainObject(input)) {
    throw new InvalidInputError(
      `storeTokens() takes a plain object with accessToken; got ${describe(input)}.`,
      key,
    )
  }
  refuseProviderAnswer(input, key)
  refuseUnknownNames(
    input,
    Object.keys(NAMES),
    { owner: 'The argument tokens', noun: 'field' },
    { subject: key, hint: 'expiresAt' in input ? 'expiresIn counts seconds from now.' : '' },
  )
  if (profile.traits.grant === 'client_credentials') {
    refuseRefreshToken(input, key)
    if (input.accessToken === undefined) return parseAppGrant(input, key)
  }
  const { accessToken, refreshToken, expiresIn, scopes, metadata } = input
  const seconds = typeof expiresIn === 'number' ? Math.floor(expiresIn) : expiresIn
  // In seconds whatever the provider counts in, but for one whose answers may hold milliseconds.
  const { expiresInUnit } = profile.answers
  const unit = expiresInUnit === 'epoch_seconds' ? 'seconds' : expiresInUnit
  const lifetime = accessTokenLifetime(
    new Map([['expires_in', seconds]]),
    { expiresInUnit: unit, expiresAt: null },
    0,
  )
  if (lifetime.strange) emit({ type: 'answer_warning', ...key, warning: 'EXPIRES_IN_INVALID' })
  return {
    accessToken: parseToken(accessToken, 'accessToken', key),
    refreshToken:
      refreshToken === undefined || refreshToken === null
        ? null
        : parseToken(refreshToken, 'refreshToken', key),
    expiresInMs: lifetime.ms,
    scopes: parseScopes(scopes, 'scopes', key),
    metadata: parseMetadata(metadata, key),
  }
}

// Nobody would ever use it: whoever brings one means another provider, or has forgotten what this one is.
function refuseRefreshToken({ refreshToken }: Record<string, unknown>, key: ConnectionKey): void {
  if (refreshToken === undefined || refreshToken === null) return
  throw new InvalidInputError(
    `${named(key)}: ${key.provider} is asked by client credentials, and would never use a refresh token. Give grants of ` +
      'users a provider of another name, without that grant.',
    key,
  )
}

/** What a connection asks for; the next call asks for it. What was asked for before does not suffice any more. */
function parseAppGrant(
  { expiresIn, scopes, metadata }: Record<string, unknown>,
  key: ConnectionKey,
): NewTokens {
  if (expiresIn !== undefined) {
    throw new InvalidInputError(
      `${named(key)}: expiresIn is the lifetime of an access token. Give that, too.`,
      key,
    )
  }
  const scope = parseScopes(scopes, 'scopes', key)
  return {
    accessToken: null,
    refreshToken: null,
    expiresInMs: null,
    scopes: null,
    metadata: { ...parseMetadata(metadata, key), ...(scope === null ? {} : { scope }) },
  }
}
