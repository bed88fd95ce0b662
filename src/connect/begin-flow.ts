import { StoreUnavailableError } from '../errors.ts'
import type { FlowRecord } from '../ports/flows.ts'
import type { AppCredentials } from '../ports/provider.ts'
import type { ConnectionKey, Metadata } from '../ports/store.ts'
import { authorizationRequest } from '../providers/authorization-request.ts'
import { resolveEndpoint } from '../providers/endpoints.ts'
import type { ProviderProfile } from '../providers/profile.ts'
import type { AuthorizationStart } from './connected.ts'
import type { FlowDetails } from './flow-details.ts'
import { issuerOf } from './issuer.ts'
import { FLOW_TTL_MS, type FlowPorts } from './ports.ts'
import type { RedirectUri, RedirectUris } from './redirect-uris.ts'
import { sealFlow } from './sealed-flow.ts'
import { digestOf, unguessable } from './unguessable.ts'

/** An account that is to be connected. */
export interface FlowRequest {
  readonly key: ConnectionKey
  readonly profile: ProviderProfile
  readonly app: AppCredentials
  readonly redirectUri: RedirectUri
  readonly scopes: readonly string[]
  readonly user: string | null
  readonly returnTo: string | null
  readonly parameters: Readonly<Record<string, string>>
  readonly metadata: Metadata
  readonly resource: readonly string[]
}

/**
 * Begins a flow (RFC 6749 §4.1.1): the browser gets a state and a binding that nobody can guess, the database their
 * digests, and the PKCE verifier lies there sealed.
 * @throws InvalidInputError | StoreUnavailableError
 */
export async function beginFlow(
  ports: FlowPorts,
  redirectUris: RedirectUris,
  request: FlowRequest,
): Promise<AuthorizationStart> {
  const { key, profile, app, redirectUri, metadata } = request
  const tokenEndpoint = resolveEndpoint(profile.tokenEndpoint, metadata, profile)
  const [state, binding, verifier] = [unguessable(), unguessable(), unguessable()]
  const scopes = scopesToAskFor(profile, request.scopes)
  const nonce = scopes.includes('openid') ? unguessable() : undefined
  const url = authorizationRequest(profile, {
    clientId: app.clientId,
    redirectUri: redirectUri.sent,
    state,
    scopes,
    codeChallenge: await digestOf(verifier),
    metadata,
    nonce,
    resource: request.resource,
    parameters: request.parameters,
  })
  redirectUris.claim(redirectUri.sent, { profile, appId: app.clientId, tokenEndpoint })
  const details: FlowDetails = {
    scopes,
    wanted: request.scopes,
    returnTo: request.returnTo,
    metadata,
    resource: request.resource,
    callbackUrl: redirectUri.url,
    tokenEndpoint: tokenEndpoint.href,
  }
  const [digest, bindingDigest] = [await digestOf(state), await digestOf(binding)]
  const secrets = { verifier: profile.authorization.pkce === 'rejected' ? null : verifier, nonce }
  const flow: FlowRecord = {
    ...key,
    kind: 'authorization',
    issuer: issuerOf(profile, metadata),
    appId: app.clientId,
    redirectUri: redirectUri.sent,
    userDigest: request.user === null ? null : await digestOf(request.user),
    bindingDigest,
    sealed: sealFlow(ports.cipher, 'pkce_verifier', { ...key, digest, bindingDigest }, secrets),
    details: { ...details },
  }
  await recordFlow(ports, digest, flow)
  ports.emit({ type: 'authorization_started', ...key })
  const expiresAt = new Date(ports.clock.wallMs() + FLOW_TTL_MS)
  return { url: url.href, binding, redirectUri: redirectUri.sent, expiresAt }
}

/** @throws StoreUnavailableError */
export async function recordFlow(ports: FlowPorts, digest: string, flow: FlowRecord): Promise<void> {
  if (await ports.store.flows.begin(digest, flow, FLOW_TTL_MS)) return
  throw new StoreUnavailableError(
    'Two flows have drawn the same 256 random bits: the randomness of this machine repeats itself.',
    'RANDOMNESS',
    flow,
  )
}

// Scopes without which no refresh token comes are asked for, too; unless the app's own settings say what is granted.
function scopesToAskFor({ authorization }: ProviderProfile, wanted: readonly string[]): readonly string[] {
  return wanted.length === 0 ? [] : [...new Set([...wanted, ...authorization.refreshTokenScopes])]
}
