import type { FetchOptions } from './authorized-fetch.ts'
import type {
  AuthorizationOptions,
  CallbackOptions,
  ConfirmOptions,
  ExchangeCodeOptions,
} from './connect-options.ts'
import type { DeviceAuthorizationOptions } from './device-options.ts'
import { type ErrorSubject, InvalidInputError } from './errors.ts'
import { describe } from './input.ts'
import { type NamesOf, refuseUnknownNames } from './known-names.ts'
import type {
  CallOptions,
  DeleteTokenOptions,
  GetTokenOptions,
  ListEventsOptions,
  ListTokensOptions,
  TransactionOptions,
} from './service-options.ts'

/** What each call takes as its options. */
interface OptionsOfCalls {
  readonly getAccessToken: GetTokenOptions
  readonly getToken: GetTokenOptions
  readonly refreshToken: CallOptions
  readonly storeTokens: TransactionOptions
  readonly hasToken: CallOptions
  readonly getTokenRecord: CallOptions
  readonly deleteToken: DeleteTokenOptions
  readonly listTokens: ListTokensOptions
  readonly listEvents: ListEventsOptions
  readonly reportRejected: CallOptions
  readonly health: CallOptions
  readonly tick: CallOptions
  readonly fetch: FetchOptions
  readonly authorizationUrl: AuthorizationOptions
  readonly handleCallback: CallbackOptions
  readonly confirmAccountChange: ConfirmOptions
  readonly exchangeCode: ExchangeCodeOptions
  readonly deviceAuthorization: DeviceAuthorizationOptions
}

const signal = true
const getToken = { minValidMs: true, requireScopes: true, signal } as const

const NAMES: { readonly [Call in keyof OptionsOfCalls]: NamesOf<OptionsOfCalls[Call]> } = {
  getAccessToken: getToken,
  getToken,
  refreshToken: { signal },
  storeTokens: { tx: true, signal },
  hasToken: { signal },
  getTokenRecord: { signal },
  deleteToken: { revoke: true, tx: true, signal },
  listTokens: { clientId: true, provider: true, status: true, limit: true, cursor: true, signal },
  listEvents: { clientId: true, provider: true, type: true, since: true, limit: true, cursor: true, signal },
  reportRejected: { signal },
  health: { signal },
  tick: { signal },
  authorizationUrl: {
    scopes: true,
    user: true,
    returnTo: true,
    callbackUrl: true,
    redirectUri: true,
    context: true,
    parameters: true,
    metadata: true,
    resource: true,
    credentials: true,
    signal,
  },
  handleCallback: { binding: true, user: true, clientId: true, provider: true, credentials: true, signal },
  confirmAccountChange: { binding: true, user: true, clientId: true, signal },
  exchangeCode: {
    redirectUri: true,
    codeVerifier: true,
    scopes: true,
    metadata: true,
    confirmAccount: true,
    credentials: true,
    signal,
  },
  deviceAuthorization: {
    scopes: true,
    metadata: true,
    resource: true,
    confirmAccount: true,
    credentials: true,
    signal,
  },
  fetch: {
    allowHosts: true,
    method: true,
    headers: true,
    body: true,
    signal,
    duplex: true,
    redirect: true,
    keepalive: true,
    integrity: true,
    referrer: true,
    referrerPolicy: true,
    credentials: true,
    mode: true,
    window: true,
    dispatcher: true,
  },
}

// Of the Fetch standard, without effect in Node: what is written for a browser, too, still runs.
const OF_BROWSERS = ['cache', 'priority']

/**
 * Refuses options of a call that nobody would read, before anything is done.
 * @throws InvalidInputError
 */
export function checkCallOptions(
  call: keyof OptionsOfCalls,
  options: unknown,
  subject: ErrorSubject = {},
): void {
  if (options === undefined) return
  const owner = `${call}()`
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw wrong(`The options of ${owner}`, 'an object', options, subject)
  }
  const known = Object.keys(NAMES[call])
  const given = call === 'fetch' ? without(options, OF_BROWSERS) : options
  refuseUnknownNames(given, known, { owner, noun: 'option' }, { subject })
  checkValues(options, subject)
}

// The values that no other place looks at before they count.
function checkValues(options: CheckedLate, subject: ErrorSubject): void {
  const { signal, revoke, allowHosts } = options
  // `fetch` of the platform takes null for no signal.
  if (signal !== undefined && signal !== null && !isSignal(signal)) {
    throw wrong('signal', 'an AbortSignal', signal, subject)
  }
  if (revoke !== undefined && typeof revoke !== 'boolean') {
    throw wrong('revoke', 'true or false', revoke, subject)
  }
  if (allowHosts !== undefined && !Array.isArray(allowHosts)) {
    throw wrong('allowHosts', 'an array of hosts', allowHosts, subject)
  }
}

interface CheckedLate {
  readonly signal?: unknown
  readonly revoke?: unknown
  readonly allowHosts?: unknown
}

function without(options: object, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !names.includes(name)))
}

function isSignal(value: unknown): boolean {
  return ['addEventListener', 'throwIfAborted'].every(
    name => typeof Reflect.get(Object(value), name) === 'function',
  )
}

function wrong(what: string, expected: string, value: unknown, subject: ErrorSubject): InvalidInputError {
  return new InvalidInputError(`${what} must be ${expected}; got ${describe(value)}.`, subject)
}
