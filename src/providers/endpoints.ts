import { InvalidInputError } from '../errors.ts'
import { isSecureUrl } from '../ports/secure-url.ts'
import type { Metadata } from '../ports/store.ts'
import { isAllowedHost } from './allowed-hosts.ts'
import type { Endpoint, Placeholder, ProviderProfile } from './profile.ts'

/** What endpoints are found by. */
export type EndpointRules = Pick<ProviderProfile, 'name' | 'placeholders' | 'endpointHosts'>

const PLACEHOLDER = /\{([a-z][a-z0-9_]*)\}/g
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i
const SEGMENT = /^[a-z0-9_][a-z0-9._~-]{0,127}$/i

/**
 * An endpoint of a connection.
 * @throws InvalidInputError its metadata lack what a placeholder needs, hold what cannot stand there, or lead to a
 * host that the profile does not allow
 */
export function resolveEndpoint(endpoint: Endpoint, metadata: Metadata, rules: EndpointRules): URL {
  if (typeof endpoint === 'string') return expandedUrl(endpoint, metadata, rules)
  const text = endpoint(metadata)
  if (URL.canParse(text) && isSecureUrl(new URL(text))) return new URL(text)
  throw new InvalidInputError(
    `The profile of "${rules.name}" gives an endpoint that is not an https URL for the metadata of this connection.`,
    { provider: rules.name },
  )
}

function expandedUrl(template: string, metadata: Metadata, rules: EndpointRules): URL {
  const text = expanded(template, metadata, rules)
  const url = URL.canParse(text) ? new URL(text) : null
  const isFixed = text === template
  // The template has been checked, and the values; this is what holds if one of them was not enough.
  if (url !== null && isSecureUrl(url) && (isFixed || isAllowedHost(url.host, rules.endpointHosts)))
    return url
  throw new InvalidInputError(
    `The metadata of this connection, or parameters of "${rules.name}", lead to a host that is not on the list of ` +
      `the provider: ${rules.endpointHosts.join(', ')}. Add it to endpointHosts of the provider's options.`,
    { provider: rules.name },
  )
}

/** A text with the values of a connection for its placeholders. @throws InvalidInputError */
export function expanded(template: string, metadata: Metadata, rules: EndpointRules): string {
  return template.replaceAll(PLACEHOLDER, (_, name: string) => {
    const placeholder = placeholderOf(name, rules)
    const given = metadata[name] ?? placeholder.default
    if (given === undefined) throw missing(name, placeholder, rules)
    const value = placedValue(given, placeholder, rules)
    if (value === null) throw unfit(name, placeholder, rules)
    return value
  })
}

/** The app's id in a revocation endpoint, behind the host. */
export function withAppId(template: string, appId: string): string {
  const [host = ''] = /^https?:\/\/[^/?#]*/i.exec(template) ?? []
  return host + template.slice(host.length).replaceAll('{client_id}', appId)
}

/** The names of the placeholders in a text. */
export function placeholdersIn(template: string): readonly string[] {
  return [...new Set(Array.from(template.matchAll(PLACEHOLDER), ([, name = '']) => name))]
}

/** A value as it stands in a URL; null: it cannot. */
export function placedValue(
  given: unknown,
  placeholder: Placeholder,
  { endpointHosts }: Pick<EndpointRules, 'endpointHosts'>,
): string | null {
  if (typeof given !== 'string') return null
  switch (placeholder.kind) {
    case 'label':
      return LABEL.test(given) ? given.toLowerCase() : null
    case 'segment':
      return SEGMENT.test(given) ? given : null
    case 'choice':
      return placeholder.values?.includes(given) ? given : null
    case 'host': {
      const host = hostOf(given)
      return host !== null && isAllowedHost(host, endpointHosts) ? host : null
    }
    case 'base': {
      const base = baseOf(given)
      return base !== null && isAllowedHost(base.host, endpointHosts) ? base.text : null
    }
  }
}

/** The host that a value of the kind `host` or `base` is on; null: it is none. */
export function hostIn(given: string, kind: 'host' | 'base'): string | null {
  return kind === 'host' ? hostOf(given) : (baseOf(given)?.host ?? null)
}

function hostOf(text: string): string | null {
  const host = URL.canParse(`https://${text}`) ? new URL(`https://${text}`).host : null
  return host === text.toLowerCase() ? host : null
}

function baseOf(text: string): { readonly host: string; readonly text: string } | null {
  if (!URL.canParse(text)) return null
  const url = new URL(text)
  // An empty query or fragment is none to `URL`, and would swallow the path behind it.
  const isPlain = isSecureUrl(url) && !/[{}\\?#]/.test(text)
  return isPlain ? { host: url.host, text: url.href.replace(/\/+$/, '') } : null
}

function placeholderOf(name: string, { placeholders, name: provider }: EndpointRules): Placeholder {
  const placeholder = Object.hasOwn(placeholders, name) ? placeholders[name] : undefined
  if (placeholder !== undefined) return placeholder
  throw new InvalidInputError(`The profile of "${provider}" does not say what {${name}} stands for.`, {
    provider,
  })
}

function missing(name: string, { description }: Placeholder, { name: provider }: EndpointRules): Error {
  return new InvalidInputError(
    `A connection at "${provider}" needs ${name}: ${description}. Give it when the account is connected, by --parameter ` +
      `${name}=… at the command line, by metadata in code; or name it for all of them: ` +
      `open({ providers: { ${provider}: { parameters: { ${name}: '…' } } } }).`,
    { provider },
  )
}

function unfit(name: string, placeholder: Placeholder, { name: provider }: EndpointRules): Error {
  const { description, kind, values = [] } = placeholder
  const wanted = {
    label: 'one label of a host name: letters, digits and hyphens',
    segment: 'one segment of a path: letters, digits and -._~',
    choice: `one of ${values.join(', ')}`,
    host: 'a host that endpointHosts of the provider allows, without scheme and path',
    base: 'an https URL without query, on a host that endpointHosts of the provider allows',
  }[kind]
  return new InvalidInputError(
    `The ${name} of a connection at "${provider}" (${description}) must be ${wanted}.`,
    { provider },
  )
}
