import { InvalidInputError } from '../errors.ts'
import type { ProviderTraits } from '../lifecycle/provider-traits.ts'
import { isSecureUrl } from '../ports/secure-url.ts'
import type { AnswerRules } from './answer-rules.ts'
import { parseHost } from './api-host.ts'
import { appTraits, checkAppGrant } from './client-credentials.ts'
import { hostsOfEndpoints, parseHostPattern, sampleOf } from './endpoint-hosts.ts'
import { placeholdersIn, withAppId } from './endpoints.ts'
import type {
  AuthorizationRules,
  ClientCredentialsRules,
  Endpoint,
  Placeholder,
  ProviderProfile,
  RefreshRules,
  RefreshTokenLife,
  RevocationRules,
} from './profile.ts'
import { parseRefreshBudget } from './refresh-budget.ts'
import { standardAnswers } from './standard-answers.ts'
import { withDefaults } from './with-defaults.ts'

/** Groups of fields: a definition gives of each what differs. */
type Groups =
  | 'traits'
  | 'answers'
  | 'revocation'
  | 'authorization'
  | 'refresh'
  | 'clientCredentials'
  | 'refreshTokens'

/** What `defineProvider` takes: name and token endpoint, and whatever differs from plain OAuth 2. */
export type ProviderDefinition = Pick<ProviderProfile, 'name' | 'tokenEndpoint'> & {
  readonly [Field in Exclude<
    keyof ProviderProfile,
    | 'name'
    | 'tokenEndpoint'
    | 'traits'
    | 'answers'
    | 'revocation'
    | 'authorization'
    | 'refresh'
    | 'clientCredentials'
    | 'refreshTokens'
  >]?: ProviderProfile[Field] | undefined
} & {
  /** How its tokens live, where that differs from the careful assumption. */
  readonly traits?:
    | { readonly [Trait in keyof ProviderTraits]?: ProviderTraits[Trait] | undefined }
    | undefined
  /** How its answers are read, where that differs from RFC 6749 §5. */
  readonly answers?: { readonly [Rule in keyof AnswerRules]?: AnswerRules[Rule] | undefined } | undefined
  /** How a revocation is asked for, where that differs from RFC 7009 §2. */
  readonly revocation?:
    | { readonly [Rule in keyof RevocationRules]?: RevocationRules[Rule] | undefined }
    | undefined
  /** How an account is connected, where that differs from RFC 6749 §4.1. */
  readonly authorization?:
    | { readonly [Rule in keyof AuthorizationRules]?: AuthorizationRules[Rule] | undefined }
    | undefined
  /** How it is refreshed, where that differs from RFC 6749 §6. */
  readonly refresh?: { readonly [Rule in keyof RefreshRules]?: RefreshRules[Rule] | undefined } | undefined
  /** How it is asked by the app's own credentials, where that differs from RFC 6749 §4.4. */
  readonly clientCredentials?:
    | { readonly [Rule in keyof ClientCredentialsRules]?: ClientCredentialsRules[Rule] | undefined }
    | undefined
  /** How its refresh tokens live, as far as it is known. */
  readonly refreshTokens?:
    | { readonly [Fact in keyof RefreshTokenLife]?: RefreshTokenLife[Fact] | undefined }
    | undefined
}

// Of a provider that nobody described, the careful is assumed.
const unknownTraits: ProviderTraits = {
  grant: 'refresh_token',
  lifetimeMs: null,
  refreshEarliestMs: 0,
  rotation: 'strict',
  refreshKillsAccessToken: false,
  refreshTokenIdleMs: null,
  throttleMs: 60_000,
  refreshBudget: null,
}

// RFC 7009 §2.
const standardRevocation: RevocationRules = {
  style: 'rfc7009',
  token: 'refresh_token',
  tokenMember: 'token',
  confirmed: {},
  goneStatuses: [],
  gone: [],
  method: 'POST',
  clientAuthentication: null,
}

// RFC 6749 §4.1.
const standardAuthorization: AuthorizationRules = {
  pkce: null,
  parameters: {},
  scopes: [],
  needsScopes: null,
  refreshTokenScopes: [],
  exchangeParameters: {},
  redirectUri: 'url',
  codeParameter: 'code',
  answersIssuer: false,
  callbackMetadata: [],
}

// RFC 6749 §6.
const standardRefresh: RefreshRules = {
  parameters: {},
  scope: 'none',
  needsRedirectUri: false,
  token: 'refresh_token',
}

// RFC 6749 §4.4.
const standardClientCredentials: ClientCredentialsRules = {
  scopes: [],
  resources: [],
  parameters: {},
  metadata: [],
}

const unknownLife: RefreshTokenLife = { rotates: null, retryWindowMs: null, absoluteMs: null }

const plainProvider: Omit<ProviderProfile, 'name' | 'tokenEndpoint' | Groups> = {
  refreshEndpoint: null,
  revocationEndpoint: null,
  authorizationEndpoint: null,
  deviceAuthorizationEndpoint: null,
  device: null,
  issuer: null,
  discovery: null,
  placeholders: {},
  endpointHosts: [],
  allowPrivateNetwork: null,
  clientAuthentication: 'client_secret_post',
  clientIdParameter: 'client_id',
  requestFormat: 'form',
  scopeSeparator: ' ',
  headerName: 'authorization',
  headerScheme: 'Bearer',
  apiHosts: [],
  badToken: { codes: [], otherCodes: [] },
  account: null,
  dataCentreOf: null,
}

