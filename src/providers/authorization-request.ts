import { InvalidInputError } from '../errors.ts'
import type { Metadata } from '../ports/store.ts'
import { resolveEndpoint } from './endpoints.ts'
import type { ProviderProfile } from './profile.ts'

/** What an authorization request says beside what the profile says. */
export interface AuthorizationRequest {
  /** The app's id at the provider. */
  readonly clientId: string
  readonly redirectUri: string
  readonly state: string
  readonly scopes?: readonly string[] | undefined
  /** The S256 challenge of RFC 7636; left out where the profile rejects PKCE. */
  readonly codeChallenge?: string | undefined
  /** Values for the placeholders of the endpoint. */
  readonly metadata?: Metadata | undefined
  /** What the ID token has to repeat (OpenID Connect Core §3.1.2.1). */
  readonly nonce?: string | undefined
  /** The APIs that the token is for (RFC 8707 §2). */
  readonly resource?: readonly string[] | undefined
  /** Beside those of the profile, and over them; those of the protocol cannot be changed. */
  readonly parameters?: Readonly<Record<string, string>> | undefined
}

/**
 * The URL that a browser is sent to (RFC 6749 §4.1.1). A query that the endpoint has already stays in front
 * (RFC 6749 §3.1).
 * @throws InvalidInputError the authorization endpoint is not known, or lacks a value
 */
export function authorizationRequest(profile: ProviderProfile, request: AuthorizationRequest): URL {
  const { authorizationEndpoint, authorization, clientIdParameter, scopeSeparator } = profile
  if (authorizationEndpoint === null) {
    throw new InvalidInputError(
      `The profile of "${profile.name}" names no authorization endpoint, so no account can be connected there.`,
      { provider: profile.name },
    )
  }
  const { clientId, redirectUri, state, scopes = [], codeChallenge, metadata = {}, nonce } = request
  const url = resolveEndpoint(authorizationEndpoint, metadata, profile)
  const challenge = authorization.pkce === 'rejected' ? undefined : codeChallenge
  const parameters = {
    ...authorization.parameters,
    ...request.parameters,
    response_type: 'code',
    [clientIdParameter]: clientId,
    redirect_uri: redirectUri,
    state,
    ...(scopes.length === 0 ? {} : { scope: scopes.join(scopeSeparator) }),
    ...(challenge === undefined ? {} : { code_challenge: challenge, code_challenge_method: 'S256' }),
    ...(nonce === undefined ? {} : { nonce }),
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  for (const resource of request.resource ?? []) url.searchParams.append('resource', resource)
  return url
}
