import * as oauth from 'oauth4webapi'
import type { Clock } from '../ports/clock.ts'
import type {
  AppCredentials,
  RefreshAnswer,
  RefreshRequest,
  RenewalRequest,
  RevokeAnswer,
  RevokeRequest,
  TokenProvider,
} from '../ports/provider.ts'
import type { Metadata } from '../ports/store.ts'
import type { Transport, TransportAnswer } from '../ports/transport.ts'
import { type AccountAnswer, type AccountRequest, findAccount } from './account.ts'
import { clientSecretBasic } from './basic-authentication.ts'
import { askedScopes, clientCredentialsParameters } from './client-credentials.ts'
import {
  type CodeAnswer,
  type CodeRequest,
  codeParameters,
  membersOf,
  withRedirectUri,
  writeCodeRequest,
} from './code-exchange.ts'
import {
  type DeviceAuthorizationAnswer,
  type DeviceAuthorizationRequest,
  type DeviceTokenAnswer,
  type DeviceTokenRequest,
  deviceCodesOf,
  deviceParameters,
  judgeDeviceAnswer,
  writeDeviceTokenRequest,
} from './device-requests.ts'
import { resolveEndpoint } from './endpoints.ts'
import { judgeAnswer } from './judge-answer.ts'
import type { ClientAuthentication, ProviderProfile } from './profile.ts'
import { type ProtocolOptions, sendProtocolRequest } from './protocol-request.ts'
import { reachingTransport, reachRules } from './reach.ts'
import { refreshParameters } from './refresh-parameters.ts'
import { judgeRevocation, type RevokingClient, requestRevocation } from './revocation.ts'

/**
 * Finds the app credentials that count for a connection: some apps have a secret in each data centre, and some make
 * one for each request. Null: it could not be made.
 */
export type AppResolver = (
  app: AppCredentials,
  metadata: Metadata,
) => AppCredentials | Promise<AppCredentials | null>

export interface OAuth2Ports {
  readonly transport: Transport
  readonly clock: Clock
}

/** An answer that is no success. */
type NoTokens = Exclude<RefreshAnswer, { kind: 'issued' }>

interface Client {
  readonly id: string
  readonly authentication: oauth.ClientAuth
}

/** A provider of OAuth 2 (RFC 6749 §4.4 and §6, RFC 7009), told by its profile. */
export class OAuth2Provider implements TokenProvider {
  readonly profile: ProviderProfile
  readonly #ports: OAuth2Ports
  readonly #resolveApp: AppResolver

  /** @param own the profile as Evergrant has it; null: it is the back end's own, and its hosts are checked */
  constructor(
    profile: ProviderProfile,
    { transport, clock }: OAuth2Ports,
    resolveApp: AppResolver = app => app,
    own: ProviderProfile | null = null,
  ) {
    this.profile = profile
    this.#ports = { transport: reachingTransport(transport, reachRules(profile, own)), clock }
    this.#resolveApp = resolveApp
  }

  get name(): string {
    return this.profile.name
  }

  get traits(): ProviderProfile['traits'] {
    return this.profile.traits
  }

  endpointOf(metadata: Metadata): URL {
    const { traits, tokenEndpoint, refreshEndpoint } = this.profile
    const isRefresh = traits.grant === 'refresh_token'
    const endpoint = isRefresh ? (refreshEndpoint ?? tokenEndpoint) : tokenEndpoint
    return resolveEndpoint(endpoint, metadata, this.profile)
  }

  async refresh(request: RefreshRequest): Promise<RefreshAnswer> {
    const endpoint = this.endpointOf(request.metadata)
    if (this.profile.refresh.token === 'access_token') {
      return this.#judged(await this.#refreshAccessToken(endpoint, request), request)
    }
    const client = await this.#clientOf(request)
    if ('kind' in client) return client
    return this.#judged(await this.#refreshGrant(endpoint, request, client), request)
  }

