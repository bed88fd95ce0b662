import * as oauth from 'oauth4webapi'
import { InvalidInputError } from '../errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { RevokeAnswer, RevokeRequest } from '../ports/provider.ts'
import type { Transport, TransportAnswer, TransportRequest } from '../ports/transport.ts'
import { membersOf } from './code-exchange.ts'
import { placedValue, resolveEndpoint, withAppId } from './endpoints.ts'
import { fits } from './error-rules.ts'
import type { Endpoint, ProviderProfile } from './profile.ts'
import { type RequestShape, sendProtocolRequest } from './protocol-request.ts'
import { retryAfterOf } from './retry-after.ts'
import { tokenHeader } from './token-header.ts'

/** The app in whose name a revocation is asked for. */
export interface RevokingClient {
  readonly id: string
  /** Null: it cannot prove itself. */
  readonly authentication: oauth.ClientAuth | null
}

const NO_APP: TransportAnswer = { kind: 'unsent', reason: 'NO_APP_CREDENTIALS' }

/**
 * Asks a provider once to revoke a token (RFC 7009 §2.1, or as its profile has it).
 * @param client null: nobody knows the app
 * @throws InvalidInputError the connection's metadata, or the app's id, lead to no endpoint
 */
export async function requestRevocation(
  profile: ProviderProfile,
  request: RevokeRequest,
  client: RevokingClient | null,
  transport: Transport,
): Promise<TransportAnswer> {
  const { method, style } = profile.revocation
  const endpoint = revocationUrl(profile, request, client)
  if (endpoint === null) return NO_APP
  const { token, timeoutMs } = request
  const plain: TransportRequest = { method, url: endpoint, headers: HEADERS, body: '', timeoutMs }
  switch (style) {
    case 'rfc7009':
    case 'json':
      return await requestAsApp(profile, request, client, endpoint, transport)
    case 'token_only': {
      const headers = { ...HEADERS, 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' }
      const body = new URLSearchParams({ token: token.reveal() }).toString()
      return await transport.send({ ...plain, headers, body })
    }
    case 'bearer':
      return await transport.send({ ...plain, headers: { ...HEADERS, ...tokenHeader(profile, token) } })
  }
}

/** Whether nobody can ask who does not know the app. */
export function revokesAsApp({ revocation, revocationEndpoint }: ProviderProfile): boolean {
  return hasAppId(revocationEndpoint) || revocation.style === 'rfc7009' || revocation.style === 'json'
}

const HEADERS = { accept: 'application/json', 'user-agent': 'evergrant' }

async function requestAsApp(
  profile: ProviderProfile,
  { token, kind, timeoutMs }: RevokeRequest,
  client: RevokingClient | null,
  endpoint: URL,
  transport: Transport,
): Promise<TransportAnswer> {
  const { id, authentication } = client ?? { id: '', authentication: null }
  if (authentication === null) return NO_APP
  const { method, style, tokenMember } = profile.revocation
  const isJson = style === 'json'
  const shape: RequestShape = isJson
    ? { ...profile, method, requestFormat: 'json', tokenMember }
    : { ...profile, method }
  return await sendProtocolRequest(transport, endpoint, shape, { timeoutMs }, options =>
    oauth.revocationRequest(
      { issuer: endpoint.origin, revocation_endpoint: endpoint.href },
      { client_id: id },
      authentication,
      token.reveal(),
      isJson ? options : { ...options, additionalParameters: { token_type_hint: kind } },
    ),
  )
}

/**
 * What an answer to a revocation means. A server that does not know the token answers 200 (RFC 7009 §2.2); 503 means
 * that the token still is good.
 */
export function judgeRevocation(
  answer: TransportAnswer,
  profile: ProviderProfile,
  { kind }: RevokeRequest,
  clock: Clock,
): RevokeAnswer {
  if (answer.kind !== 'answered') return { kind: 'failed', detail: answer.reason, retryAfterMs: null }
  const { status } = answer
  const { confirmed, gone, goneStatuses, token } = profile.revocation
  const members = membersOf(answer, profile)
  if (fits({ ...confirmed, status: confirmed.status ?? 200 }, status, members)) return { kind: 'revoked' }
  const isGone = goneStatuses.includes(status) || gone.some(pattern => fits(pattern, status, members))
  // That an access token is no good any more says nothing about the grant.
  if (isGone) return { kind: token === 'access_token' && kind === 'access_token' ? 'ended' : 'revoked' }
  return { kind: 'failed', detail: `HTTP ${status}`, retryAfterMs: retryAfterOf(answer.headers, clock) }
}

// Null: it needs the app's id, and nobody knows the app.
function revocationUrl(
  profile: ProviderProfile,
  { metadata }: RevokeRequest,
  client: RevokingClient | null,
): URL | null {
  const { revocationEndpoint: endpoint } = profile
  if (endpoint === null) return null
  if (typeof endpoint === 'function' || !hasAppId(endpoint))
    return resolveEndpoint(endpoint, metadata, profile)
  if (client === null) return null
  const id = placedValue(client.id, { kind: 'segment', description: '' }, profile)
  if (id !== null) return resolveEndpoint(withAppId(endpoint, id), metadata, profile)
  throw new InvalidInputError(
    `The clientId of the app at "${profile.name}" cannot stand in the URL of a revocation.`,
    { provider: profile.name },
  )
}

function hasAppId(endpoint: Endpoint | null): boolean {
  return typeof endpoint === 'string' && withAppId(endpoint, '') !== endpoint
}
