import { ProviderResponseError } from '../errors.ts'
import { isLoopback } from '../ports/secure-url.ts'
import { defineProvider, type ProviderDefinition } from './define-provider.ts'
import type { ServerMetadata } from './issuer-metadata.ts'
import type { ClientAuthentication, ProviderProfile } from './profile.ts'
import { type Given, withDefaults } from './with-defaults.ts'

/** What metadata do not say, or what is to be said otherwise. */
export type IssuerOverrides = Given<Omit<ProviderDefinition, 'name' | 'issuer'>>

/**
 * The profile of a server that described itself (RFC 8414 §2). How its tokens live it does not say: rotation counts as
 * strict, lifetimes as unknown.
 * @throws ProviderResponseError there is no token endpoint, or no way in which Evergrant can prove the app
 * @throws InvalidInputError an endpoint is not https
 */
export function profileOfMetadata(
  name: string,
  issuer: string,
  metadata: ServerMetadata,
  overrides: IssuerOverrides,
): ProviderProfile {
  const text = (member: string): string | null => {
    const value = metadata.get(member)
    return typeof value === 'string' && value !== '' ? value : null
  }
  const endpoint = (member: string): string | null => {
    const value = text(member)
    if (value !== null && overrides.allowPrivateNetwork !== true) checkPlace(value, issuer, name)
    return value
  }
  const tokenEndpoint = overrides.tokenEndpoint ?? endpoint('token_endpoint')
  if (tokenEndpoint === null) {
    throw new ProviderResponseError(`The metadata of the provider "${name}" name no token endpoint.`, {
      provider: name,
    })
  }
  const scopes = textsOf(metadata.get('scopes_supported'))
  const isOffline = scopes.includes('offline_access')
  const { authorization, revocation, clientAuthentication, ...rest } = overrides
  const method =
    clientAuthentication ?? authenticationOf(metadata.get('token_endpoint_auth_methods_supported'), name)
  const said: IssuerOverrides = {
    authorizationEndpoint:
      overrides.authorizationEndpoint === undefined ? endpoint('authorization_endpoint') : null,
    deviceAuthorizationEndpoint:
      overrides.deviceAuthorizationEndpoint === undefined ? endpoint('device_authorization_endpoint') : null,
    revocationEndpoint: overrides.revocationEndpoint === undefined ? endpoint('revocation_endpoint') : null,
    // A subject is what only OpenID Connect has.
    account: metadata.has('subject_types_supported') ? { kind: 'id_token', claim: 'sub' } : null,
  }
  return defineProvider({
    ...withDefaults(said, rest),
    name,
    issuer,
    tokenEndpoint,
    clientAuthentication: method,
    authorization: {
      pkce: textsOf(metadata.get('code_challenge_methods_supported')).includes('S256') ? 'supported' : null,
      refreshTokenScopes: isOffline ? ['offline_access'] : [],
      // OpenID Connect Core §11: without it, a server does as if nobody had asked for offline_access.
      parameters: isOffline ? { prompt: 'consent' } : {},
      answersIssuer: metadata.get('authorization_response_iss_parameter_supported') === true,
      ...authorization,
    },
    revocation: {
      clientAuthentication: knownMethod(metadata.get('revocation_endpoint_auth_methods_supported')),
      ...revocation,
    },
  })
}

// A server elsewhere must not send us to this machine, or to a port that the code does not know.
function checkPlace(endpoint: string, issuer: string, provider: string): void {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : null
  const { host, port } = new URL(issuer)
  if (url === null || url.host === host) return
  if (!isLoopback(url.hostname) && (url.port === '' || url.port === port)) return
  throw new ProviderResponseError(
    `The metadata of the provider "${provider}" name an endpoint on this machine, or on a port that is neither 443 nor ` +
      'that of the issuer. Name the endpoint in code if it is right.',
    { provider },
  )
}

// The secret in the body has no encoding that a server could get wrong. RFC 8414 §2: what says nothing means Basic.
const PREFERRED: readonly ClientAuthentication[] = ['client_secret_post', 'client_secret_basic', 'none']

function authenticationOf(methods: unknown, provider: string): ClientAuthentication {
  if (methods === undefined) return 'client_secret_basic'
  const method = knownMethod(methods)
  if (method !== null) return method
  throw new ProviderResponseError(
    `The metadata of the provider "${provider}" name no way to prove an app that Evergrant knows: ${PREFERRED.join(', ')}.`,
    { provider },
  )
}

function knownMethod(methods: unknown): ClientAuthentication | null {
  const given = textsOf(methods)
  return PREFERRED.find(known => given.includes(known)) ?? null
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : []
}
