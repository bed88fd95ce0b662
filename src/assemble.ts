import { outsideOfCalls } from './async-context.ts'
import { isUsual, parseCredentials } from './call-credentials.ts'
import { systemClock } from './clock.ts'
import { RedirectUris } from './connect/redirect-uris.ts'
import { chooseDatabase, type DatabaseChoice, refuseSchema } from './database.ts'
import { type Environment, readEnvironment } from './environment.ts'
import { EvergrantError, InvalidInputError, StoreUnavailableError } from './errors.ts'
import { healthOf, type ServiceHealth } from './health.ts'
import { lifeboatDirectory } from './lifeboat/directory.ts'
import { lifeboatPlace } from './lifeboat-place.ts'
import type { Demand } from './lifecycle/decide.ts'
import type { Policy } from './lifecycle/policy.ts'
import { requireNeededKeys } from './needed-keys.ts'
import { NewGrants } from './new-grants.ts'
import { checkOpenOptions, parseCache, parsePolicy, parseSweep } from './open-options.ts'
import type { KeySource } from './ports/key-source.ts'
import type { AppCredentials, TokenProvider } from './ports/provider.ts'
import type { ConnectionKey, TokenStore } from './ports/store.ts'
import { catalogueProfiles } from './providers/catalogue-profiles.ts'
import type { OAuth2Provider } from './providers/oauth2-provider.ts'
import { createProviders } from './providers/registry.ts'
import { revokesAsApp } from './providers/revocation.ts'
import { systemRandomness } from './randomness.ts'
import { TokenCache } from './refresh/cache.ts'
import { EmptyRows } from './refresh/empty-rows.ts'
import type { HeldToken } from './refresh/held-token.ts'
import { harmlessly, Measurements } from './refresh/measurements.ts'
import type { Observed } from './refresh/observed.ts'
import { missingApp, type ObtainContext, type TokenRequest } from './refresh/obtain.ts'
import type { RefreshPorts } from './refresh/ports.ts'
import { RowReads } from './refresh/reads.ts'
import { Refresher } from './refresh/refresher.ts'
import { named } from './refresh/refusal-error.ts'
import { Rescue } from './refresh/rescue.ts'
import type { RevocationTarget } from './refresh/revocation-request.ts'
import { Revoker } from './refresh/revoker.ts'
import { StoreHealth } from './refresh/store-health.ts'
import { Sweeper, type SweptProvider } from './refresh/sweeper.ts'
import { environmentKeys } from './sealing/environment-keys.ts'
import { fileKeys, type SealedData } from './sealing/file-keys.ts'
import { KeyRing } from './sealing/key-ring.ts'
import { generateKey } from './sealing/ring-key.ts'
import { Seeds } from './seeds.ts'
import type { CallCredentials, OpenOptions } from './service-options.ts'
import { httpTransport } from './transport/http-transport.ts'

/** The providers of a service, by name. */
export interface KnownProviders {
  readonly names: readonly string[]
  /** @throws InvalidInputError there is no provider of this name */
  get(name: string): KnownProvider
  /** The app credentials given to `open`; null: none. */
  appOf(name: string): AppCredentials | null
  /** The redirect URI of its own that a provider was given; undefined: none. */
  redirectUriOf(name: string): string | undefined
  hasOtherSecrets(name: string, app: AppCredentials): boolean
}

/** A provider with what is known of it. */
export type KnownProvider = TokenProvider &
  Pick<OAuth2Provider, 'profile' | 'exchangeCode' | 'accountOf' | 'deviceAuthorization' | 'deviceToken'>

/** What a service is made of. */
export interface AssemblyParts {
  readonly ports: RefreshPorts
  readonly providers: KnownProviders
  readonly environment: Environment
  readonly options: Pick<
    OpenOptions,
    'cache' | 'backgroundRefresh' | 'waitUntil' | 'providers' | 'callbackUrl'
  >
  /** Closes what was opened for this service. */
  readonly release: () => Promise<void>
}

