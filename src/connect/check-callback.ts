import { AuthorizationFlowError, type AuthorizationFlowReason } from '../errors.ts'
import type { AppCredentials } from '../ports/provider.ts'
import type { Metadata } from '../ports/store.ts'
import { placedValue, resolveEndpoint } from '../providers/endpoints.ts'
import { keptValue } from '../providers/kept-member.ts'
import type { ProviderProfile } from '../providers/profile.ts'
import { Secret } from '../secret.ts'
import { type Callback, malformed } from './callback.ts'
import { isRightIssuer, issuerOf } from './issuer.ts'
import type { TakenFlow } from './take-flow.ts'

/** What a flow and its callback are compared with. */
export interface Expected {
  readonly profile: ProviderProfile
  readonly app: AppCredentials
  /** Issuers of the other providers. */
  readonly otherIssuers: readonly string[]
}

/** What is exchanged. */
export interface CheckedCallback {
  readonly code: Secret
  /** Of the connection: what the flow began with, and what the callback adds. */
  readonly metadata: Metadata
}

const LONGEST_CODE = 4_096
/** RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6. Others are not told. */
const ERRORS = [
  'invalid_request',
  'unauthorized_client',
  'access_denied',
  'unsupported_response_type',
  'invalid_scope',
  'server_error',
  'temporarily_unavailable',
  'interaction_required',
  'login_required',
  'account_selection_required',
  'consent_required',
]

/**
 * Compares a callback with the flow that it belongs to. Nothing was sent anywhere yet, and nothing is where it throws.
 * @throws AuthorizationFlowError
 */
export function checkCallback(flow: TakenFlow, callback: Callback, expected: Expected): CheckedCallback {
  const { record, details } = flow
  const { profile, app, otherIssuers } = expected
  const { parameters } = callback
  const refuse = (reason: AuthorizationFlowReason, message: string): AuthorizationFlowError =>
    new AuthorizationFlowError(`${message} Nothing was exchanged.`, reason, record, details)
  if (app.clientId !== record.appId) {
    throw refuse('wrong_app', 'The flow was begun with another OAuth app than is configured now.')
  }
  if (!arrivedWhereItShould(callback, details.callbackUrl)) {
    throw refuse('wrong_redirect_uri', 'The callback has not arrived at the redirect URI of its flow.')
  }
  const isSameServer =
    resolveEndpoint(profile.tokenEndpoint, details.metadata, profile).href === details.tokenEndpoint &&
    issuerOf(profile, details.metadata) === record.issuer
  if (!isSameServer || !isRightIssuer(parameters.get('iss'), record.issuer, profile, otherIssuers)) {
    throw refuse('wrong_issuer', 'Another authorization server has answered than was asked (RFC 9207).')
  }
  const error = parameters.get('error')
  if (error !== undefined) throw refuse(...errorOf(error))
  const code = parameters.get(profile.authorization.codeParameter) ?? ''
  if (!/^[\x20-\x7e]+$/.test(code) || code.length > LONGEST_CODE) {
    throw withFlow(malformed('it holds no code, or one that cannot be'), flow)
  }
  return {
    code: Secret.of(code),
    metadata: { ...details.metadata, ...metadataOf(flow, callback, profile) },
  }
}

function errorOf(error: string): [AuthorizationFlowReason, string] {
  if (error === 'access_denied') return ['denied', 'The user has not agreed.']
  const named = ERRORS.includes(error) ? `: ${error}` : ', by an error of its own'
  return ['refused', `The provider refused${named}. Check scopes and redirect URI of the OAuth app.`]
}

function arrivedWhereItShould({ origin, pathname }: Callback, callbackUrl: string | null): boolean {
  if (callbackUrl === null) return true
  const expected = new URL(callbackUrl)
  return pathname === expected.pathname && (origin === null || origin === expected.origin)
}

// Only names that the profile lists are read, and a host is never taken as it comes: it is found in a table, or has to be
// on the list of the provider and the one that was asked.
function metadataOf(
  flow: TakenFlow,
  { parameters }: Callback,
  profile: ProviderProfile,
): Record<string, string> {
  const found: Record<string, string> = {}
  for (const name of profile.authorization.callbackMetadata) {
    const given = parameters.get(name)
    if (given === undefined) continue
    const value = keptValue({ kind: 'text' }, given)
    const placeholder = Object.hasOwn(profile.placeholders, name) ? profile.placeholders[name] : undefined
    const isPlaced = placeholder === undefined || placedValue(given, placeholder, profile) !== null
    if (value === null || !isPlaced) throw withFlow(malformed(`its ${name} cannot be`), flow)
    const begunWith = flow.details.metadata[name]
    if (placeholder !== undefined && begunWith !== undefined && begunWith !== value) {
      throw withFlow(malformed(`its ${name} is not the one that was asked`), flow)
    }
    found[name] = value
  }
  if (profile.dataCentreOf === null || Object.keys(found).length === 0) return found
  if (profile.dataCentreOf({ ...flow.details.metadata, ...found }) === null) {
    throw withFlow(malformed('it names a data centre that the provider does not have'), flow)
  }
  return found
}

function withFlow({ message, reason }: AuthorizationFlowError, { record, details }: TakenFlow): Error {
  return new AuthorizationFlowError(message, reason, record, details)
}
