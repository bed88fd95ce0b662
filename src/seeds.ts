import type { Environment, EnvironmentSeed } from './environment.ts'
import { TokenNotFoundError } from './errors.ts'
import type { Cipher } from './ports/cipher.ts'
import type { EventSink } from './ports/events.ts'
import type { ConnectionKey, ConnectionRow, Seed, TokenStore } from './ports/store.ts'
import { connectionName } from './refresh/connection-name.ts'
import type { Observed } from './refresh/observed.ts'
import type { RowReads } from './refresh/reads.ts'
import { named } from './refresh/refusal-error.ts'
import { seedDigest } from './sealing/seed-digest.ts'
import type { Secret } from './secret.ts'

interface SeedPorts {
  readonly store: TokenStore
  readonly cipher: Cipher
  readonly reads: RowReads
  readonly environment: Environment
  readonly emit: EventSink
}

/**
 * Refresh tokens from the environment, for people who migrate from them. A stored token always wins, except
 * while the row that a seed made has never been refreshed: then a corrected variable replaces it.
 */
export class Seeds {
  readonly #ports: SeedPorts
  readonly #planting = new Map<string, Promise<void>>()

  constructor(ports: SeedPorts) {
    this.#ports = ports
  }

  /**
   * The row of a connection, planted from its seed where there is none.
   * @throws TokenNotFoundError no row, and no seed that this client may use
   * @throws StoreUnavailableError
   */
  async ensure(key: ConnectionKey, observed: Observed | null): Promise<Observed> {
    if (observed !== null && !couldBeSeeded(observed.row)) return observed
    const seed = this.#ports.environment.seedOf(key.provider)
    if (seed === null) return observed ?? this.#notFound(key)
    if (observed !== null && !(await this.#isOutdated(key, observed.row, seed))) return observed

    await this.#plantOnce(key, seed, observed?.row ?? null)
    this.#ports.reads.forget(key)
    const planted = await this.#ports.reads.read(key)
    return planted ?? this.#notUsable(key, seed)
  }

  /** The seed that this client may use where it has no row; null: none. */
  async available(key: ConnectionKey): Promise<Seed | null> {
    const seed = this.#ports.environment.seedOf(key.provider)
    if (seed === null || !this.#isNamed(key)) return null
    const named = seedOf(seed)
    const { owner, use } = await this.#ports.store.seedMemory(named, key.provider)
    const isOutright = this.#isNamedOutright(key)
    const isOwner = isOutright || owner === null || owner === key.clientId
    const isUsable = use === null || (use.state === 'stored' && (isOutright || use.clientId === key.clientId))
    return isOwner && isUsable ? named : null
  }

  /** Callers at the same time share one transaction. */
  async #plantOnce(key: ConnectionKey, seed: EnvironmentSeed, replaced: ConnectionRow | null): Promise<void> {
    const name = connectionName(key)
    const underWay = this.#planting.get(name)
    if (underWay !== undefined) return underWay
    const planting = this.#plant(key, seed, replaced).finally(() => this.#planting.delete(name))
    this.#planting.set(name, planting)
    return planting
  }

  async #plant(key: ConnectionKey, seed: EnvironmentSeed, replaced: ConnectionRow | null): Promise<void> {
    if (!this.#isNamed(key)) return
    const { clientId, provider } = key
    const result = await this.#ports.store.plant({
      clientId,
      provider,
      seed: seedOf(seed),
      named: this.#isNamedOutright(key),
      refreshToken: this.#ports.cipher.seal(seed.value, { purpose: 'refresh_token', clientId, provider }),
      metadata: replaced?.metadata ?? {},
      replaces: replaced === null ? null : { id: replaced.id, generation: replaced.generation },
    })
    if (result === 'planted')
      this.#ports.emit({ type: 'seeded', clientId, provider, variable: seed.variable })
  }

