import { isLoopbackHttp } from '../ports/secure-url.ts'
import type { Metadata } from '../ports/store.ts'
import type { Transport } from '../ports/transport.ts'
import type { Secret } from '../secret.ts'
import { isAllowedHost } from './allowed-hosts.ts'
import type { AnswerMembers } from './answer-rules.ts'
import { decodeAnswer } from './answer-text.ts'
import { fixedApiHosts, ownApiHosts } from './api-hosts.ts'
import { expanded, placeholdersIn, resolveEndpoint } from './endpoints.ts'
import { type IdTokenExpectation, readIdToken } from './id-token.ts'
import { textAt } from './member-path.ts'
import type { AccountIdentity, Endpoint, ProviderProfile } from './profile.ts'
import { tokenHeader } from './token-header.ts'

/** Where the account of new tokens may be told. */
export interface AccountRequest {
  /** Of the answer to the code. */
  readonly members: AnswerMembers
  /** Of the callback; empty where there was none. */
  readonly callback: ReadonlyMap<string, string>
  readonly accessToken: Secret
  /** What the token is for; null: nobody knows. */
  readonly scopes: readonly string[] | null
  readonly metadata: Metadata
  readonly idToken: IdTokenExpectation
  readonly timeoutMs: number
}

/**
 * Which account it is.
 * - `known`: `issuer` says whose name that is, where the provider has several.
 * - `unknown`: the provider does not say, or could not be asked.
 * - `wrong`: the answer says that it is not meant for this flow.
 */
export type AccountAnswer =
  | { readonly kind: 'known'; readonly account: string; readonly issuer: string | null }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'wrong'; readonly detail: string }

const UNKNOWN: AccountAnswer = { kind: 'unknown' }
const LONGEST = 1_024

/** Finds the account where the profile says that it is; else in the ID token, where there is one. Never throws. */
export async function findAccount(
  profile: ProviderProfile,
  request: AccountRequest,
  transport: Transport,
): Promise<AccountAnswer> {
  const identity = profile.account ?? { kind: 'id_token', claim: 'sub' }
  switch (identity.kind) {
    case 'answer':
      return known(textAt(request.members, identity.member))
    case 'callback':
      return known(request.callback.get(identity.parameter) ?? null)
    case 'id_token': {
      const idToken = request.members.get('id_token')
      const answer = await readIdToken(idToken, identity.claim, request.idToken)
      if (answer.kind === 'claim') return known(answer.value, answer.issuer)
      return answer.kind === 'wrong' ? answer : UNKNOWN
    }
    case 'request':
      return askedFor(identity, profile, request, transport)
  }
}

function known(account: string | null, issuer: string | null = null): AccountAnswer {
  const isUsable = account !== null && account !== '' && account.length <= LONGEST
  return isUsable && !/\p{Cc}/u.test(account) ? { kind: 'known', account, issuer } : UNKNOWN
}

// The access token goes where API calls may go, and nowhere else.
async function askedFor(
  { url: endpoint, member, scope }: Extract<AccountIdentity, { kind: 'request' }>,
  profile: ProviderProfile,
  { accessToken, scopes, metadata, timeoutMs }: AccountRequest,
  transport: Transport,
): Promise<AccountAnswer> {
  if (scope !== undefined && !includesScope(scopes ?? [], scope)) return UNKNOWN
  const url = urlOf(endpoint, metadata, profile)
  if (url === null) return UNKNOWN
  const answer = await transport.send({
    method: 'GET',
    url,
    headers: {
      accept: 'application/json',
      'user-agent': 'evergrant',
      ...tokenHeader(profile, accessToken),
    },
    body: '',
    timeoutMs,
  })
  if (answer.kind !== 'answered' || answer.status !== 200) return UNKNOWN
  try {
    // An id that one data centre or host has given, another may have given to somebody else.
    const issuer = isFixed(endpoint) ? null : url.origin
    return known(textAt(JSON.parse(decodeAnswer(answer.body).text), member), issuer)
  } catch {
    return UNKNOWN
  }
}

function isFixed(endpoint: Endpoint): boolean {
  return typeof endpoint === 'string' && placeholdersIn(endpoint).length === 0
}

// Programs ask Zoho for AaaServer.profile.READ, .Read and .read alike.
function includesScope(scopes: readonly string[], wanted: string): boolean {
  return scopes.some(scope => scope.toLowerCase() === wanted.toLowerCase())
}

function urlOf(endpoint: Endpoint, metadata: Metadata, profile: ProviderProfile): URL | null {
  try {
    // A function finds its hosts in code.
    if (typeof endpoint === 'function') return resolveEndpoint(endpoint, metadata, profile)
    const url = new URL(expanded(endpoint, metadata, profile))
    const hosts = [...fixedApiHosts(profile), ...ownApiHosts(profile, metadata), ...profile.endpointHosts]
    const isSecure = url.protocol === 'https:' || isLoopbackHttp(url)
    return isSecure && isAllowedHost(url.host, hosts) ? url : null
  } catch {
    return null
  }
}
