import { InvalidInputError } from '../errors.ts'
import type { ProviderTraits } from '../lifecycle/provider-traits.ts'
import type { Metadata } from '../ports/store.ts'
import type { ClientCredentialsRules, ProviderProfile } from './profile.ts'
import { resourcesOf } from './resources.ts'

/** What a back end asks for by its own credentials. */
export interface AppGrant {
  readonly grant: 'client_credentials' | undefined
  readonly scopes: readonly string[] | undefined
  readonly resources: readonly string[] | undefined
}

/** Traits of a provider that is asked by the app's own credentials: there is no refresh token to spend or to lose. */
export function appTraits(traits: ProviderTraits): ProviderTraits {
  return { ...traits, grant: 'client_credentials', rotation: 'static', refreshTokenIdleMs: null }
}

/**
 * A profile with what the back end asks for.
 * @throws InvalidInputError it asks for resources without client credentials, or the client has no credentials
 */
export function withAppGrant(
  profile: ProviderProfile,
  { grant, scopes, resources }: AppGrant,
  parameters: ReadonlyMap<string, string>,
): ProviderProfile {
  const { name: provider, clientCredentials: rules } = profile
  if ((grant ?? profile.traits.grant) !== 'client_credentials') {
    if (resources !== undefined) {
      throw new InvalidInputError(
        `The option resource of the provider "${provider}" says what client credentials ask for. Add grant: ` +
          "'client_credentials', or remove it.",
        { provider },
      )
    }
    if (scopes === undefined) return profile
    return { ...profile, authorization: { ...profile.authorization, scopes } }
  }
  checkAppGrant(profile)
  return {
    ...profile,
    traits: appTraits(profile.traits),
    clientCredentials: {
      ...rules,
      scopes: scopes ?? rules.scopes,
      resources: resources ?? rules.resources,
      parameters: { ...rules.parameters, ...Object.fromEntries(parameters) },
    },
  }
}

/** Only a client that can keep a secret may ask by its credentials alone (RFC 6749 §4.4). @throws InvalidInputError */
export function checkAppGrant({
  name: provider,
  clientAuthentication,
}: Pick<ProviderProfile, 'name' | 'clientAuthentication'>): void {
  if (clientAuthentication !== 'none') return
  throw new InvalidInputError(
    `The provider "${provider}" is asked by client credentials, and its clientAuthentication is none: there are none.`,
    { provider },
  )
}

/** The scopes that a connection asks for: its own (`scope` in its metadata), else those of the provider. */
export function askedScopes(rules: ClientCredentialsRules, { scope }: Metadata): readonly string[] {
  if (typeof scope === 'string') return scope.split(/[ ,]+/).filter(one => one !== '')
  if (Array.isArray(scope)) return scope.filter(one => typeof one === 'string' && one !== '')
  return rules.scopes
}

/** What a request by client credentials holds beside `grant_type` and the client's authentication (RFC 6749 §4.4.2). */
export function clientCredentialsParameters(
  { clientCredentials: rules, scopeSeparator }: ProviderProfile,
  metadata: Metadata,
): URLSearchParams {
  const parameters = new URLSearchParams(rules.parameters)
  for (const name of rules.metadata) {
    const value = metadata[name]
    if (typeof value === 'string' && value !== '') parameters.set(name, value)
  }
  const scopes = askedScopes(rules, metadata)
  if (scopes.length > 0) parameters.set('scope', scopes.join(scopeSeparator))
  const own = resourcesOf(metadata)
  for (const resource of own.length > 0 ? own : rules.resources) parameters.append('resource', resource)
  return parameters
}
