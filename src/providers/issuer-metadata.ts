import {
  type EvergrantError,
  InvalidInputError,
  ProviderMisconfiguredError,
  ProviderResponseError,
  ProviderUnavailableError,
} from '../errors.ts'
import { isSecureUrl } from '../ports/secure-url.ts'
import type { Transport, TransportAnswer } from '../ports/transport.ts'
import { decodeAnswer } from './answer-text.ts'
import { reachingTransport, refusedReach } from './reach.ts'

/** What a server says of itself (RFC 8414 §2, OpenID Connect Discovery §3), by the names of the standards. */
export type ServerMetadata = ReadonlyMap<string, unknown>

/** What looking for it needs. */
export interface MetadataRequest {
  /** The name of the provider, for errors. */
  readonly name: string
  /** The issuer identifier, exactly as the server writes it. */
  readonly issuer: string
  readonly transport: Transport
  /** For each of at most two requests. */
  readonly timeoutMs: number
  /** As in a profile. */
  readonly allowPrivateNetwork: boolean | null
}

/**
 * Asks an issuer for its metadata: where RFC 8414 §3 has them, then where OpenID Connect Discovery §4 does. No redirect
 * is followed, no more than 64 KiB is read, and `issuer` in them has to be the one that was asked, to the letter (RFC
 * 8414 §3.3): else one server could pass for another.
 * @throws InvalidInputError the issuer is no https URL without query
 * @throws ProviderMisconfiguredError it is not on the public internet, and nobody said that it may be elsewhere
 * @throws ProviderUnavailableError it does not answer
 * @throws ProviderResponseError it has no metadata there, or those of another issuer
 */
export async function fetchMetadata(request: MetadataRequest): Promise<ServerMetadata> {
  const { name, issuer, timeoutMs, allowPrivateNetwork } = request
  const places = placesOf(issuer, name)
  const named = new Set(places.map(({ host }) => host))
  const transport = reachingTransport(request.transport, { allowPrivateNetwork, builtIn: new Set(), named })
  const answers: TransportAnswer[] = []
  for (const url of places) {
    const headers = { accept: 'application/json', 'user-agent': 'evergrant' }
    const answer = await transport.send({ method: 'GET', url, headers, body: '', timeoutMs })
    if (answer.kind === 'answered' && answer.status === 200) return metadataIn(answer.body, request)
    answers.push(answer)
  }
  throw failureOf(answers, request)
}

function placesOf(issuer: string, provider: string): readonly URL[] {
  const url = URL.canParse(issuer) ? new URL(issuer) : null
  if (url === null || !isSecureUrl(url) || /[?#]/.test(issuer)) {
    throw new InvalidInputError(
      `The issuer of the provider "${provider}" must be an https URL without query, fragment and credentials ` +
        '(http is accepted for this machine only).',
      { provider },
    )
  }
  const path = url.pathname.replace(/\/$/, '')
  return [
    new URL(`/.well-known/oauth-authorization-server${path}`, url),
    new URL(`${path}/.well-known/openid-configuration`, url),
  ]
}

function metadataIn(body: Uint8Array, { name: provider, issuer }: MetadataRequest): ServerMetadata {
  const metadata = parseObject(decodeAnswer(body).text)
  if (metadata === null) {
    throw new ProviderResponseError(
      `The issuer of the provider "${provider}" answers with metadata that are not a JSON object.`,
      { provider },
    )
  }
  if (metadata.get('issuer') === issuer) return metadata
  throw new ProviderResponseError(
    `The metadata of the provider "${provider}" name another issuer than the one that was asked. Both have to be the ` +
      'same to the letter, a slash at the end included.',
    { provider },
  )
}

function parseObject(text: string): ServerMetadata | null {
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? new Map(Object.entries(value)) : null
  } catch {
    return null
  }
}

// A server that is there and has no metadata is not one that comes back by waiting.
function failureOf(answers: readonly TransportAnswer[], { name: provider }: MetadataRequest): EvergrantError {
  const last = answers.find(answer => answer.kind !== 'answered' || answer.status >= 500)
  if (last === undefined) {
    const statuses = answers.map(answer => (answer.kind === 'answered' ? answer.status : 0)).join(', ')
    return new ProviderResponseError(
      `The issuer of the provider "${provider}" has no metadata at either place (HTTP ${statuses}). Redirects are not ` +
        'followed. Name its endpoints by defineProvider instead.',
      { provider },
    )
  }
  const refused = last.kind === 'answered' ? null : refusedReach(last.reason)
  if (refused !== null) {
    return new ProviderMisconfiguredError(
      `The issuer of the provider "${provider}" was not asked for its metadata: ${refused}.`,
      { provider },
    )
  }
  const why = last.kind === 'answered' ? `HTTP ${last.status}` : last.reason
  return new ProviderUnavailableError(
    `The issuer of the provider "${provider}" cannot be asked for its metadata (${why}).`,
    { provider },
  )
}
