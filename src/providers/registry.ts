import { InvalidInputError } from '../errors.ts'
import type { AppCredentials } from '../ports/provider.ts'
import { Secret } from '../secret.ts'
import { isInCatalogue } from './catalogue/index.ts'
import { withAppGrant } from './client-credentials.ts'
import { type AppResolver, type OAuth2Ports, OAuth2Provider } from './oauth2-provider.ts'
import type { ProviderProfile } from './profile.ts'
import {
  type ParsedOverride,
  type ProviderOverride,
  parseOverride,
  parseRecord,
} from './provider-override.ts'
import { withSettings } from './provider-settings.ts'
import { type ZohoSettings, zohoCalendar, zohoCrm } from './zoho.ts'
import { zohoDataCentreAt, zohoDataCentres } from './zoho-data-centres.ts'

export interface ProvidersOptions extends OAuth2Ports {
  /** Profiles of the catalogue, for the names among the overrides. */
  readonly catalogue?: ReadonlyMap<string, ProviderProfile> | undefined
  /** By the provider's name. */
  readonly overrides?: Readonly<Record<string, ProviderOverride | undefined>> | undefined
  /** `ZOHO_LOCATION`; an override's `location` wins. */
  readonly zohoLocation?: string | undefined
  /** `ZOHO_ACCOUNTS_SERVER`; an override's `accountsServer` wins. */
  readonly zohoAccountsServer?: string | undefined
}

/** The providers of one service, by name. */
export interface Providers {
  readonly names: readonly string[]
  /** @throws InvalidInputError there is no provider of this name. */
  get(name: string): OAuth2Provider
  /** The app credentials among the options, without a data centre's own secret. Null: there are none. */
  appOf(name: string): AppCredentials | null
  /** Whether an app has a secret for each data centre, or one that is made for each request. */
  hasOtherSecrets(name: string, app: AppCredentials): boolean
  /** The redirect URI among the options; undefined: there is none. */
  redirectUriOf(name: string): string | undefined
}

const builtIn: ReadonlyMap<string, (settings: ZohoSettings) => ProviderProfile> = new Map([
  ['zoho_crm', zohoCrm],
  ['zoho_calendar', zohoCalendar],
])

/**
 * The built-in providers, changed and added to by the options.
 * @throws InvalidInputError an option is wrong, or a provider that is not built in has no profile.
 */
export function createProviders(options: ProvidersOptions): Providers {
  const overrides = parseOverrides(options.overrides)
  const providers = new Map(
    Array.from(overrides, ([name, override]) => [name, configure(name, override, options)]),
  )
  const names = [...providers.keys()]
  return {
    names,
    get: name => {
      const provider = providers.get(name)
      if (provider !== undefined) return provider
      throw new InvalidInputError(
        `There is no provider "${name}". There are: ${names.join(', ')}. ${howToHave(name)}`,
        { provider: name },
      )
    },
    appOf: name => {
      const { clientId = null, clientSecret = null } = overrides.get(name) ?? {}
      return clientId === null ? null : { clientId, clientSecret }
    },
    hasOtherSecrets: (name, app) => {
      const override = overrides.get(name)
      if (override === undefined || !isConfiguredApp(override, app)) return false
      return override.makeSecret !== null || override.clientSecrets.size > 0
    },
    redirectUriOf: name => overrides.get(name)?.redirectUri,
  }
}

const HOW_TO_DEFINE_ONE =
  'Define others by genericProvider of "evergrant/providers": at the command line in the file of --config ' +
  '(EVERGRANT_CONFIG), in code by open({ providers: { name: { profile } } }).'

function howToHave(name: string): string {
  if (!isInCatalogue(name)) return HOW_TO_DEFINE_ONE
  return (
    'The catalogue has it, once it is named: at the command line in the file of --config (EVERGRANT_CONFIG), in code ' +
    `by open({ providers: { ${name}: { clientId, clientSecret } } }).`
  )
}

// One for every provider: that of a built-in may say nothing.
function parseOverrides(value: unknown): ReadonlyMap<string, ParsedOverride> {
  const given = parseRecord(
    value ?? {},
    'The option providers must be an object of options by provider name.',
  )
  const names = new Set([...builtIn.keys(), ...given.keys()])
  return new Map(Array.from(names, name => [name, parseOverride(given.get(name) ?? {}, name)]))
}

