import * as oauth from 'oauth4webapi'
import type { AppCredentials, RefreshAnswer } from '../ports/provider.ts'
import { isLoopback, isLoopbackHttp, isSecureUrl } from '../ports/secure-url.ts'
import type { Metadata } from '../ports/store.ts'
import { Secret } from '../secret.ts'
import type { AnswerMembers } from './answer-rules.ts'
import type { DeviceRules, ProviderProfile } from './profile.ts'
import type { ProtocolOptions } from './protocol-request.ts'

/** What is asked for a device (RFC 8628 §3.1). */
export interface DeviceAuthorizationRequest {
  readonly app: AppCredentials
  readonly scopes: readonly string[]
  /** RFC 8707. */
  readonly resource: readonly string[]
  readonly metadata: Metadata
  readonly timeoutMs: number
}

/** What a person is shown, and what the device keeps to itself (RFC 8628 §3.2). */
export interface DeviceCodes {
  readonly deviceCode: Secret
  readonly userCode: string
  /** https, or http on this machine. */
  readonly verificationUri: string
  /** The same with the code in it. Null: the provider gave none that could be opened. */
  readonly verificationUriComplete: string | null
  readonly expiresInMs: number
  readonly intervalMs: number
}

/** `late` never comes. */
export type DeviceAuthorizationAnswer =
  | { readonly kind: 'issued'; readonly codes: DeviceCodes }
  | { readonly kind: 'failed'; readonly answer: Exclude<RefreshAnswer, { kind: 'issued' }> }

/** One look at whether the person has agreed (RFC 8628 §3.4). */
export interface DeviceTokenRequest extends Omit<DeviceAuthorizationRequest, 'scopes'> {
  readonly deviceCode: Secret
}

/**
 * What came of it (RFC 8628 §3.5).
 * - `moved`: the user's account is at another place of the provider, where to ask from then on, with these metadata.
 * - `pending`, `slow_down`: not yet; the second wants to be asked more seldom from now on.
 * - `denied`, `expired`: it is over.
 * - `answered`: tokens, or what else a token endpoint says.
 */
export type DeviceTokenAnswer =
  | { readonly kind: 'pending' | 'slow_down' | 'denied' | 'expired' }
  | { readonly kind: 'moved'; readonly metadata: Metadata }
  | { readonly kind: 'answered'; readonly answer: RefreshAnswer; readonly members: AnswerMembers }

const MINUTE = 60_000
/** RFC 8628 §3.2: where the provider names none. */
const USUAL_INTERVAL_MS = 5_000
const USUAL_LIFE_MS = 10 * MINUTE
/** Nobody sits before a code for longer. */
const LONGEST_LIFE_MS = 60 * MINUTE
const LONGEST_INTERVAL_MS = MINUTE

/** The parameters of RFC 8628 §3.1 beside the client's own. */
export function deviceParameters(
  { authorization, scopeSeparator, device }: ProviderProfile,
  { scopes, resource }: DeviceAuthorizationRequest,
): URLSearchParams {
  const parameters = new URLSearchParams(device?.parameters)
  const asked = new Set([...scopes, ...(scopes.length > 0 ? authorization.refreshTokenScopes : [])])
  if (asked.size > 0) parameters.set('scope', [...asked].join(scopeSeparator))
  for (const uri of resource) parameters.append('resource', uri)
  return parameters
}

/** Lets `oauth4webapi` write the request for a token. */
export function writeDeviceTokenRequest(
  endpoint: URL,
  client: { readonly id: string; readonly authentication: oauth.ClientAuth },
  { deviceCode, resource }: DeviceTokenRequest,
  rules: ProviderProfile['device'],
  options: ProtocolOptions,
): Promise<Response> {
  return oauth.genericTokenEndpointRequest(
    { issuer: endpoint.origin, token_endpoint: endpoint.href },
    { client_id: client.id },
    client.authentication,
    rules?.grantType ?? 'urn:ietf:params:oauth:grant-type:device_code',
    new URLSearchParams([
      [rules?.codeParameter ?? 'device_code', deviceCode.reveal()],
      ...resource.map((uri): [string, string] => ['resource', uri]),
    ]),
    options,
  )
}

/**
 * The codes of an answer; null: they are not all there, or nobody could be shown them.
 * @param endpoint who gave them: only a server on this machine sends people to a page on it
 */
export function deviceCodesOf(
  members: AnswerMembers,
  endpoint: URL,
  unit: DeviceRules['unit'],
): DeviceCodes | null {
  const pageIn = (name: string): string | null => pageOf(members.get(name), isLoopbackHttp(endpoint))
  const deviceCode = members.get('device_code')
  const userCode = members.get('user_code')
  // As it was called before the standard (Google).
  const verificationUri = pageIn('verification_uri') ?? pageIn('verification_url')
  if (typeof deviceCode !== 'string' || !/^[\x20-\x7e]{1,16384}$/.test(deviceCode)) return null
  if (typeof userCode !== 'string' || !/^[\x21-\x7e](?:[\x20-\x7e]{0,62}[\x21-\x7e])?$/.test(userCode))
    return null
  if (verificationUri === null) return null
  return {
    deviceCode: Secret.of(deviceCode),
    userCode,
    verificationUri,
    verificationUriComplete: pageIn('verification_uri_complete'),
    expiresInMs: Math.min(
      durationOf(members.get('expires_in'), LONGEST_LIFE_MS, unit) ?? USUAL_LIFE_MS,
      LONGEST_LIFE_MS,
    ),
    intervalMs: Math.min(
      durationOf(members.get('interval'), LONGEST_INTERVAL_MS, unit) ?? USUAL_INTERVAL_MS,
      LONGEST_INTERVAL_MS,
    ),
  }
}

/** What an answer to a look means. A refresh token in it counts more than an error beside it. */
export function judgeDeviceAnswer(
  answer: RefreshAnswer,
  members: AnswerMembers,
  moved: DeviceRules['moved'],
): DeviceTokenAnswer {
  const carries = answer.kind === 'issued' || ('refreshToken' in answer && answer.refreshToken !== null)
  const told = carries ? undefined : ENDS.get(String(members.get('error')))
  if (told !== undefined) return { kind: told }
  if (!carries && moved !== null && members.get('error') === moved.error) {
    const place = members.get(moved.member)
    if (typeof place === 'string') return { kind: 'moved', metadata: { [moved.metadata]: place } }
  }
  return { kind: 'answered', answer, members }
}

const ENDS: ReadonlyMap<string, 'pending' | 'slow_down' | 'denied' | 'expired'> = new Map([
  ['authorization_pending', 'pending'],
  ['slow_down', 'slow_down'],
  ['access_denied', 'denied'],
  ['expired_token', 'expired'],
  // Zoho's word.
  ['expired', 'expired'],
])

// A page that a browser is sent to, or a person: nothing but a plain address.
function pageOf(value: unknown, mayBeHere: boolean): string | null {
  if (typeof value !== 'string' || value.length > 2_048 || !/^[\x21-\x7e]+$/.test(value)) return null
  if (!URL.canParse(value)) return null
  const url = new URL(value)
  return isSecureUrl(url) && (mayBeHere || !isLoopback(url.hostname)) ? url.href : null
}

function durationOf(seconds: unknown, longestMs: number, unit: DeviceRules['unit']): number | null {
  const count = typeof seconds === 'string' && /^\d{1,9}$/.test(seconds) ? Number(seconds) : seconds
  if (typeof count !== 'number' || !Number.isFinite(count) || count <= 0) return null
  return unit === 'seconds_or_milliseconds' && count * 1_000 > longestMs ? count : count * 1_000
}