  async clientCredentials(request: RenewalRequest): Promise<RefreshAnswer> {
    const endpoint = this.endpointOf(request.metadata)
    const client = await this.#clientOf(request)
    if ('kind' in client) return client
    const answer = await sendProtocolRequest(
      this.#ports.transport,
      endpoint,
      this.profile,
      limitsOf(request),
      options =>
        oauth.clientCredentialsGrantRequest(
          { issuer: endpoint.origin, token_endpoint: endpoint.href },
          { client_id: client.id },
          client.authentication,
          clientCredentialsParameters(this.profile, request.metadata),
          options,
        ),
    )
    const judged = judgeAnswer(answer, null, this.profile.answers, this.#ports.clock)
    return asAnsweredToApp(judged, askedScopes(this.profile.clientCredentials, request.metadata))
  }

  /** Asks for the codes by which a person lets a device in (RFC 8628 §3.1). */
  async deviceAuthorization(request: DeviceAuthorizationRequest): Promise<DeviceAuthorizationAnswer> {
    const { deviceAuthorizationEndpoint } = this.profile
    if (deviceAuthorizationEndpoint === null) {
      return { kind: 'failed', answer: unsent('the profile names no device authorization endpoint') }
    }
    const endpoint = resolveEndpoint(deviceAuthorizationEndpoint, request.metadata, this.profile)
    const client = await this.#clientOf(request)
    if ('kind' in client) return { kind: 'failed', answer: client }
    const answer = await this.#send(endpoint, request, options =>
      oauth.deviceAuthorizationRequest(
        { issuer: endpoint.origin, device_authorization_endpoint: endpoint.href },
        { client_id: client.id },
        client.authentication,
        deviceParameters(this.profile, request),
        options,
      ),
    )
    const unit = this.profile.device?.unit ?? 'seconds'
    const codes = deviceCodesOf(membersOf(answer, this.profile), endpoint, unit)
    if (codes !== null) return { kind: 'issued', codes }
    return {
      kind: 'failed',
      answer: asFailure(judgeAnswer(answer, null, this.profile.answers, this.#ports.clock)),
    }
  }

  /** Asks whether the person has agreed (RFC 8628 §3.4). */
  async deviceToken(request: DeviceTokenRequest): Promise<DeviceTokenAnswer> {
    const { device, tokenEndpoint } = this.profile
    const endpoint = resolveEndpoint(device?.tokenEndpoint ?? tokenEndpoint, request.metadata, this.profile)
    const client = await this.#clientOf(request)
    if ('kind' in client) return { kind: 'answered', answer: client, members: new Map() }
    const answer = await this.#send(endpoint, request, options =>
      writeDeviceTokenRequest(endpoint, client, request, device, options),
    )
    const judged = judgeAnswer(answer, null, this.profile.answers, this.#ports.clock)
    return judgeDeviceAnswer(judged, membersOf(answer, this.profile), device?.moved ?? null)
  }

  /** Exchanges a code for tokens (RFC 6749 §4.1.3), once: a code that is sent twice may end what it gave. */
  async exchangeCode(request: CodeRequest): Promise<CodeAnswer> {
    const endpoint = resolveEndpoint(this.profile.tokenEndpoint, request.metadata, this.profile)
    const client = await this.#clientOf(request)
    if ('kind' in client) return { answer: client, members: new Map() }
    const { timeoutMs } = request
    const sent = await sendProtocolRequest(
      this.#ports.transport,
      endpoint,
      this.profile,
      { timeoutMs },
      options =>
        writeCodeRequest(
          endpoint,
          client.id,
          client.authentication,
          codeParameters(this.profile, request),
          options,
        ),
    )
    const answer = judgeAnswer(sent, null, this.profile.answers, this.#ports.clock)
    return {
      answer: withRedirectUri(answer, this.profile, request),
      members: membersOf(sent, this.profile),
    }
  }

  /** Which account new tokens are of. */
  accountOf(request: AccountRequest): Promise<AccountAnswer> {
    return findAccount(this.profile, request, this.#ports.transport)
  }

  get revokes(): RevokeRequest['kind'] {
    return this.profile.revocation.token
  }

  async revoke(request: RevokeRequest): Promise<RevokeAnswer> {
    const { profile } = this
    if (profile.revocationEndpoint === null) return { kind: 'unsupported' }
    const { transport, clock } = this.#ports
    const answer = await requestRevocation(profile, request, await this.#revokingClient(request), transport)
    return judgeRevocation(answer, profile, request, clock)
  }

  async #revokingClient({ app, metadata }: RevokeRequest): Promise<RevokingClient | null> {
    const { revocation, clientAuthentication } = this.profile
    const resolved = app === null ? null : await this.#resolveApp(app, metadata)
    if (resolved === null) return null
    const authentication = authenticationOf(resolved, revocation.clientAuthentication ?? clientAuthentication)
    return { id: resolved.clientId, authentication }
  }

  /** Who asks, and how that is proved; or why nobody can be asked. */
  async #clientOf({ app, metadata }: Pick<RenewalRequest, 'app' | 'metadata'>): Promise<Client | NoTokens> {
    const resolved = await this.#resolveApp(app, metadata)
    if (resolved === null) return unsent('the client secret could not be made')
    const authentication = authenticationOf(resolved, this.profile.clientAuthentication)
    if (authentication === null) return unsent('the client id or the client secret is missing')
    return { id: resolved.clientId, authentication }
  }

  #send(
    endpoint: URL,
    { timeoutMs }: Pick<RenewalRequest, 'timeoutMs'>,
    write: (options: ProtocolOptions) => Promise<Response>,
  ): Promise<TransportAnswer> {
    return sendProtocolRequest(this.#ports.transport, endpoint, this.profile, { timeoutMs }, write)
  }

  #refreshGrant(endpoint: URL, request: RefreshRequest, client: Client): Promise<TransportAnswer> {
    const { transport } = this.#ports
    return sendProtocolRequest(transport, endpoint, this.profile, limitsOf(request), options =>
      oauth.refreshTokenGrantRequest(
        { issuer: endpoint.origin, token_endpoint: endpoint.href },
        { client_id: client.id },
        client.authentication,
        request.refreshToken.reveal(),
        { ...options, additionalParameters: refreshParameters(this.profile, request) },
      ),
    )
  }

  #judged(answer: TransportAnswer, { refreshToken }: RefreshRequest): RefreshAnswer {
    return judgeAnswer(answer, refreshToken, this.profile.answers, this.#ports.clock)
  }

  // The token stands in the URL because the provider wants it there. The transport tells nobody.
  #refreshAccessToken(endpoint: URL, request: RefreshRequest): Promise<TransportAnswer> {
    const url = new URL(endpoint)
    for (const [name, value] of Object.entries(this.profile.refresh.parameters)) {
      url.searchParams.set(name, value)
    }
    url.searchParams.set('access_token', request.refreshToken.reveal())
    const headers = { accept: 'application/json', 'user-agent': 'evergrant' }
    return this.#ports.transport.send({ method: 'GET', url, headers, body: '', ...limitsOf(request) })
  }
}

// Null: the profile wants a secret, and there is none. An empty one is none.
function authenticationOf(
  { clientId, clientSecret }: AppCredentials,
  method: ClientAuthentication,
): oauth.ClientAuth | null {
  const secret = clientSecret?.reveal() ?? ''
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

function limitsOf({ timeoutMs, until }: RenewalRequest): Pick<RenewalRequest, 'timeoutMs' | 'until'> {
  return { timeoutMs, until }
}

/**
 * Scopes that were granted as they were asked for need not be told (RFC 6749 §5.1). A refresh token is none to be used
 * (RFC 6749 §4.4.3): it is kept so that it can be revoked, and told.
 */
function asAnsweredToApp(answer: RefreshAnswer, asked: readonly string[]): RefreshAnswer {
  if (answer.kind !== 'issued') return answer
  const { scopes, refreshToken, warnings } = answer.tokens
  return {
    kind: 'issued',
    tokens: {
      ...answer.tokens,
      scopes: scopes ?? (asked.length === 0 ? null : asked),
      warnings: refreshToken === null ? warnings : [...warnings, 'REFRESH_TOKEN_UNEXPECTED'],
    },
  }
}

// An answer with an access token, where codes were asked for.
function asFailure(answer: RefreshAnswer): NoTokens {
  if (answer.kind !== 'issued') return answer
  const detail = 'tokens instead of codes'
  return { kind: 'ambiguous', code: 'PROVIDER_RESPONSE', detail, retryAfterMs: null, refreshToken: null }
}

function unsent(why: string): NoTokens {
  return { kind: 'misconfigured', detail: `not sent: ${why}`, retryAfterMs: null, refreshToken: null }
}
