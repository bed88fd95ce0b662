import { InvalidInputError } from '../errors.ts'
import { hostIn, placedValue } from './endpoints.ts'
import type { Placeholder, ProviderProfile } from './profile.ts'
import type { ParsedOverride } from './provider-override.ts'

type Settings = Pick<
  ParsedOverride,
  'parameters' | 'endpointHosts' | 'redirectUri' | 'refreshParameters' | 'refreshScope'
>

/**
 * A profile with what the back end says about it: values for its placeholders, hosts that metadata may name, and
 * parameters of its refreshes.
 * @throws InvalidInputError a parameter that no endpoint has, or that cannot stand there
 */
export function withSettings(given: ProviderProfile, settings: Settings): ProviderProfile {
  const profile = withRefreshScope(given, settings)
  const { parameters, redirectUri, refreshParameters } = settings
  if (parameters.size === 0 && settings.endpointHosts.length === 0 && redirectUri === undefined) {
    return refreshParameters.size === 0 ? profile : withRefreshParameters(profile, refreshParameters)
  }
  const endpointHosts = [
    ...profile.endpointHosts,
    ...settings.endpointHosts,
    ...hostsNamedBy(profile, parameters),
  ]
  const placeholders = { ...profile.placeholders }
  for (const [name, value] of parameters) {
    placeholders[name] = defaulting(profile, name, value, endpointHosts)
  }
  const redirect = redirectUri === undefined ? [] : [['redirect_uri', redirectUri] as const]
  return withRefreshParameters(
    { ...profile, placeholders, endpointHosts },
    new Map([...(profile.refresh.needsRedirectUri ? redirect : []), ...refreshParameters]),
  )
}

function withRefreshScope(profile: ProviderProfile, { refreshScope: scope }: Settings): ProviderProfile {
  return scope === undefined ? profile : { ...profile, refresh: { ...profile.refresh, scope } }
}

function withRefreshParameters(
  profile: ProviderProfile,
  added: ReadonlyMap<string, string>,
): ProviderProfile {
  const parameters = { ...profile.refresh.parameters, ...Object.fromEntries(added) }
  return { ...profile, refresh: { ...profile.refresh, parameters } }
}

// A host in the options is the back end's own word, and needs no list.
function hostsNamedBy(
  { placeholders }: ProviderProfile,
  parameters: ReadonlyMap<string, string>,
): readonly string[] {
  return [...parameters].flatMap(([name, value]) => {
    const kind = Object.hasOwn(placeholders, name) ? placeholders[name]?.kind : undefined
    const host = kind === 'host' || kind === 'base' ? hostIn(value, kind) : null
    return host === null ? [] : [host]
  })
}

function defaulting(
  { name: provider, placeholders }: ProviderProfile,
  name: string,
  value: string,
  endpointHosts: readonly string[],
): Placeholder {
  const placeholder = Object.hasOwn(placeholders, name) ? placeholders[name] : undefined
  if (placeholder === undefined) {
    const known = Object.keys(placeholders).join(', ') || 'none'
    throw new InvalidInputError(
      `The option parameters of the provider "${provider}" has "${name}", and no endpoint of it does. There are: ${known}.`,
      { provider },
    )
  }
  if (placedValue(value, placeholder, { endpointHosts }) === null) {
    throw new InvalidInputError(
      `The option parameters.${name} of the provider "${provider}" is not ${placeholder.description}.`,
      { provider },
    )
  }
  return { ...placeholder, default: value }
}
