import type { RefreshBudget } from '../lifecycle/provider-traits.ts'
import type {
  AccountIdentity,
  AuthorizationRules,
  Endpoint,
  ProviderProfile,
  RefreshRules,
} from './profile.ts'

/** Whether a field of a profile was given, or is a default. */
export type KnownFields = (field: keyof ProviderProfile) => boolean

/** One thing that is known of a provider. */
export interface ProviderFact {
  /** What it is about: `token endpoint`. */
  readonly about: string
  /** What is known of that, in a word or as the list of words. */
  readonly is: string
}

/** What there is to say about a profile; null: nothing, or it is not known. */
type Teller = (profile: ProviderProfile, isKnown: KnownFields) => string | null

const LOST_ANSWER = {
  static: 'asked again at once',
  window: 'asked again at once',
  strict: 'asked again once the access token is over',
} as const

/** In the order in which people ask. Those of the second list are not missed where they are not known. */
const tellers: readonly (readonly [about: string, tell: Teller])[] = [
  ['authorization endpoint', ({ authorizationEndpoint }) => urlOf(authorizationEndpoint)],
  ['token endpoint', ({ tokenEndpoint }) => urlOf(tokenEndpoint)],
  [
    'revocation endpoint',
    ({ revocationEndpoint, revocation }, isKnown) => {
      if (revocationEndpoint === null) return isKnown('revocationEndpoint') ? 'none' : null
      const method = revocation.method === 'POST' ? '' : `${revocation.method} `
      return method + urlOf(revocationEndpoint)
    },
  ],
  [
    'client authentication',
    ({ clientAuthentication }, isKnown) => (isKnown('clientAuthentication') ? clientAuthentication : null),
  ],
  ['request format', ({ requestFormat }, isKnown) => (isKnown('requestFormat') ? requestFormat : null)],
  [
    'scope separator',
    ({ scopeSeparator }, isKnown) =>
      isKnown('scopeSeparator') ? (scopeSeparator === ',' ? 'comma' : 'space') : null,
  ],
  ['PKCE', ({ authorization }) => authorization.pkce],
  ['access token lifetime', ({ traits }) => durationOf(traits.lifetimeMs)],
  ['refresh token rotation', ({ refreshTokens }) => refreshTokens.rotates],
  ['account identity', ({ account }) => accountOf(account)],
  ['API hosts', profile => listOf(apiHostsOf(profile))],
]

const moreTellers: typeof tellers = [
  [
    'a revocation takes',
    ({ revocationEndpoint, revocation }) =>
      revocationEndpoint !== null && revocation.token === 'access_token' ? 'the access token' : null,
  ],
  ['refresh endpoint', ({ refreshEndpoint }) => urlOf(refreshEndpoint)],
  ['issuer', ({ issuer }) => issuer],
  ['metadata at', ({ discovery }) => discovery],
  [
    'asks for',
    ({ placeholders }) =>
      listOf(
        Object.entries(placeholders).map(([name, { description }]) => `${name} (${description})`),
        '; ',
      ),
  ],
  ['authorization parameters', ({ authorization }) => parametersOf(authorization.parameters)],
  ['scopes', ({ authorization }) => scopesOf(authorization)],
  ['scopes for a refresh token', ({ authorization }) => listOf(authorization.refreshTokenScopes)],
  ['code exchange parameters', ({ authorization }) => parametersOf(authorization.exchangeParameters)],
  ['kept of the callback', ({ authorization }) => listOf(authorization.callbackMetadata)],
  ['kept of an answer', ({ answers }) => listOf([...answers.metadata.keys()])],
  ['refresh parameters', ({ refresh }) => parametersOf(refresh.parameters)],
  ['refreshes', ({ refresh }) => (refresh.token === 'access_token' ? 'the access token itself' : null)],
  ['a refresh wants', ({ refresh }) => wantedBy(refresh)],
  [
    'tokens come by',
    ({ traits }) => (traits.grant === 'client_credentials' ? "the app's credentials" : null),
  ],
  ['client credentials want', ({ clientCredentials }) => listOf(clientCredentials.metadata)],
  ['old refresh token works', ({ refreshTokens }) => windowOf(refreshTokens.retryWindowMs)],
  ['unused grant ends after', ({ traits }) => durationOf(traits.refreshTokenIdleMs)],
  ['grant ends after', ({ refreshTokens }) => durationOf(refreshTokens.absoluteMs)],
  ['earliest refresh after', ({ traits }) => durationOf(traits.refreshEarliestMs || null)],
  ['refreshes at most', ({ traits }) => budgetOf(traits.refreshBudget)],
  ['a refresh ends', ({ traits }) => (traits.refreshKillsAccessToken ? 'the access token before it' : null)],
  ['after a lost answer', ({ traits }) => LOST_ANSWER[traits.rotation]],
  ['header', headerOf],
]

