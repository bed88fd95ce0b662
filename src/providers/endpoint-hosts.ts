import { parseHost } from './api-host.ts'
import { placeholdersIn } from './endpoints.ts'
import type { Placeholder, ProviderProfile } from './profile.ts'

type Placeholders = ProviderProfile['placeholders']
type Endpoints = Pick<
  ProviderProfile,
  | 'tokenEndpoint'
  | 'refreshEndpoint'
  | 'revocationEndpoint'
  | 'authorizationEndpoint'
  | 'deviceAuthorizationEndpoint'
  | 'discovery'
  | 'placeholders'
>

/**
 * The hosts that stand in a profile's endpoints. A label of the customer's becomes `*`, a choice all of its values;
 * a whole host of the customer's none: the profile or the back end has to allow it.
 */
export function hostsOfEndpoints(profile: Endpoints): readonly string[] {
  const { placeholders } = profile
  const endpoints = [
    profile.tokenEndpoint,
    profile.refreshEndpoint,
    profile.revocationEndpoint,
    profile.authorizationEndpoint,
    profile.deviceAuthorizationEndpoint,
    profile.discovery,
  ]
  const templates = endpoints.filter(endpoint => typeof endpoint === 'string')
  return [...new Set(templates.flatMap(template => hostsOf(template, placeholders)))]
}

/** A URL like one of a connection: every placeholder with a value that may stand there. */
export function sampleOf(template: string, placeholders: Placeholders): string {
  return placeholdersIn(template).reduce(
    (text, name) => text.replaceAll(`{${name}}`, sampleValue(placeholders[name])),
    template,
  )
}

/** A host, or a pattern of hosts: `*` for one label, in front of at least two others. @throws InvalidInputError */
export function parseHostPattern(pattern: unknown, provider: string): string {
  if (typeof pattern !== 'string') return parseHost(pattern, provider)
  const labels = pattern.split('.')
  const wild = labels.map(label => label === '*')
  if (!wild.includes(true) || wild.slice(-2).includes(true)) return parseHost(pattern, provider)
  parseHost(labels.map(label => (label === '*' ? 'any' : label)).join('.'), provider)
  return pattern.toLowerCase()
}

function hostsOf(template: string, placeholders: Placeholders): readonly string[] {
  const [, host = ''] = /^https?:\/\/([^/?#]*)/i.exec(template) ?? []
  if (placeholdersIn(host).length === 0) return URL.canParse(template) ? [new URL(template).host] : []
  return placeholdersIn(host).reduce<readonly string[]>(
    (hosts, name) =>
      hosts.flatMap(text => hostValues(placeholders[name]).map(value => text.replaceAll(`{${name}}`, value))),
    [host.toLowerCase()],
  )
}

function hostValues(placeholder: Placeholder | undefined): readonly string[] {
  switch (placeholder?.kind) {
    case 'label':
      return ['*']
    case 'choice':
      return placeholder.values ?? []
    default:
      return []
  }
}

function sampleValue(placeholder: Placeholder | undefined): string {
  switch (placeholder?.kind) {
    case 'choice':
      return placeholder.values?.[0] ?? ''
    case 'host':
      return 'host.example'
    case 'base':
      return 'https://host.example/base'
    default:
      return 'sample'
  }
}
