import { Assembly } from '../../src/assemble.ts'
import { readEnvironment } from '../../src/environment.ts'
import { type Policy, policyWith } from '../../src/lifecycle/policy.ts'
import type { EvergrantEvent } from '../../src/ports/events.ts'
import type { Lifeboat } from '../../src/ports/lifeboat.ts'
import type { AppCredentials } from '../../src/ports/provider.ts'
import type { TokenStore } from '../../src/ports/store.ts'
import type { AccessToken } from '../../src/refresh/held-token.ts'
import { accessTokenOf } from '../../src/refresh/held-token.ts'
import { Measurements } from '../../src/refresh/measurements.ts'
import { obtain } from '../../src/refresh/obtain.ts'
import { storeTokens } from '../../src/refresh/store-tokens.ts'
import { environmentKeys } from '../../src/sealing/environment-keys.ts'
import { KeyRing } from '../../src/sealing/key-ring.ts'
import { generateKey } from '../../src/sealing/ring-key.ts'
import { Secret } from '../../src/secret.ts'
import type { OpenOptions } from '../../src/service-options.ts'
import { openMemoryStore } from '../../src/store/memory.ts'
import { FakeClock } from '../../src/testing/fake-clock.ts'
import { seededRandomness } from '../../src/testing/seeded-randomness.ts'
import { FakeProvider } from './fake-provider.ts'

const KEY = { clientId: 'smart-tax-nation', provider: 'zoho_crm' }
const APP = { clientId: 'app', clientSecret: 'app-secret' }

export interface WorldOptions {
  readonly provider?: FakeProvider
  readonly policy?: Partial<Policy>
  readonly seed?: number
}

/** A process: one service over the shared store, and what it did. */
export class FakeProcess {
  readonly assembly: Assembly
  readonly events: EvergrantEvent[] = []

  constructor(
    world: World,
    store: TokenStore,
    options: OpenOptions = {},
    environment: Record<string, string> = {},
    lifeboat: Lifeboat | null = null,
  ) {
    const { clock, randomness, cipher, policy, provider } = world
    const measurements = new Measurements(options.telemetry)
    const ports = {
      store,
      cipher,
      clock,
      randomness,
      policy,
      lifeboat,
      emit: (event: EvergrantEvent): void => {
        this.events.push(event)
        measurements.event(event)
      },
      measurements,
    }
    this.assembly = new Assembly({
      ports,
      providers: {
        names: [provider.name],
        get: () => provider,
        appOf: name => appIn(options, name),
        redirectUriOf: () => undefined,
        hasOtherSecrets: () => false,
      },
      environment: readEnvironment(environment),
      options,
      release: async () => {},
    })
  }

  /** The access token, as `getToken` gives it. */
  async get(
    options: {
      minValidMs?: number
      refreshNow?: boolean
      app?: typeof APP
      signal?: AbortSignal
      clientId?: string
    } = {},
  ): Promise<AccessToken> {
    const { minValidMs = 0, refreshNow = false, app = APP, signal, clientId = KEY.clientId } = options
    const cached = refreshNow ? null : this.assembly.cache?.fresh(clientId, KEY.provider, minValidMs)
    if (cached !== null && cached !== undefined) return accessTokenOf(cached)
    const request = this.assembly.request({ ...KEY, clientId }, app, { minValidMs, refreshNow }, signal)
    return accessTokenOf(await obtain(this.assembly, request))
  }

  async store(
    accessToken: string,
    refreshToken: string | null,
    expiresInMs: number | null,
    clientId = KEY.clientId,
  ): Promise<void> {
    const key = { ...KEY, clientId }
    const { ports, providers } = this.assembly
    const tokens = {
      accessToken: Secret.of(accessToken),
      refreshToken: refreshToken === null ? null : Secret.of(refreshToken),
      expiresInMs,
      scopes: null,
      metadata: {},
    }
    await storeTokens(ports, key, tokens, providers.get(KEY.provider).traits, {})
    this.assembly.forget(key, false)
  }

  async delete(revoke = false): Promise<void> {
    await this.assembly.ports.store.delete({ ...KEY, revoke, seed: null })
    this.assembly.forget(KEY, false)
  }

  types(): string[] {
    return this.events.map(event => event.type)
  }
}

function appIn({ providers = {} }: OpenOptions, name: string): AppCredentials | null {
  const { clientId, clientSecret } = providers[name] ?? {}
  const secret = typeof clientSecret === 'string' ? clientSecret : ''
  return clientId === undefined ? null : { clientId, clientSecret: Secret.of(secret) }
}

/** One database, one provider, one clock, and as many processes as a test wants. */
export class World {
  readonly clock = new FakeClock()
  readonly randomness
  readonly provider: FakeProvider
  readonly policy: Policy
  readonly cipher: KeyRing
  readonly store: TokenStore

  private constructor(options: WorldOptions, cipher: KeyRing) {
    this.provider = options.provider ?? new FakeProvider()
    this.policy = policyWith(options.policy ?? {})
    this.randomness = seededRandomness(options.seed ?? 1)
    this.cipher = cipher
    this.store = openMemoryStore({ clock: this.clock, randomness: this.randomness })
  }

  static async make(options: WorldOptions = {}): Promise<World> {
    return new World(options, await KeyRing.load(environmentKeys(generateKey('test'), 'test')))
  }

  process(
    options: OpenOptions = {},
    store: TokenStore = this.store,
    lifeboat: Lifeboat | null = null,
  ): FakeProcess {
    return new FakeProcess(this, store, options, {}, lifeboat)
  }

  /** A connection's row, opened. */
  async row(clientId = KEY.clientId): Promise<{
    accessToken: string | null
    refreshToken: string | null
    status: string
    statusReason: string | null
    generation: number
    attemptId: string | null
    leaseUntil: number | null
    lastError: string | null
    nextAttemptInMs: number | null
  } | null> {
    const key = { ...KEY, clientId }
    const row = await this.store.read(key)
    if (row === null) return null
    const open = (text: string | null, purpose: 'access_token' | 'refresh_token'): string | null =>
      text === null ? null : this.cipher.open(text, { purpose, ...key }).reveal()
    return {
      accessToken: open(row.accessToken, 'access_token'),
      refreshToken: open(row.refreshToken, 'refresh_token'),
      status: row.status,
      statusReason: row.statusReason,
      generation: row.generation,
      attemptId: row.attemptId,
      leaseUntil: row.leaseUntil,
      lastError: row.lastError,
      nextAttemptInMs: row.nextAttemptAt === null ? null : row.nextAttemptAt - row.now,
    }
  }

  /** Runs work to its end, moving the clock on whenever everybody waits for it. */
  async run<T>(work: Promise<T>, limitMs = 120_000): Promise<T> {
    let done = false
    const watched = work.finally(() => {
      done = true
    })
    watched.catch(() => {})
    for (let waited = 0; !done && waited < limitMs; waited += 25) await this.clock.advance(25)
    if (!done) throw new RangeError(`not done after ${limitMs} ms of fake time`)
    return watched
  }
}