function configure(name: string, override: ParsedOverride, options: ProvidersOptions): OAuth2Provider {
  const base = profileOf(name, override, options)
  const configured = withReach(withBudget(withSettings(base, override), override), override)
  const profile = withAppGrant(configured, override, override.refreshParameters)
  if (profile.dataCentreOf === null && override.clientSecrets.size > 0) throw notZoho(name, 'clientSecrets')
  const ports: OAuth2Ports = { transport: options.transport, clock: options.clock }
  const own = override.profile === null ? base : null
  return new OAuth2Provider(profile, ports, appResolver(profile, override), own)
}

function withBudget(profile: ProviderProfile, { refreshBudget }: ParsedOverride): ProviderProfile {
  return refreshBudget === undefined ? profile : { ...profile, traits: { ...profile.traits, refreshBudget } }
}

function withReach(profile: ProviderProfile, { allowPrivateNetwork }: ParsedOverride): ProviderProfile {
  return allowPrivateNetwork === undefined ? profile : { ...profile, allowPrivateNetwork }
}

function profileOf(name: string, override: ParsedOverride, options: ProvidersOptions): ProviderProfile {
  const { location, accountsServer, allowHosts } = override
  const profile = override.profile ?? options.catalogue?.get(name) ?? null
  if (profile !== null) {
    if (location !== undefined) throw notZoho(name, 'location')
    if (accountsServer !== undefined) throw notZoho(name, 'accountsServer')
    return { ...profile, apiHosts: [...profile.apiHosts, ...allowHosts] }
  }
  const build = builtIn.get(name)
  if (build === undefined) {
    throw new InvalidInputError(
      `The provider "${name}" is not built in, and the catalogue has none of this name: see \`evergrant providers\`. ` +
        HOW_TO_DEFINE_ONE,
      { provider: name },
    )
  }
  checkDataCentres(override.clientSecrets, name)
  return build({
    // A variable that is set to nothing is not set.
    location: location ?? (options.zohoLocation || undefined),
    accountsServer: accountsServer ?? (options.zohoAccountsServer || undefined),
    allowHosts,
  })
}

function checkDataCentres(secrets: ReadonlyMap<string, Secret>, provider: string): void {
  for (const location of secrets.keys()) {
    if (zohoDataCentreAt(location) !== null) continue
    const known = zohoDataCentres().map(centre => centre.location)
    throw new InvalidInputError(
      `clientSecrets of the provider "${provider}" names a data centre that Zoho does not have. ` +
        `There are: ${known.join(', ')}.`,
      { provider },
    )
  }
}

function notZoho(provider: string, option: string): InvalidInputError {
  return new InvalidInputError(
    `The option ${option} is for providers with data centres, and "${provider}" has none. Remove it.`,
    { provider },
  )
}

function isConfiguredApp({ clientId }: ParsedOverride, app: AppCredentials): boolean {
  return clientId === null || clientId === app.clientId
}

// The app is the same in every data centre; only its secret differs, and the one of the data centre is right.
function appResolver({ dataCentreOf }: ProviderProfile, override: ParsedOverride): AppResolver {
  const { clientSecrets, makeSecret } = override
  return (app, metadata) => {
    const isConfigured = isConfiguredApp(override, app)
    const dataCentre = isConfigured ? dataCentreOf?.(metadata) : null
    const clientSecret = clientSecrets.get(dataCentre ?? '') ?? app.clientSecret
    if (clientSecret !== null || makeSecret === null || !isConfigured) {
      return { clientId: app.clientId, clientSecret }
    }
    return withMadeSecret(app.clientId, makeSecret)
  }
}

// What a function of the back end throws may hold its key: nobody hears of it.
async function withMadeSecret(clientId: string, makeSecret: () => unknown): Promise<AppCredentials | null> {
  try {
    const secret = await makeSecret()
    return typeof secret === 'string' && secret !== '' ? { clientId, clientSecret: Secret.of(secret) } : null
  } catch {
    return null
  }
}