  /** Whether the row came from an earlier value of the variable. */
  async #isOutdated(key: ConnectionKey, row: ConnectionRow, seed: EnvironmentSeed): Promise<boolean> {
    const stored = this.#openRefreshToken(row)
    if (stored === null || stored.equals(seed.value) || !this.#isNamed(key)) return false
    const earlier = { variable: seed.variable, digest: seedDigest(stored) }
    const { use } = await this.#ports.store.seedMemory(earlier, key.provider)
    return use !== null && use.clientId === key.clientId
  }

  #openRefreshToken({ clientId, provider, refreshToken }: ConnectionRow): Secret | null {
    if (refreshToken === null) return null
    return this.#ports.cipher.open(refreshToken, { purpose: 'refresh_token', clientId, provider })
  }

  // EVERGRANT_ENV_CLIENT_ID names the one client of all seeds; without it the first that asks takes the seed.
  #isNamed(key: ConnectionKey): boolean {
    const named = this.#ports.environment.seedClientId
    return named === undefined || named === key.clientId
  }

  #isNamedOutright(key: ConnectionKey): boolean {
    return this.#ports.environment.seedClientId === key.clientId
  }

  #notFound(key: ConnectionKey): never {
    const variable = this.#ports.environment.variablesOf(key.provider).seed[0]
    const remedy =
      variable === undefined
        ? `Connect the account: ${GIVE_TOKENS}`
        : `Set ${variable} to a refresh token, or ${GIVE_TOKENS}`
    throw new TokenNotFoundError(`${named(key)}: no token is stored. ${remedy}`, key)
  }

  /** There is a seed, and this client may not use it: says why, and never whose it is. */
  async #notUsable(key: ConnectionKey, seed: EnvironmentSeed): Promise<never> {
    const none = `${named(key)}: no token is stored, and`
    const { variable } = seed
    switch (await this.#refusalOf(key, seed)) {
      case 'misspelt':
        throw new TokenNotFoundError(
          `${none} EVERGRANT_ENV_CLIENT_ID names this client in quotes or with a comma behind it. Take them away.`,
          key,
        )
      case 'named_for_another':
        throw new TokenNotFoundError(
          `${none} ${variable} is for the client that EVERGRANT_ENV_CLIENT_ID names, which is another. ` +
            `Connect the account: ${GIVE_TOKENS}`,
          key,
        )
      case 'taken':
        throw new TokenNotFoundError(
          `${none} ${variable} belongs to the client that asked for it first. If it is the token of this client, set ` +
            `EVERGRANT_ENV_CLIENT_ID to its name. Otherwise ${GIVE_TOKENS}`,
          key,
        )
      case 'deleted':
        throw new TokenNotFoundError(
          `${none} the refresh token in ${variable} was deleted: it is not used again. Put a new one ` +
            `there, or ${GIVE_TOKENS}`,
          key,
        )
    }
  }

  async #refusalOf(key: ConnectionKey, seed: EnvironmentSeed): Promise<SeedRefusal> {
    if (!this.#isNamed(key)) {
      const bare = this.#ports.environment.seedClientId?.replaceAll(/^["'`]|["'`]?[,;]?$/g, '')
      return bare === key.clientId ? 'misspelt' : 'named_for_another'
    }
    const { owner, use } = await this.#ports.store.seedMemory(seedOf(seed), key.provider)
    const isTaken = owner !== null && owner !== key.clientId && !this.#isNamedOutright(key)
    return !isTaken && use?.state === 'deleted' ? 'deleted' : 'taken'
  }
}

/** Why a client may not use a seed. */
type SeedRefusal = 'misspelt' | 'named_for_another' | 'taken' | 'deleted'

const GIVE_TOKENS =
  "give the account's tokens to `evergrant import`, or to storeTokens() after the OAuth flow."

// What a seed has made and nobody has refreshed or stored over.
function couldBeSeeded(row: ConnectionRow): boolean {
  return row.lastRefreshedAt === null && row.generation === 0 && row.accessToken === null
}

function seedOf(seed: EnvironmentSeed): Seed {
  return { variable: seed.variable, digest: seedDigest(seed.value) }
}
