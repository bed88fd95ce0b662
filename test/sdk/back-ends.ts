import { setTimeout as pause } from 'node:timers/promises'
import type { OAuthTokenService } from 'evergrant'
import { type FakeClock, type LocalZoho, localZohoApp, seededRandomness } from 'evergrant/testing'
import { Assembly } from '../../src/assemble.ts'
import { readEnvironment } from '../../src/environment.ts'
import { policyWith } from '../../src/lifecycle/policy.ts'
import { createProviders } from '../../src/providers/registry.ts'
import { Measurements } from '../../src/refresh/measurements.ts'
import { environmentKeys } from '../../src/sealing/environment-keys.ts'
import { KeyRing } from '../../src/sealing/key-ring.ts'
import { generateKey } from '../../src/sealing/ring-key.ts'
import { serviceOver } from '../../src/service.ts'
import { openMemoryStore } from '../../src/store/memory.ts'
import { httpTransport } from '../../src/transport/http-transport.ts'

/**
 * So many services as `open` makes them, on one store, each with a cache and single flight of its own; the clock is the
 * store's, too. Only clock, randomness and store are not those of every day: requests are real.
 */
export async function openBackEnds(
  count: number,
  clock: FakeClock,
  zoho: LocalZoho,
): Promise<readonly OAuthTokenService[]> {
  const store = openMemoryStore({ clock, randomness: seededRandomness(0) })
  const cipher = await KeyRing.load(environmentKeys(generateKey('soak'), 'soak'))
  const { clientId, clientSecret } = localZohoApp
  const overrides = { zoho_crm: { clientId, clientSecret, accountsServer: zoho.url } }
  return Array.from({ length: count }, (_, index) => {
    const transport = httpTransport(clock)
    const measurements = new Measurements(undefined)
    const randomness = seededRandomness(index + 1)
    const policy = policyWith({})
    const assembly = new Assembly({
      ports: { store, cipher, clock, randomness, policy, lifeboat: null, emit: () => {}, measurements },
      providers: createProviders({ transport, clock, overrides }),
      environment: readEnvironment({}),
      options: {},
      release: () => transport.close(),
    })
    return serviceOver(async () => assembly)
  })
}

/** How far the clock goes while a request of a real connection takes its time. */
const STEP_MS = 50

/** Runs work to its end; the clock goes on while it waits for the network. Nothing is under way at Zoho when it is done. */
export async function runToEnd<Result>(
  clock: FakeClock,
  zoho: LocalZoho,
  work: Promise<Result>,
): Promise<Result> {
  let done = false
  const watched = work.finally(() => {
    done = true
  })
  watched.catch(() => {})
  while (!done || (await hasRequestsUnderWay(zoho))) {
    await pause(1)
    await clock.advance(STEP_MS)
  }
  return watched
}

async function hasRequestsUnderWay(zoho: LocalZoho): Promise<boolean> {
  // What begins behind an answer has begun by then.
  await pause(5)
  return (await zoho.ledger()).some(({ endedAt }) => endedAt === null)
}