/**
 * Makes the profile of a provider; what is not given is plain OAuth 2 (RFC 6749), with strict rotation. Where
 * `traits.rotation` is not given it follows from `refreshTokens`.
 *
 * @example
 * defineProvider({ name: 'acme', tokenEndpoint: 'https://id.acme.example/token', apiHosts: ['api.acme.example'] })
 *
 * @throws InvalidInputError the name breaks the rule, an endpoint is not https, a placeholder is not declared, a host is
 * not one, or the budget none.
 */
export function defineProvider(definition: ProviderDefinition): ProviderProfile {
  const { name, tokenEndpoint, traits, answers, revocation, authorization, ...others } = definition
  const { refresh, clientCredentials, refreshTokens, ...rest } = others
  checkName(name)
  const plain = { ...withDefaults(plainProvider, rest), name, tokenEndpoint }
  const life = withDefaults(unknownLife, refreshTokens)
  for (const [what, endpoint] of endpointsOf(plain)) checkEndpoint(endpoint, what, plain)
  const endpointHosts = [
    ...hostsOfEndpoints(plain),
    ...plain.endpointHosts.map(host => parseHostPattern(host, name)),
  ]
  parseRefreshBudget(traits?.refreshBudget ?? null, name)
  return {
    ...plain,
    headerName: plain.headerName.toLowerCase(),
    endpointHosts: [...new Set(endpointHosts)],
    apiHosts: plain.apiHosts.map(host => checkedApiHost(host, plain)),
    traits: traitsOf(plain, life, traits),
    answers: withDefaults(standardAnswers, answers),
    revocation: withDefaults(standardRevocation, revocation),
    authorization: withDefaults(standardAuthorization, authorization),
    refresh: withDefaults(standardRefresh, refresh),
    clientCredentials: withDefaults(standardClientCredentials, clientCredentials),
    refreshTokens: life,
  }
}

function traitsOf(
  profile: Plain,
  life: RefreshTokenLife,
  given: ProviderDefinition['traits'],
): ProviderTraits {
  const traits = withDefaults({ ...unknownTraits, rotation: rotationOf(life) }, given)
  if (traits.grant === 'refresh_token') return traits
  checkAppGrant(profile)
  return appTraits(traits)
}

/** Half a minute: in less, a request cannot be given up and repeated. */
const SHORTEST_WINDOW_MS = 30_000

function rotationOf({ rotates, retryWindowMs }: RefreshTokenLife): ProviderTraits['rotation'] {
  if (rotates === 'never') return 'static'
  return retryWindowMs !== null && retryWindowMs >= SHORTEST_WINDOW_MS ? 'window' : 'strict'
}

type Plain = Omit<ProviderProfile, Groups>

function endpointsOf(profile: Plain): readonly (readonly [string, Endpoint])[] {
  const all = [
    ['token endpoint', profile.tokenEndpoint],
    ['refresh endpoint', profile.refreshEndpoint],
    ['revocation endpoint', sampleRevocation(profile.revocationEndpoint)],
    ['authorization endpoint', profile.authorizationEndpoint],
    ['device authorization endpoint', profile.deviceAuthorizationEndpoint],
    ['token endpoint of devices', profile.device?.tokenEndpoint ?? null],
    ['issuer', profile.issuer],
    ['place of its metadata', profile.discovery],
  ] as const
  return all.flatMap(([what, endpoint]) => (endpoint === null ? [] : [[what, endpoint] as const]))
}

// The app's id may stand in it, and is no placeholder.
function sampleRevocation(endpoint: Endpoint | null): Endpoint | null {
  return typeof endpoint === 'string' ? withAppId(endpoint, 'app') : endpoint
}

function checkName(name: unknown): void {
  if (typeof name === 'string' && /^(?! )[\x20-\x7e]{1,255}(?<! )$/.test(name)) return
  throw new InvalidInputError(
    'The name of a provider is 1 to 255 printable ASCII characters without a space at either end.',
  )
}

// A function is checked at every call instead, by what it gives.
function checkEndpoint(endpoint: Endpoint, what: string, profile: Plain): void {
  if (typeof endpoint === 'function') return
  checkPlaceholders(endpoint, profile)
  const sample = sampleOf(endpoint, profile.placeholders)
  if (URL.canParse(sample) && isSecureUrl(new URL(sample))) return
  throw new InvalidInputError(
    `The ${what} of the provider "${profile.name}" is not an https URL without credentials ` +
      '(http is accepted for this machine only).',
    { provider: profile.name },
  )
}

function checkPlaceholders(template: string, { name: provider, placeholders }: Plain): void {
  const declared = new Map<string, Placeholder>(Object.entries(placeholders))
  const unknown = placeholdersIn(template).find(name => !declared.has(name))
  if (unknown === undefined) return
  throw new InvalidInputError(
    `An endpoint or an API host of the provider "${provider}" has {${unknown}}, and placeholders does not declare it.`,
    { provider },
  )
}

function checkedApiHost(host: string, profile: Plain): string {
  if (typeof host !== 'string' || placeholdersIn(host).length === 0) return parseHost(host, profile.name)
  checkPlaceholders(host, profile)
  parseHost(sampleOf(host, profile.placeholders), profile.name)
  return host
}
