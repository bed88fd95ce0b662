import { InvalidInputError } from '../errors.ts'
import { type NamesOf, refuseUnknownNames } from '../known-names.ts'
import type { RefreshBudget } from '../lifecycle/provider-traits.ts'
import { Secret } from '../secret.ts'
import { parseHost } from './api-host.ts'
import type { CatalogueName } from './catalogue/names.ts'
import { parseHostPattern } from './endpoint-hosts.ts'
import type { ProviderProfile } from './profile.ts'
import { parseRefreshBudget } from './refresh-budget.ts'
import { isResource } from './resources.ts'

/** What a back end says about one provider: its app credentials, and what differs from the profile. */
export interface ProviderOverride {
  /** The app's id at the provider. */
  readonly clientId?: string | undefined
  /** Or a function that makes one for each request, for a provider whose secret is a token that expires (Apple). */
  readonly clientSecret?: string | (() => string | Promise<string>) | undefined
  /** Secrets of the same app by data centre (`{ eu: '…' }`), over `clientSecret`. Zoho only. */
  readonly clientSecrets?: Readonly<Record<string, string | undefined>> | undefined
  /** Hosts beside the profile's that `fetch` may send the access token to. */
  readonly allowHosts?: readonly string[] | undefined
  /** The data centre of connections whose metadata name none. Zoho only. */
  readonly location?: string | undefined
  /** The accounts server of all connections, or one by location: https, or http on loopback. Zoho only. */
  readonly accountsServer?: string | Readonly<Record<string, string | undefined>> | undefined
  /** How many refreshes it takes for one refresh token, instead of what the profile says. Null: as many as are made. */
  readonly refreshBudget?: RefreshBudget | null | undefined
  /** Values for `{placeholders}` of the endpoints, for connections whose metadata name none: `{ tenant: '…' }`. */
  readonly parameters?: Readonly<Record<string, string | undefined>> | undefined
  /** Hosts that metadata of a connection may name for an endpoint: `gitlab.acme.example`, `*.acme.example`. */
  readonly endpointHosts?: readonly string[] | undefined
  /**
   * The redirect URI of the app, where it is not `callbackUrl` and the provider's name: accounts are connected with it,
   * and providers that want it at each refresh get it (GitLab, Mollie), unless `redirect_uri` is in the metadata of a
   * connection.
   */
  readonly redirectUri?: string | undefined
  /** Parameters that a refresh, or a request by client credentials, sends beside those of the profile: `{ expires_in: '3600' }` at Zendesk. */
  readonly refreshParameters?: Readonly<Record<string, string | undefined>> | undefined
  /**
   * `granted`: a refresh names the scopes that were granted (RFC 6749 §6), for a provider that wants it so: Microsoft does
   * for APIs of one's own. Default: what the profile says, for most `none`.
   */
  readonly refreshScope?: 'none' | 'granted' | undefined
  /**
   * `client_credentials`: tokens are asked for by the app's own credentials (RFC 6749 §4.4), and no account is connected.
   * Default: what the profile says, for most a user's grant.
   */
  readonly grant?: 'client_credentials' | undefined
  /**
   * What is asked for where a call names no scopes, when an account is connected. Of client credentials: for connections
   * that have no `scope` in their metadata.
   */
  readonly scopes?: readonly string[] | undefined
  /** Resource indicators (RFC 8707) of client credentials, for connections that have no `resource` in their metadata. */
  readonly resource?: string | readonly string[] | undefined
  /**
   * Whether requests may go to private networks and to this machine: `true` for a server in your own network, `false`
   * where the profile comes from a customer. Default: only to a loopback address that stands in your code.
   */
  readonly allowPrivateNetwork?: boolean | undefined
  /** The profile of a provider that is not built in, or one to use instead of the built-in. */
  readonly profile?: ProviderProfile | undefined
}

/** Options of providers by name: those of the catalogue, the built-in ones, and those with a profile of one's own. */
export type ProviderOptions = {
  readonly [Name in CatalogueName | 'zoho_crm' | 'zoho_calendar']?: ProviderOverride | undefined
} & { readonly [name: string]: ProviderOverride | undefined }

