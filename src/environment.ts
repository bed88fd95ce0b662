import { InvalidInputError } from './errors.ts'
import { Secret } from './secret.ts'

/** A refresh token from an environment variable, for people who migrate from one. */
export interface EnvironmentSeed {
  readonly variable: string
  readonly value: Secret
}

/** Everything that Evergrant takes from the environment. The only file of the library that reads it. */
export interface Environment {
  readonly databaseUrl: string | undefined
  readonly dataDirectory: string
  /** Whether the data directory was named, or is only the default. */
  readonly dataDirectoryNamed: boolean
  readonly production: boolean
  readonly encryptionKeys: Secret | undefined
  readonly zohoLocation: string | undefined
  readonly zohoAccountsServer: string | undefined
  /** The one client that seeds belong to. */
  readonly seedClientId: string | undefined
  /** `NODE_OPTIONS`, as it is. */
  readonly nodeOptions: string
  /** Whether `NODE_TLS_REJECT_UNAUTHORIZED` turns the check of certificates off. */
  readonly acceptsAnyCertificate: boolean
  /** App credentials for a provider: its own variables first, then the family's. */
  appOf(provider: string): { readonly clientId: string; readonly clientSecret: Secret | null } | null
  /** The seed for a provider, likewise. */
  seedOf(provider: string): EnvironmentSeed | null
  /** For messages: the variables that would give app credentials, as a pair, and a seed, most specific first. */
  variablesOf(provider: string): { readonly app: readonly string[]; readonly seed: readonly string[] }
}

/** Reads the environment; an empty variable counts as absent. */
export function readEnvironment(
  variables: Readonly<Record<string, string | undefined>> = process.env,
): Environment {
  const read = (name: string): string | undefined => {
    const value = variables[name]?.trim()
    return value === '' ? undefined : value
  }
  const keys = read('EVERGRANT_ENCRYPTION_KEYS')
  return {
    databaseUrl: read('DATABASE_URL'),
    dataDirectory: read('EVERGRANT_DATA_DIR') ?? '.evergrant',
    dataDirectoryNamed: read('EVERGRANT_DATA_DIR') !== undefined,
    production: read('NODE_ENV') === 'production',
    encryptionKeys: keys === undefined ? undefined : Secret.of(keys),
    zohoLocation: read('ZOHO_LOCATION'),
    zohoAccountsServer: read('ZOHO_ACCOUNTS_SERVER'),
    seedClientId: read('EVERGRANT_ENV_CLIENT_ID'),
    nodeOptions: read('NODE_OPTIONS') ?? '',
    acceptsAnyCertificate: read('NODE_TLS_REJECT_UNAUTHORIZED') === '0',
    appOf: provider => appOf(provider, read),
    seedOf: provider => seedOf(provider, read),
    variablesOf: provider => ({
      app: prefixesOf(provider)
        .slice(-1)
        .flatMap(prefix => [`${prefix}_CLIENT_ID`, `${prefix}_CLIENT_SECRET`]),
      seed: prefixesOf(provider).map(prefix => `${prefix}_REFRESH_TOKEN`),
    }),
  }
}

type Read = (name: string) => string | undefined

function appOf(provider: string, read: Read): ReturnType<Environment['appOf']> {
  for (const prefix of prefixesOf(provider)) {
    const clientId = read(`${prefix}_CLIENT_ID`)
    const clientSecret = read(`${prefix}_CLIENT_SECRET`)
    if (clientId === undefined && clientSecret === undefined) continue
    if (clientId === undefined) {
      throw new InvalidInputError(
        `${prefix}_CLIENT_SECRET is set without ${prefix}_CLIENT_ID. Set both, or neither.`,
        { provider },
      )
    }
    return { clientId, clientSecret: clientSecret === undefined ? null : Secret.of(clientSecret) }
  }
  return null
}

function seedOf(provider: string, read: Read): EnvironmentSeed | null {
  for (const prefix of prefixesOf(provider)) {
    const variable = `${prefix}_REFRESH_TOKEN`
    const value = read(variable)
    if (value !== undefined) return { variable, value: Secret.of(value) }
  }
  return null
}

// `zoho_crm` reads ZOHO_CRM_…, then ZOHO_…; providers outside the Zoho family have no variables.
function prefixesOf(provider: string): readonly string[] {
  if (!/^zoho_[a-z0-9_]+$/.test(provider)) return []
  return [provider.toUpperCase(), 'ZOHO']
}
