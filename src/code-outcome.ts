import {
  AuthorizationFlowError,
  type EvergrantError,
  ProviderMisconfiguredError,
  ProviderRateLimitedError,
  ProviderResponseError,
  ProviderUnavailableError,
} from './errors.ts'
import type { Clock } from './ports/clock.ts'
import type { IssuedTokens, RefreshAnswer } from './ports/provider.ts'
import type { ConnectionKey } from './ports/store.ts'
import type { ProviderProfile } from './providers/profile.ts'
import { named } from './refresh/refusal-error.ts'
import type { NewTokens } from './refresh/store-tokens.ts'

/** What there is to store of an answer to a code, or to a device. */
export type CodeOutcome =
  | { readonly kind: 'issued'; readonly tokens: IssuedTokens }
  /** No usable access token, and a refresh token all the same. */
  | {
      readonly kind: 'salvaged'
      readonly tokens: NewTokens
      readonly detail: string
      readonly error: EvergrantError
    }

/** @throws EvergrantError the answer holds nothing that could be stored */
export function outcomeOf(
  answer: RefreshAnswer,
  key: ConnectionKey,
  profile: ProviderProfile,
  clock: Clock,
): CodeOutcome {
  if (answer.kind === 'issued') return answer
  const isSalvaged = answer.kind === 'ambiguous' || answer.kind === 'failed'
  if (isSalvaged && answer.refreshToken !== null) {
    const { refreshToken, detail } = answer
    const nothing = { accessToken: null, expiresInMs: null, scopes: null, metadata: {} }
    const error = codeError(answer, key, profile, clock)
    return { kind: 'salvaged', tokens: { ...nothing, refreshToken }, detail, error }
  }
  throw codeError(answer, key, profile, clock)
}

/** Why a code did not become tokens. It is not sent again: the account has to be connected anew. */
export function codeError(
  answer: Exclude<RefreshAnswer, { kind: 'issued' }>,
  key: ConnectionKey,
  { traits }: ProviderProfile,
  clock: Clock,
): EvergrantError {
  const who = named(key)
  const what = 'detail' in answer ? ` (${answer.detail})` : ''
  const again = 'Connect the account again.'
  switch (answer.kind) {
    case 'unsent':
    case 'late':
      return new ProviderUnavailableError(`${who}: the provider cannot be reached${what}. ${again}`, key)
    case 'ambiguous':
      return answer.code === 'PROVIDER_UNAVAILABLE'
        ? new ProviderUnavailableError(
            `${who}: the provider gave no whole answer to the code${what}. ${again}`,
            key,
          )
        : new ProviderResponseError(
            `${who}: the provider's answer to the code makes no sense${what}. ${again}`,
            key,
          )
    case 'failed':
      return new ProviderResponseError(`${who}: the provider failed at the code${what}. ${again}`, key)
    case 'refused':
      return new AuthorizationFlowError(
        `${who}: the provider does not take the code${what}: it is used, too old, or of another redirect URI. ${again}`,
        'refused',
        key,
      )
    case 'misconfigured':
      return new ProviderMisconfiguredError(
        `${who}: the provider rejects the app credentials or the request${what}. ` +
          'Check client id, secret and redirect URI of the OAuth app.',
        key,
      )
    case 'throttled': {
      const retryAt = new Date(clock.wallMs() + (answer.retryAfterMs ?? traits.throttleMs))
      return new ProviderRateLimitedError(
        `${who}: the provider throttles${what}. Connect the account after ${retryAt.toISOString()}.`,
        retryAt,
        key,
      )
    }
  }
}