/** An override that has been checked. */
export interface ParsedOverride {
  readonly clientId: string | null
  readonly clientSecret: Secret | null
  /** Makes a secret for each request. */
  readonly makeSecret: (() => unknown) | null
  readonly clientSecrets: ReadonlyMap<string, Secret>
  readonly allowHosts: readonly string[]
  readonly location: string | undefined
  readonly accountsServer: string | Readonly<Record<string, string>> | undefined
  /** Undefined: that of the profile. */
  readonly refreshBudget: RefreshBudget | null | undefined
  readonly parameters: ReadonlyMap<string, string>
  readonly endpointHosts: readonly string[]
  readonly redirectUri: string | undefined
  readonly refreshParameters: ReadonlyMap<string, string>
  readonly refreshScope: 'none' | 'granted' | undefined
  readonly grant: 'client_credentials' | undefined
  readonly scopes: readonly string[] | undefined
  readonly resources: readonly string[] | undefined
  /** Undefined: as the profile has it. */
  readonly allowPrivateNetwork: boolean | undefined
  readonly profile: ProviderProfile | null
}

const NAMES: NamesOf<ProviderOverride> = {
  clientId: true,
  clientSecret: true,
  clientSecrets: true,
  allowHosts: true,
  location: true,
  accountsServer: true,
  refreshBudget: true,
  parameters: true,
  endpointHosts: true,
  redirectUri: true,
  refreshParameters: true,
  refreshScope: true,
  grant: true,
  scopes: true,
  resource: true,
  allowPrivateNetwork: true,
  profile: true,
}

/** @throws InvalidInputError an option that does not exist or has the wrong type; its value is never quoted. */
export function parseOverride(value: unknown, provider: string): ParsedOverride {
  const options = parseRecord(value, `The options of the provider "${provider}" must be an object.`, provider)
  refuseUnknownNames(
    Object.fromEntries(options),
    Object.keys(NAMES),
    { owner: `The provider "${provider}"`, noun: 'option' },
    { subject: { provider } },
  )
  const text = (name: string): string | undefined => parseText(options.get(name), name, provider)
  const texts = (name: string, example: string): ReadonlyMap<string, string> =>
    parseTexts(options.get(name), name, example, provider)
  const makeSecret = makerOf(options.get('clientSecret'))
  return {
    clientId: text('clientId') ?? null,
    clientSecret: makeSecret === null ? secretOf(text('clientSecret')) : null,
    makeSecret,
    clientSecrets: new Map(
      Array.from(texts('clientSecrets', "{ eu: '…' }"), ([dataCentre, secret]) => [
        dataCentre.toLowerCase(),
        Secret.of(secret),
      ]),
    ),
    allowHosts: parseHosts(options.get('allowHosts'), 'allowHosts', provider, parseHost),
    location: text('location'),
    accountsServer:
      typeof options.get('accountsServer') === 'object'
        ? Object.fromEntries(texts('accountsServer', "{ us: 'https://…', eu: 'https://…' }"))
        : text('accountsServer'),
    refreshBudget: options.has('refreshBudget')
      ? parseRefreshBudget(options.get('refreshBudget'), provider)
      : undefined,
    parameters: texts('parameters', "{ tenant: '…' }"),
    endpointHosts: parseHosts(options.get('endpointHosts'), 'endpointHosts', provider, parseHostPattern),
    redirectUri: text('redirectUri'),
    refreshParameters: texts('refreshParameters', "{ expires_in: '3600' }"),
    refreshScope: parseRefreshScope(options.get('refreshScope'), provider),
    grant: parseGrant(options.get('grant'), provider),
    scopes: parseScopes(options.get('scopes'), provider),
    resources: parseResources(options.get('resource'), provider),
    allowPrivateNetwork: parseFlag(options.get('allowPrivateNetwork'), 'allowPrivateNetwork', provider),
    profile: parseProfile(options.get('profile'), provider),
  }
}

