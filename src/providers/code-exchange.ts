import * as oauth from 'oauth4webapi'
import type { AppCredentials, RefreshAnswer } from '../ports/provider.ts'
import type { Metadata } from '../ports/store.ts'
import type { TransportAnswer } from '../ports/transport.ts'
import type { Secret } from '../secret.ts'
import type { AnswerMembers } from './answer-rules.ts'
import type { ProviderProfile } from './profile.ts'
import type { ProtocolOptions } from './protocol-request.ts'
import { readAnswer } from './read-answer.ts'

/** A code that is to become tokens (RFC 6749 §4.1.3). */
export interface CodeRequest {
  readonly app: AppCredentials
  readonly code: Secret
  /** Null: no challenge was sent. */
  readonly codeVerifier: Secret | null
  /** As it was sent with the authorization request. Null: none was. */
  readonly redirectUri: string | null
  readonly metadata: Metadata
  /** RFC 8707 §2.2. */
  readonly resource: readonly string[]
  readonly timeoutMs: number
}

/** What became of a code: `kind: 'late'` never comes. */
export interface CodeAnswer {
  readonly answer: RefreshAnswer
  /** What else stood in the answer. Empty where none came, or none could be read. */
  readonly members: AnswerMembers
}

/** The parameters of the request. */
export function codeParameters(
  { authorization }: Pick<ProviderProfile, 'authorization'>,
  { code, codeVerifier, redirectUri, resource }: CodeRequest,
): URLSearchParams {
  const parameters = new URLSearchParams(authorization.exchangeParameters)
  parameters.set('code', code.reveal())
  if (redirectUri !== null) parameters.set('redirect_uri', redirectUri)
  if (codeVerifier !== null) parameters.set('code_verifier', codeVerifier.reveal())
  for (const uri of resource) parameters.append('resource', uri)
  return parameters
}

/** Lets `oauth4webapi` write the request. */
export function writeCodeRequest(
  endpoint: URL,
  clientId: string,
  authentication: oauth.ClientAuth,
  parameters: URLSearchParams,
  options: ProtocolOptions,
): Promise<Response> {
  return oauth.genericTokenEndpointRequest(
    { issuer: endpoint.origin, token_endpoint: endpoint.href },
    { client_id: clientId },
    authentication,
    'authorization_code',
    parameters,
    options,
  )
}

/** What stood in an answer; empty: nothing that could be read. */
export function membersOf(answer: TransportAnswer, { answers }: ProviderProfile): AnswerMembers {
  if (answer.kind !== 'answered') return new Map()
  const read = readAnswer(answer.body, answers)
  return read.kind === 'members' ? read.members : new Map()
}

/** GitLab and others want the redirect URI of the authorization at each refresh. */
export function withRedirectUri(
  answer: RefreshAnswer,
  { refresh }: ProviderProfile,
  { redirectUri }: CodeRequest,
): RefreshAnswer {
  if (answer.kind !== 'issued' || !refresh.needsRedirectUri || redirectUri === null) return answer
  const metadata = { ...answer.tokens.metadata, redirect_uri: redirectUri }
  return { kind: 'issued', tokens: { ...answer.tokens, metadata } }
}