/** A service object's parts, wired. */
export class Assembly implements ObtainContext {
  readonly ports: RefreshPorts
  readonly providers: KnownProviders
  readonly reads: RowReads
  readonly cache: TokenCache | null
  readonly rescue: Rescue
  readonly refresher: Refresher
  readonly sweeper: Sweeper
  readonly seeds: Seeds
  readonly emptyRows: EmptyRows
  readonly behind: ((settled: Promise<void>) => void) | null
  readonly newGrants: NewGrants
  readonly redirectUris: RedirectUris = new RedirectUris()
  readonly callbackUrl: string | undefined
  readonly #closing: AbortController = new AbortController()
  readonly #environment: Environment
  readonly #health: StoreHealth
  readonly #release: () => Promise<void>

  constructor({ ports, providers, environment, options, release }: AssemblyParts) {
    const limits = parseCache(options.cache)
    const { outageGraceMs, leaseMs } = ports.policy
    // Where the clock that was set is not the database's, only an outage can have escaped a machine that slept.
    const jumpGraceMs = ports.store.kind === 'postgres' ? outageGraceMs : leaseMs
    const health = new StoreHealth(ports.clock, outageGraceMs, jumpGraceMs)
    this.#health = health
    this.ports = ports
    this.providers = providers
    this.#environment = environment
    this.#release = release
    this.reads = new RowReads(ports, health)
    this.cache = limits === null ? null : new TokenCache(ports.clock, limits)
    this.rescue = new Rescue(ports, health, this.cache)
    this.refresher = new Refresher(ports, health, this.rescue, this.cache)
    const revoker = new Revoker(ports, () => this.#revocable())
    this.sweeper = new Sweeper(ports, health, this.refresher, revoker, () => this.#swept())
    this.emptyRows = new EmptyRows(ports, this.reads)
    this.seeds = new Seeds({ ...ports, reads: this.reads, environment })
    this.newGrants = new NewGrants({ ports, health, forget: key => this.forget(key, false) })
    this.callbackUrl = options.callbackUrl
    this.behind = options.backgroundRefresh === false ? null : harmless(options.waitUntil)
    const cachedCalls = (): Iterable<readonly [string, number]> => this.cache?.calls() ?? []
    const names = new Set([...Object.keys(options.providers ?? {}), ...providers.names])
    ports.measurements.attach({ providers: [...names], cachedCalls })
  }

  /** Fires when nobody is waited for any longer. */
  get closing(): AbortSignal {
    return this.#closing.signal
  }

  /** The token from memory, for the call that most calls are. */
  cachedFor(clientId: string, provider: string, credentials: CallCredentials | undefined): HeldToken | null {
    if (!isUsual(credentials, clientId)) return null
    return this.cache?.fresh(clientId, provider, 0) ?? null
  }

  request(
    key: ConnectionKey,
    credentials: CallCredentials | undefined,
    demand: Demand,
    signal: AbortSignal | undefined,
  ): TokenRequest {
    const request = {
      key,
      provider: this.providers.get(key.provider),
      app: this.appFor(key, credentials),
      appVariables: this.#environment.variablesOf(key.provider).app,
      demand,
      signal,
    }
    return { ...request, seeded: observed => this.#begun(request, observed) }
  }

  /** Whether the provider is asked by the app's own credentials; not where there is no provider of this name. */
  usesAppGrant(provider: string): boolean {
    const { names } = this.providers
    return names.includes(provider) && this.providers.get(provider).traits.grant === 'client_credentials'
  }

  /** The row of a connection, begun where there is none. */
  async #begun(request: Omit<TokenRequest, 'seeded'>, observed: Observed | null): Promise<Observed> {
    const { key, provider, app } = request
    if (provider.traits.grant === 'refresh_token') return this.seeds.ensure(key, observed)
    if (observed !== null) return observed
    // A row that nobody can fill is not made.
    if (app === null) throw missingApp(request)
    return this.emptyRows.make(key)
  }

  /** App credentials: of the call, else of `open`, else of the environment. */
  appFor(key: ConnectionKey, credentials: CallCredentials | undefined): AppCredentials | null {
    const app = parseCredentials(credentials, key) ?? this.configuredApp(key.provider)
    if (app?.clientId === key.clientId) {
      throw new InvalidInputError(
        'clientId is the client_id of the OAuth app. It must name the customer whose tokens these are.',
        key,
      )
    }
    return app
  }

  /** App credentials of `open`, else of the environment. */
  configuredApp(provider: string): AppCredentials | null {
    return this.providers.appOf(provider) ?? this.#environment.appOf(provider)
  }

  /**
   * Who revokes the grant of a connection.
   * @throws InvalidInputError nobody can: the provider is not known, or names no revocation endpoint
   */
  revocationOf(key: ConnectionKey): RevocationTarget {
    const provider = this.providers.get(key.provider)
    if (provider.profile.revocationEndpoint === null) {
      throw new InvalidInputError(
        `${named(key)}: the profile of ${key.provider} names no revocation endpoint. Delete without revoke, and end the ` +
          'grant in the settings of the account at the provider.',
        key,
      )
    }
    return { provider, app: this.appFor(key, undefined) }
  }

  /** After a write of this process: nothing that was read before is used again. */
  forget(key: ConnectionKey, uncommitted: boolean): void {
    this.reads.forget(key)
    if (uncommitted) this.cache?.suspend(key)
    else this.cache?.drop(key)
  }

  /** Brings back what processes left that ended too early. Where the database fails, the next claim does it. */
  async replayLifeboat(): Promise<void> {
    try {
      await this.rescue.replayAll()
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error
    }
  }

  health(): Promise<ServiceHealth> {
    return healthOf(this.ports, this.#health, this.rescue, this.refresher)
  }

  /** The providers whose app credentials are known without a call. */
  #swept(): readonly SweptProvider[] {
    return this.providers.names.flatMap(name => {
      const app = this.providers.appOf(name) ?? usableApp(this.#environment, name)
      if (app === null) return []
      const provider = this.providers.get(name)
      const { traits } = provider
      return [
        { name, traits, targetOf: ({ clientId }) => (clientId === app.clientId ? null : { provider, app }) },
      ]
    })
  }

  /** The providers that can be asked to revoke without a call. */
  #revocable(): readonly RevocationTarget[] {
    return this.providers.names.flatMap(name => {
      const provider = this.providers.get(name)
      const { profile } = provider
      if (profile.revocationEndpoint === null) return []
      const app = this.providers.appOf(name) ?? usableApp(this.#environment, name)
      return app === null && revokesAsApp(profile) ? [] : [{ provider, app }]
    })
  }

  async close(): Promise<void> {
    this.#closing.abort(
      new InvalidInputError('This OAuthTokenService was closed meanwhile. Open another one.'),
    )
    this.sweeper.close()
    await Promise.all([this.refresher.close(), this.newGrants.close()])
    this.ports.measurements.close()
    await this.#release()
  }
}

/**
 * Opens everything a service needs.
 * @param anyKeys with whatever keys there are: to look at a database whose keys are lacking, and to mend it
 * @throws InvalidInputError | StoreUnavailableError
 * @throws DecryptionError a key that the database needs is lacking
 */
export async function assemble(options: OpenOptions, anyKeys = false): Promise<Assembly> {
  checkOpenOptions(options)
  parseCache(options.cache)
  const policy = parsePolicy(options.policy)
  const environment = readEnvironment()
  const choice = chooseDatabase(options.database, environment)
  refuseSchema(choice, options.schema)
  const catalogue = await catalogueProfiles(Object.keys(options.providers ?? {}))
  const transport = httpTransport()
  const providers = createProviders({
    transport,
    clock: systemClock,
    catalogue,
    overrides: options.providers,
    zohoLocation: environment.zohoLocation,
    zohoAccountsServer: environment.zohoAccountsServer,
  })
  if (choice.kind === 'sqlite') await prepareDirectory(choice)
  const keys = keySourceOf(options, environment, choice, policy)
  const cipher = await KeyRing.load(keys, { requireSealed: options.requireSealed })
  const store = await openStore(choice, options, policy, anyKeys)
  const place = lifeboatPlace(options.lifeboat, choice, environment)
  const release = async (): Promise<void> => {
    await transport.close()
    await store[Symbol.asyncDispose]()
  }
  if (!anyKeys) await requireNeededKeys(store, cipher).catch(error => afterwards(release, error))
  const tellUser = harmless(options.onEvent)
  const measurements = new Measurements(options.telemetry)
  const assembly = new Assembly({
    ports: {
      store,
      cipher,
      clock: systemClock,
      randomness: systemRandomness,
      policy,
      lifeboat: place === null ? null : lifeboatDirectory(place, systemClock),
      emit: event => {
        tellUser(event)
        measurements.event(event)
      },
      measurements,
    },
    providers,
    // The ring has what it needs: nothing keeps the text of the keys in memory.
    environment: { ...environment, encryptionKeys: undefined },
    options,
    release,
  })
  if (!anyKeys) await assembly.replayLifeboat()
  if (!anyKeys && parseSweep(options.backgroundRefresh)) outsideOfCalls(() => assembly.sweeper.start())
  return assembly
}

async function afterwards(release: () => Promise<void>, error: unknown): Promise<never> {
  await release()
  throw error
}

// Variables that make no sense are told to who asks for a token.
function usableApp(environment: Environment, provider: string): AppCredentials | null {
  try {
    return environment.appOf(provider)
  } catch (error) {
    if (error instanceof EvergrantError) return null
    throw error
  }
}

async function prepareDirectory({ directory }: Extract<DatabaseChoice, { kind: 'sqlite' }>): Promise<void> {
  if (directory === null) return
  const { makeDataDirectory } = await import('./store/sqlite/data-directory.ts')
  await makeDataDirectory(directory)
}

async function openStore(
  choice: DatabaseChoice,
  options: OpenOptions,
  policy: Policy,
  looksOnly: boolean,
): Promise<TokenStore> {
  const { eventRetentionMs } = policy
  const common = { migrate: options.migrate, timeoutMs: policy.storeTimeoutMs, eventRetentionMs }
  switch (choice.kind) {
    case 'memory': {
      const { openMemoryStore } = await import('./store/memory.ts')
      return openMemoryStore({ clock: systemClock, randomness: systemRandomness, eventRetentionMs })
    }
    case 'sqlite': {
      const { openSqliteStore } = await import('./store/sqlite/open.ts')
      return openSqliteStore({ ...common, url: choice.path })
    }
    case 'postgres': {
      const { openPostgresStore } = await import('./store/postgres/open.ts')
      const { database } = choice
      return openPostgresStore({ ...common, database, schema: options.schema, looksOnly })
    }
  }
}

function keySourceOf(
  options: OpenOptions,
  environment: Environment,
  choice: DatabaseChoice,
  { storeTimeoutMs }: Policy,
): KeySource {
  const given = options.encryptionKeys
  if (typeof given === 'string') return environmentKeys(given, 'encryptionKeys')
  if (given !== undefined) return given
  if (environment.encryptionKeys !== undefined) {
    return environmentKeys(environment.encryptionKeys.reveal(), 'EVERGRANT_ENCRYPTION_KEYS')
  }
  switch (choice.kind) {
    case 'memory':
      return environmentKeys(generateKey('memory'), 'memory')
    case 'sqlite':
      return fileKeys(`${choice.path}.key`, { data: dataOf(choice, storeTimeoutMs) })
    case 'postgres':
      throw new InvalidInputError(
        'A PostgreSQL database needs an encryption key, and none is given. Make one with `npx evergrant keys generate` ' +
          'and put it into EVERGRANT_ENCRYPTION_KEYS, in every process that uses this database.',
      )
  }
}

function dataOf({ path }: Extract<DatabaseChoice, { kind: 'sqlite' }>, timeoutMs: number): SealedData {
  return {
    name: `the database ${path}`,
    holdsSealedValues: async () => {
      const { sqliteFileHoldsSealedValues } = await import('./store/sqlite/open.ts')
      return sqliteFileHoldsSealedValues(path, timeoutMs)
    },
  }
}

// What a hook of the caller throws must not break a refresh.
function harmless<Value>(hook: ((value: Value) => unknown) | undefined): (value: Value) => void {
  return value => void harmlessly(() => hook?.(value))
}
