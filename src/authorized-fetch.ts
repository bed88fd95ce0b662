import { InvalidInputError, ProviderMisconfiguredError } from './errors.ts'
import type { ConnectionKey } from './ports/store.ts'
import { NOT_PUBLIC, type Reach } from './ports/transport.ts'
import { fixedApiHosts, hasOwnApiHosts, ownApiHosts } from './providers/api-hosts.ts'
import { isBadTokenAnswer } from './providers/bad-token.ts'
import type { BadTokenRules, ProviderProfile } from './providers/profile.ts'
import { refusedReach } from './providers/reach.ts'
import { tokenHeader } from './providers/token-header.ts'
import type { HeldToken } from './refresh/held-token.ts'
import { named } from './refresh/refusal-error.ts'
import { PublicFetch } from './transport/public-fetch.ts'

/** The options of the platform's `fetch`, and one more. `redirect` has no effect: redirects are not followed. */
export type FetchOptions = { [Name in keyof RequestInit]?: RequestInit[Name] | undefined } & {
  /** Hosts that the token may be sent to beside those of the profile: `api.example.com`, `127.0.0.1:8080`. */
  readonly allowHosts?: readonly string[] | undefined
}

export interface AuthorizedFetch {
  readonly key: ConnectionKey
  readonly profile: ProviderProfile
  readonly allowHosts: readonly string[]
  readonly input: string | URL | Request
  readonly init: Omit<FetchOptions, 'allowHosts'>
  readonly token: () => Promise<HeldToken>
  /** Reports the token as rejected and refreshes it. */
  readonly reject: (held: HeldToken) => Promise<unknown>
}

// What an answer may say about a token stands at its beginning.
const LONGEST_ERROR_BODY = 64 * 1024

/** A request with the connection's token; repeated once with a new one when the API does not accept it. */
export async function authorizedFetch(call: AuthorizedFetch): Promise<Response> {
  const request = requestOf(call)
  const url = new URL(request.url)
  const hosts = [...fixedApiHosts(call.profile), ...call.allowHosts]
  const isKnown = isSecure(url) && hosts.includes(url.host)
  if (!isKnown && !hasOwnApiHosts(call.profile)) throw foreignHost(call, url, hosts)
  // A stream can be sent once only.
  const again = isReplayable(call) ? request.clone() : null

  const held = await call.token()
  if (!isKnown)
    refuseForeignHost(call, url, [...hosts, ...ownApiHosts(call.profile, held.observed.row.metadata)])
  const reach = reachOf(call, url, isKnown)
  const response = await send(call, request, held, reach)
  if (again === null || !(await isBadToken(response, call.profile.badToken))) return response

  const next = await nextToken(call, held).catch(async (error: unknown) => {
    await response.body?.cancel()
    throw error
  })
  // No other token is to be had: what the API said of this one is the answer.
  if (next.accessToken.equals(held.accessToken)) return response
  await response.body?.cancel()
  return send(call, again, next, reach)
}

// A host that came with the grant, or one of a profile that somebody else has written, leads into no private network.
function reachOf({ profile, allowHosts }: AuthorizedFetch, { host }: URL, isKnown: boolean): Reach {
  if (allowHosts.includes(host)) return 'anywhere'
  const isAllowed = profile.allowPrivateNetwork ?? isKnown
  return isAllowed ? 'anywhere' : 'public'
}

async function nextToken(call: AuthorizedFetch, held: HeldToken): Promise<HeldToken> {
  await call.reject(held)
  return call.token()
}

function requestOf({ key, input, init }: AuthorizedFetch): Request {
  try {
    return new Request(input, { ...definedOf(init), redirect: 'manual' })
  } catch {
    throw new InvalidInputError(
      `${named(key)}: fetch needs an absolute URL and options that fetch understands.`,
      key,
    )
  }
}

function definedOf(init: AuthorizedFetch['init']): RequestInit {
  return Object.fromEntries(Object.entries(init).filter(([, value]) => value !== undefined))
}

const publicFetch = new PublicFetch()

async function send(
  { key, profile, init }: AuthorizedFetch,
  request: Request,
  held: HeldToken,
  reach: Reach,
): Promise<Response> {
  for (const [name, value] of Object.entries(tokenHeader(profile, held.accessToken))) {
    request.headers.set(name, value)
  }
  if (reach === 'anywhere') return fetch(request)
  const response = await publicFetch.send(request, init.dispatcher)
  if (response !== null) return response
  throw new ProviderMisconfiguredError(`${named(key)}: not sent: ${refusedReach(NOT_PUBLIC)}.`, key)
}

function isReplayable({ input, init }: AuthorizedFetch): boolean {
  if (init.body instanceof ReadableStream) return false
  if (init.body !== undefined && init.body !== null) return !(Symbol.asyncIterator in Object(init.body))
  return !(input instanceof Request) || input.body === null
}

/** The token goes to hosts of the profile, to the connection's own, and to those that the caller names. */
function refuseForeignHost(call: AuthorizedFetch, url: URL, hosts: readonly string[]): void {
  if (!isSecure(url) || !hosts.includes(url.host)) throw foreignHost(call, url, hosts)
}

function isSecure({ protocol, hostname }: URL): boolean {
  const isLoopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
  return protocol === 'https:' || (protocol === 'http:' && isLoopback)
}

function foreignHost({ key, allowHosts }: AuthorizedFetch, url: URL, hosts: readonly string[]): Error {
  const known = hosts.filter(host => !allowHosts.includes(host)).join(', ') || 'none'
  return new InvalidInputError(
    `${named(key)}: the token is not sent to ${url.protocol}//${url.host}. Only https hosts of the provider are allowed: ` +
      `${known}. Add others with allowHosts.`,
    key,
  )
}

/** Whether an answer says that the access token is bad. A copy is read: the caller gets the answer whole. */
async function isBadToken(response: Response, rules: BadTokenRules): Promise<boolean> {
  const { status } = response
  if (status !== 400 && status !== 401 && status !== 403) return false
  return isBadTokenAnswer(rules, status, await beginningOf(response.clone()))
}

async function beginningOf(response: Response): Promise<string> {
  let text = ''
  try {
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk
      if (text.length > LONGEST_ERROR_BODY) break
    }
  } catch {
    // An answer that breaks off is judged by what came.
  }
  return text
}
