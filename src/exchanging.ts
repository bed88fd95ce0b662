import type { Assembly } from './assemble.ts'
import type { Connected } from './connect/connected.ts'
import { issuerOf } from './connect/issuer.ts'
import { placeOf } from './connect/same-place.ts'
import { parseOptionalText, parseWantedScopes } from './connect-input.ts'
import type { ExchangeCodeOptions } from './connect-options.ts'
import { AuthorizationFlowError, InvalidInputError, ProviderMisconfiguredError } from './errors.ts'
import { told } from './flow-ends.ts'
import { parseMetadata, parseToken } from './input.ts'
import type { ReadyTokens } from './new-grants.ts'
import type { AppCredentials } from './ports/provider.ts'
import type { ConnectionKey, Metadata } from './ports/store.ts'
import type { AccountAnswer } from './providers/account.ts'
import type { CodeAnswer, CodeRequest } from './providers/code-exchange.ts'
import { resolveEndpoint } from './providers/endpoints.ts'
import { named } from './refresh/refusal-error.ts'
import { Secret } from './secret.ts'
import type { CallCredentials } from './service-options.ts'
import { NO_DEMAND } from './serving.ts'

/** `exchangeCode`. */
export async function exchangeBareCode(
  assembly: Assembly,
  key: ConnectionKey,
  code: unknown,
  options: ExchangeCodeOptions,
): Promise<Connected> {
  const provider = assembly.providers.get(key.provider)
  const app = requiredApp(assembly, key, options.credentials)
  const given = parseMetadata(options.metadata, key)
  const before = (await assembly.ports.store.read(key))?.metadata
  const metadata = { ...placeOf(provider.profile, before), ...given }
  const wanted = parseWantedScopes(options.scopes, key)
  const verifier = parseOptionalText(options.codeVerifier, 'codeVerifier', key)
  const request = {
    app,
    code: parseToken(code, 'code', key),
    codeVerifier: verifier === undefined ? null : Secret.of(verifier),
    redirectUri: parseOptionalText(options.redirectUri, 'redirectUri', key) ?? null,
    metadata,
    resource: [],
  }
  // What cannot be asked is said before the code is used up.
  resolveEndpoint(provider.profile.tokenEndpoint, metadata, provider.profile)
  return assembly.newGrants.whatever(
    told(assembly, async () => {
      const asked = {
        wanted,
        asked: wanted,
        returnTo: null,
        nonce: null,
        callback: new Map<string, string>(),
      }
      const ready = await exchangedFor(assembly, key, request, asked)
      const kept = await assembly.newGrants.keep(ready, provider.profile, options.confirmAccount === true)
      if (kept.kind === 'other_account') throw accountChanged(key)
      return kept.connected
    }),
  )
}

/** What belongs to a code beside the request for it. */
export interface CodeContext {
  /** What the caller asked for. */
  readonly wanted: readonly string[]
  /** All that was asked for. */
  readonly asked: readonly string[]
  readonly returnTo: string | null
  /** Null: none was sent. */
  readonly nonce: string | null
  /** The parameters of the callback. */
  readonly callback: ReadonlyMap<string, string>
}

/**
 * Exchanges a code, and finds out whose account it is.
 * @throws EvergrantError no tokens came, or they are not meant for us
 */
export async function exchangedFor(
  assembly: Assembly,
  key: ConnectionKey,
  code: Omit<CodeRequest, 'timeoutMs'>,
  context: CodeContext,
): Promise<ReadyTokens> {
  const { ports, providers, newGrants } = assembly
  const provider = providers.get(key.provider)
  const sentAt = ports.clock.monotonicMs()
  const exchanged = await provider.exchangeCode({ ...code, timeoutMs: ports.policy.requestTimeoutMs })
  return newGrants.ready({
    ...context,
    key,
    profile: provider.profile,
    answer: exchanged.answer,
    hasIdToken: exchanged.members.has('id_token'),
    account: await accountOfAnswer(assembly, key, code, context, exchanged),
    sentAt,
    metadata: withResource(code.metadata, code.resource),
  })
}

/** What the connection is to remember: a refresh asks for the same APIs again (RFC 8707 §2.2). */
export function withResource(metadata: Metadata, resource: readonly string[]): Metadata {
  return resource.length === 0 ? metadata : { ...metadata, resource }
}

/** Whose account new tokens are of. */
export async function accountOfAnswer(
  { ports, providers }: Assembly,
  key: ConnectionKey,
  { app, metadata }: Pick<CodeRequest, 'app' | 'metadata'>,
  { nonce, callback, asked }: Pick<CodeContext, 'nonce' | 'callback' | 'asked'>,
  { answer, members }: CodeAnswer,
): Promise<AccountAnswer> {
  if (answer.kind !== 'issued') return { kind: 'unknown' }
  const provider = providers.get(key.provider)
  const { profile } = provider
  const endpoints = [profile.tokenEndpoint, profile.authorizationEndpoint].flatMap(endpoint =>
    endpoint === null ? [] : [resolveEndpoint(endpoint, metadata, profile)],
  )
  return provider.accountOf({
    members,
    callback,
    accessToken: answer.tokens.accessToken,
    // Scopes that were granted as they were asked for need not be told (RFC 6749 §5.1).
    scopes: answer.tokens.scopes ?? (asked.length === 0 ? null : asked),
    metadata: { ...metadata, ...answer.tokens.metadata },
    idToken: { issuer: issuerOf(profile, metadata), endpoints, appId: app.clientId, nonce },
    timeoutMs: ports.policy.requestTimeoutMs,
  })
}

/**
 * The app credentials of a connection.
 * @throws InvalidInputError nobody connects an account there: the app asks with its own credentials
 * @throws ProviderMisconfiguredError there are none
 */
export function requiredApp(
  assembly: Assembly,
  key: ConnectionKey,
  credentials: CallCredentials | undefined,
): AppCredentials {
  if (assembly.usesAppGrant(key.provider)) {
    throw new InvalidInputError(
      `${named(key)}: ${key.provider} is asked by client credentials: there is no account to connect, and a grant would ` +
        'never be used. Give users a provider of another name, without that grant.',
      key,
    )
  }
  const { app, appVariables = [] } = assembly.request(key, credentials, NO_DEMAND, undefined)
  if (app !== null) return app
  const set = appVariables.length === 0 ? 'Give' : `Set ${appVariables.join(' and ')}, or give`
  throw new ProviderMisconfiguredError(
    `${named(key)}: to connect an account needs the app credentials of ${key.provider}. ${set} ` +
      '{ clientId, clientSecret } to open({ providers }) or to the call.',
    key,
  )
}

/** The refusal of a code that nobody can be asked about. */
export function accountChanged(key: ConnectionKey): AuthorizationFlowError {
  return new AuthorizationFlowError(
    `${named(key)}: the code is of another account than the one that is connected. Nothing was stored. If that is meant, ` +
      'get another code and give it with confirmAccount: true.',
    'account_changed',
    key,
  )
}