/** The own fields of a plain object, those that are undefined left out. @throws InvalidInputError */
export function parseRecord(
  value: unknown,
  message: string,
  provider?: string,
): ReadonlyMap<string, unknown> {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (!isRecord) throw new InvalidInputError(message, { provider })
  return new Map(Object.entries(value).filter(([, field]) => field !== undefined))
}

function parseText(value: unknown, name: string, provider: string): string | undefined {
  if (value === undefined || (typeof value === 'string' && value !== '')) return value
  throw new InvalidInputError(
    `The option ${name} of the provider "${provider}" must be a text that is not empty.`,
    { provider },
  )
}

function parseFlag(value: unknown, name: string, provider: string): boolean | undefined {
  if (value === undefined || typeof value === 'boolean') return value
  throw new InvalidInputError(`The option ${name} of the provider "${provider}" must be true or false.`, {
    provider,
  })
}

function secretOf(text: string | undefined): Secret | null {
  return text === undefined ? null : Secret.of(text)
}

function makerOf(value: unknown): (() => unknown) | null {
  return typeof value === 'function' ? () => value() : null
}

function parseTexts(
  value: unknown,
  name: string,
  example: string,
  provider: string,
): ReadonlyMap<string, string> {
  const texts = new Map<string, string>()
  if (value === undefined) return texts
  const message = `The option ${name} of the provider "${provider}" must be an object like ${example}.`
  for (const [field, given] of parseRecord(value, message, provider)) {
    const text = parseText(given, `${name}.${field}`, provider)
    if (text !== undefined) texts.set(field, text)
  }
  return texts
}

function parseHosts(
  value: unknown,
  name: string,
  provider: string,
  parse: (host: unknown, provider: string) => string,
): readonly string[] {
  if (value === undefined) return []
  if (Array.isArray(value)) return value.map(host => parse(host, provider))
  throw new InvalidInputError(`The option ${name} of the provider "${provider}" must be an array of hosts.`, {
    provider,
  })
}

function parseRefreshScope(value: unknown, provider: string): 'none' | 'granted' | undefined {
  if (value === undefined || value === 'none' || value === 'granted') return value
  throw new InvalidInputError(
    `The option refreshScope of the provider "${provider}" must be 'none' or 'granted'.`,
    { provider },
  )
}

function parseGrant(value: unknown, provider: string): 'client_credentials' | undefined {
  if (value === undefined || value === 'client_credentials') return value
  throw new InvalidInputError(
    `The option grant of the provider "${provider}" must be 'client_credentials'. Leave it out where users grant.`,
    { provider },
  )
}

// RFC 6749 §3.3, and without the comma that some providers write between them.
const SCOPE = /^[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]+$/

function parseScopes(value: unknown, provider: string): readonly string[] | undefined {
  const isScopes =
    Array.isArray(value) && value.every(scope => typeof scope === 'string' && SCOPE.test(scope))
  if (value === undefined || isScopes) return value
  throw new InvalidInputError(
    `The option scopes of the provider "${provider}" must be an array of scopes without spaces and commas in them.`,
    { provider },
  )
}

function parseResources(value: unknown, provider: string): readonly string[] | undefined {
  if (value === undefined) return undefined
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (list.every(isResource)) return list
  throw new InvalidInputError(
    `The option resource of the provider "${provider}" must be an absolute URI without a fragment, or an array of them.`,
    { provider },
  )
}

// What `defineProvider` made has all fields; anything else has not.
function parseProfile(value: unknown, provider: string): ProviderProfile | null {
  if (value === undefined) return null
  if (isProfile(value) && value.name === provider) return value
  throw new InvalidInputError(
    `The option profile of the provider "${provider}" must be a profile of that name, ` +
      'made by defineProvider or genericProvider of "evergrant/providers".',
    { provider },
  )
}

function isProfile(value: unknown): value is ProviderProfile {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['name', 'tokenEndpoint', 'clientAuthentication', 'traits', 'answers', 'badToken'].every(field =>
      Object.hasOwn(value, field),
    )
  )
}