/** What is known. */
export function factsOf(profile: ProviderProfile, isKnown: KnownFields): readonly ProviderFact[] {
  return [...tellers, ...moreTellers].flatMap(([about, tell]) => {
    const is = tell(profile, isKnown)
    return is === null ? [] : [{ about, is }]
  })
}

/** What is not, and would be asked for. */
export function unknownOf(profile: ProviderProfile, isKnown: KnownFields): readonly string[] {
  return tellers.filter(([, tell]) => tell(profile, isKnown) === null).map(([about]) => about)
}

function urlOf(endpoint: Endpoint | null): string | null {
  return typeof endpoint === 'function' ? 'that of the data centre' : endpoint
}

function listOf(items: readonly string[], separator = ', '): string | null {
  return items.length === 0 ? null : items.join(separator)
}

function scopesOf({ scopes, needsScopes }: AuthorizationRules): string | null {
  return listOf(scopes) ?? (needsScopes === true ? 'have to be named' : null)
}

function wantedBy({ scope, needsRedirectUri }: RefreshRules): string | null {
  return listOf([
    ...(needsRedirectUri ? ['the redirect URI'] : []),
    ...(scope === 'granted' ? ['the scopes'] : []),
  ])
}

function parametersOf(parameters: Readonly<Record<string, string>>): string | null {
  return listOf(Object.entries(parameters).map(([name, value]) => `${name}=${value}`))
}

function apiHostsOf({ apiHosts, answers }: ProviderProfile): readonly string[] {
  const origins = [...answers.metadata].flatMap(([name, rule]) =>
    typeof rule !== 'function' && rule.kind === 'api_origin' ? [`that of ${name}`] : [],
  )
  return [...apiHosts, ...origins]
}

function headerOf({ headerName, headerScheme }: ProviderProfile): string | null {
  if (headerName === 'authorization' && headerScheme === 'Bearer') return null
  return `${headerName}: ${headerScheme === '' ? '' : `${headerScheme} `}…`
}

function accountOf(account: AccountIdentity | null): string | null {
  switch (account?.kind) {
    case undefined:
      return null
    case 'answer':
      return `${account.member} of the answer to the code`
    case 'callback':
      return `${account.parameter} of the callback`
    case 'id_token':
      return `${account.claim} of the ID token`
    case 'request':
      return `${account.member} of ${userInfoOf(account)}`
  }
}

function userInfoOf({ url, scope }: Extract<AccountIdentity, { kind: 'request' }>): string {
  const where = typeof url === 'function' ? 'the user info of the data centre' : url
  return scope === undefined ? where : `${where}, with the scope ${scope}`
}

function budgetOf(budget: RefreshBudget | null): string | null {
  return budget === null ? null : `${budget.requests} in ${durationOf(budget.perMs)}`
}

function windowOf(retryWindowMs: number | null): string | null {
  return retryWindowMs === 0 ? 'once' : durationOf(retryWindowMs)
}

/** `90 days`, `8 h`, `30 min`, `570 s`: the largest unit that divides it. */
function durationOf(ms: number | null): string | null {
  if (ms === null) return null
  const units = [
    [86_400_000, 'days'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1_000, 's'],
  ] as const
  const [unitMs, unit] = units.find(([size]) => ms >= size && ms % size === 0) ?? [1, 'ms']
  const count = ms / unitMs
  return `${count} ${unit === 'days' && count === 1 ? 'day' : unit}`
}
