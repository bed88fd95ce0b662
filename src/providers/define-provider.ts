import { InvalidInputError } from '../errors.ts'
import type { ProviderTraits } from '../lifecycle/provider-traits.ts'
import { isSecureUrl } from '../ports/secure-url.ts'
import { parseHost } from './api-host.ts'
import type { AnswerRules, Endpoint, ProviderProfile, RevocationRules } from './profile.ts'
import { parseRefreshBudget } from './refresh-budget.ts'
import { standardAnswers } from './standard-answers.ts'
import { withDefaults } from './with-defaults.ts'

/** What `defineProvider` takes: name and token endpoint, and whatever differs from plain OAuth 2. */
export type ProviderDefinition = Pick<ProviderProfile, 'name' | 'tokenEndpoint'> & {
  readonly [Field in Exclude<
    keyof ProviderProfile,
    'name' | 'tokenEndpoint' | 'traits' | 'answers' | 'revocation'
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
}

// Of a provider that nobody described, the careful is assumed.
const unknownTraits: ProviderTraits = {
  lifetimeMs: null,
  refreshEarliestMs: 0,
  rotation: 'strict',
  refreshKillsAccessToken: false,
  refreshTokenIdleMs: null,
  throttleMs: 60_000,
  refreshBudget: null,
}

// RFC 7009 §2.
const standardRevocation: RevocationRules = { style: 'rfc7009', goneStatuses: [] }

const plainProvider: Omit<ProviderProfile, 'name' | 'tokenEndpoint'> = {
  revocationEndpoint: null,
  revocation: standardRevocation,
  clientAuthentication: 'client_secret_post',
  scopeSeparator: ' ',
  headerScheme: 'Bearer',
  apiHosts: [],
  traits: unknownTraits,
  answers: standardAnswers,
  badToken: { codes: [], otherCodes: [] },
  dataCentreOf: null,
}

/**
 * Makes the profile of a provider; what is not given is plain OAuth 2 (RFC 6749), with strict rotation.
 *
 * @example
 * defineProvider({ name: 'acme', tokenEndpoint: 'https://id.acme.example/token', apiHosts: ['api.acme.example'] })
 *
 * @throws InvalidInputError the name breaks the rule, an endpoint is not https, a host is not one, or the budget none.
 */
export function defineProvider(definition: ProviderDefinition): ProviderProfile {
  const { name, tokenEndpoint, traits, answers, revocation, ...rest } = definition
  checkName(name)
  checkEndpoint(tokenEndpoint, 'token endpoint', name)
  if (rest.revocationEndpoint) checkEndpoint(rest.revocationEndpoint, 'revocation endpoint', name)
  parseRefreshBudget(traits?.refreshBudget ?? null, name)
  return {
    ...withDefaults(plainProvider, rest),
    name,
    tokenEndpoint,
    apiHosts: (rest.apiHosts ?? []).map(host => parseHost(host, name)),
    traits: withDefaults(unknownTraits, traits),
    answers: withDefaults(standardAnswers, answers),
    revocation: withDefaults(standardRevocation, revocation),
  }
}

function checkName(name: unknown): void {
  if (typeof name === 'string' && /^(?! )[\x20-\x7e]{1,255}(?<! )$/.test(name)) return
  throw new InvalidInputError(
    'The name of a provider is 1 to 255 printable ASCII characters without a space at either end.',
  )
}

// A function is checked at every call instead, by what it gives.
function checkEndpoint(endpoint: Endpoint, what: string, provider: string): void {
  if (typeof endpoint === 'function') return
  if (URL.canParse(endpoint) && isSecureUrl(new URL(endpoint))) return
  throw new InvalidInputError(
    `The ${what} of the provider "${provider}" is not an https URL without credentials ` +
      '(http is accepted for this machine only).',
    { provider },
  )
}
