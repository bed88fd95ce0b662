import * as oauth from 'oauth4webapi'
import { InvalidInputError } from '../errors.ts'
import type { Clock } from '../ports/clock.ts'
import type {
  AppCredentials,
  RefreshAnswer,
  RefreshRequest,
  RevokeAnswer,
  RevokeRequest,
  TokenProvider,
} from '../ports/provider.ts'
import { isSecureUrl } from '../ports/secure-url.ts'
import type { Metadata } from '../ports/store.ts'
import type { Transport, TransportAnswer } from '../ports/transport.ts'
import { clientSecretBasic } from './basic-authentication.ts'
import { judgeAnswer } from './judge-answer.ts'
import type { Endpoint, ProviderProfile, RevocationRules } from './profile.ts'
import { sendProtocolRequest } from './protocol-request.ts'

/** Finds the app credentials that count for a connection: some apps have a secret in each data centre. */
export type AppResolver = (app: AppCredentials, metadata: Metadata) => AppCredentials

export interface OAuth2Ports {
  readonly transport: Transport
  readonly clock: Clock
}

/** A provider of OAuth 2 (RFC 6749 §6, RFC 7009), told by its profile. */
export class OAuth2Provider implements TokenProvider {
  readonly profile: ProviderProfile
  readonly #ports: OAuth2Ports
  readonly #resolveApp: AppResolver

  constructor(profile: ProviderProfile, ports: OAuth2Ports, resolveApp: AppResolver = app => app) {
    this.profile = profile
    this.#ports = ports
    this.#resolveApp = resolveApp
  }

  get name(): string {
    return this.profile.name
  }

  get traits(): ProviderProfile['traits'] {
    return this.profile.traits
  }

  endpointOf(metadata: Metadata): URL {
    return resolveEndpoint(this.profile.tokenEndpoint, metadata, this.name)
  }

  async refresh(request: RefreshRequest): Promise<RefreshAnswer> {
    const endpoint = this.endpointOf(request.metadata)
    const app = this.#resolveApp(request.app, request.metadata)
    const authentication = this.#authenticationOf(app)
    if (authentication === null) {
      return {
        kind: 'misconfigured',
        detail: 'not sent: the client id or the client secret is missing',
        retryAfterMs: null,
        refreshToken: null,
      }
    }
    const { timeoutMs, until } = request
    const answer = await sendProtocolRequest(this.#ports.transport, endpoint, { timeoutMs, until }, options =>
      oauth.refreshTokenGrantRequest(
        { issuer: endpoint.origin, token_endpoint: endpoint.href },
        { client_id: app.clientId },
        authentication,
        request.refreshToken.reveal(),
        options,
      ),
    )
    return judgeAnswer(answer, request.refreshToken, this.profile.answers, this.#ports.clock)
  }

  async revoke(request: RevokeRequest): Promise<RevokeAnswer> {
    const { revocationEndpoint, revocation } = this.profile
    if (revocationEndpoint === null) return { kind: 'unsupported' }
    const endpoint = resolveEndpoint(revocationEndpoint, request.metadata, this.name)
    const answer =
      revocation.style === 'token_only'
        ? await this.#postToken(endpoint, request)
        : await this.#requestRevocation(endpoint, request)
    return judgeRevocation(answer, revocation)
  }

  // Null: the profile wants a secret, and there is none. An empty one is none.
  #authenticationOf({ clientId, clientSecret }: AppCredentials): oauth.ClientAuth | null {
    const secret = clientSecret?.reveal() ?? ''
    const method = this.profile.clientAuthentication
    if (clientId === '' || (secret === '' && method !== 'none')) return null
    switch (method) {
      case 'client_secret_post':
        return oauth.ClientSecretPost(secret)
      case 'client_secret_basic':
        return clientSecretBasic(secret)
      case 'none':
        return oauth.None()
    }
  }

  #postToken(endpoint: URL, { token, timeoutMs }: RevokeRequest): Promise<TransportAnswer> {
    return this.#ports.transport.post({
      url: endpoint,
      headers: {
        'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
        'user-agent': 'evergrant',
      },
      body: new URLSearchParams({ token: token.reveal() }).toString(),
      timeoutMs,
    })
  }

  async #requestRevocation(endpoint: URL, request: RevokeRequest): Promise<TransportAnswer> {
    const app = request.app === null ? null : this.#resolveApp(request.app, request.metadata)
    const authentication = app === null ? null : this.#authenticationOf(app)
    if (app === null || authentication === null) return { kind: 'unsent', reason: 'NO_APP_CREDENTIALS' }
    const { timeoutMs } = request
    return await sendProtocolRequest(this.#ports.transport, endpoint, { timeoutMs }, options =>
      oauth.revocationRequest(
        { issuer: endpoint.origin, revocation_endpoint: endpoint.href },
        { client_id: app.clientId },
        authentication,
        request.token.reveal(),
        { ...options, additionalParameters: { token_type_hint: 'refresh_token' } },
      ),
    )
  }
}

// A server that does not know the token answers 200 (RFC 7009 §2.2); 503 means that the token still is good.
function judgeRevocation(answer: TransportAnswer, revocation: RevocationRules): RevokeAnswer {
  if (answer.kind !== 'answered') return { kind: 'failed', detail: answer.reason }
  const gone = answer.status === 200 || revocation.goneStatuses.includes(answer.status)
  return gone ? { kind: 'revoked' } : { kind: 'failed', detail: `HTTP ${answer.status}` }
}

function resolveEndpoint(endpoint: Endpoint, metadata: Metadata, provider: string): URL {
  const text = typeof endpoint === 'string' ? endpoint : endpoint(metadata)
  if (URL.canParse(text) && isSecureUrl(new URL(text))) return new URL(text)
  throw new InvalidInputError(
    `The profile of "${provider}" gives an endpoint that is not an https URL for the metadata of this connection.`,
    { provider },
  )
}
