import { Assembly, type AssemblyParts } from '../../src/assemble.ts'
import { readEnvironment } from '../../src/environment.ts'
import type { Policy } from '../../src/lifecycle/policy.ts'
import type { Cipher } from '../../src/ports/cipher.ts'
import type { Lifeboat } from '../../src/ports/lifeboat.ts'
import type { TokenStore } from '../../src/ports/store.ts'
import type { Transport } from '../../src/ports/transport.ts'
import { genericProvider } from '../../src/providers/generic-provider.ts'
import { OAuth2Provider } from '../../src/providers/oauth2-provider.ts'
import type { ProviderProfile } from '../../src/providers/profile.ts'
import { Measurements } from '../../src/refresh/measurements.ts'
import { Secret } from '../../src/secret.ts'
import { type OAuthTokenService, serviceOver } from '../../src/service.ts'
import type { Dice } from './dice.ts'
import type { Machine } from './machine.ts'

export const PROVIDER = 'acme'

export interface BackEndParts {
  readonly machine: Machine
  readonly dice: Dice
  readonly store: TokenStore
  readonly transport: Transport
  readonly cipher: Cipher
  readonly lifeboat: Lifeboat | null
  readonly policy: Policy
  readonly profile: ProviderProfile
  readonly cacheAgeMs: number
  readonly backgroundRefresh: boolean
}

/** What a process runs: the service as `open` makes it, on simulated ports. */
export function backEnd(parts: BackEndParts): OAuthTokenService {
  return serviceOver(async () => {
    const assembly = new Assembly(partsOf(parts))
    await assembly.replayLifeboat()
    return assembly
  })
}

function partsOf(parts: BackEndParts): AssemblyParts {
  const { machine, dice, store, cipher, lifeboat, policy, cacheAgeMs, backgroundRefresh } = parts
  const { clock } = machine
  const provider = new OAuth2Provider(parts.profile, { transport: parts.transport, clock })
  let ids = 0
  const uuid = (): string => {
    ids += 1
    return `${machine.name}#${ids}`
  }
  const randomness = { fraction: () => dice.fraction(), uuid }
  const measurements = new Measurements(undefined)
  return {
    ports: { store, cipher, clock, randomness, policy, lifeboat, emit, measurements },
    providers: {
      names: [PROVIDER],
      get: () => provider,
      appOf: () => ({ clientId: 'app', clientSecret: Secret.of('app-secret') }),
      redirectUriOf: () => undefined,
      hasOtherSecrets: () => false,
    },
    environment: readEnvironment({}),
    options: {
      cache: cacheAgeMs === 0 ? false : { maxAgeMs: cacheAgeMs, maxEntries: 100 },
      backgroundRefresh,
    },
    release: async () => {},
  }
}

// What the service tells of itself is no evidence.
function emit(): void {}

export interface ProfileSettings {
  readonly grant: 'refresh_token' | 'client_credentials'
  readonly rotation: 'static' | 'window' | 'strict'
  readonly lifetimeMs: number
  readonly earliestMs: number
  readonly budget: ProviderProfile['traits']['refreshBudget']
}

export function profileOf({
  grant,
  rotation,
  lifetimeMs,
  earliestMs,
  budget,
}: ProfileSettings): ProviderProfile {
  return genericProvider({
    name: PROVIDER,
    tokenEndpoint: 'https://id.acme.example/token',
    revocationEndpoint: 'https://id.acme.example/revoke',
    grant,
    rotation,
    lifetimeMs,
    refreshEarliestMs: earliestMs,
    refreshBudget: budget,
  })
}
