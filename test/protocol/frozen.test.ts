import { expect, test, vi } from 'vitest'
import { StoreUnavailableError } from '../../src/errors.ts'
import type {
  ClaimRequest,
  CommitRequest,
  ConnectionKey,
  ConnectionRow,
  PutRequest,
} from '../../src/ports/store.ts'
import { FakeProvider } from '../support/fake-provider.ts'
import { HOUR, MINUTE, SECOND } from '../support/lifecycle.ts'
import { World } from '../support/world.ts'

/*
 * A database, a process or a machine that stands still for a while, and then goes on where it was. The simulation
 * found what is tested here.
 */
const KEY = { clientId: 'smart-tax-nation', provider: 'zoho_crm' }

test('a commit that the database runs long after it was sent does not make the token live longer', async () => {
  const world = await World.make()
  const frozen = new Proxy(world.store, {
    get: (store, name): unknown => {
      const value: unknown = Reflect.get(store, name)
      if (name !== 'commit') return typeof value === 'function' ? value.bind(store) : value
      return async (request: CommitRequest): Promise<boolean> => {
        void world.clock.delay(30 * MINUTE).then(() => store.commit(request))
        throw new StoreUnavailableError('The database does not answer.', 'ETIMEDOUT')
      }
    },
  })
  const process = world.process({}, frozen)
  await process.store('old', world.provider.grant(), HOUR)
  await world.clock.advance(HOUR)
  const issuedAt = world.clock.wallMs()
  expect((await world.run(process.get())).accessToken).toBe('access-2')
  await world.clock.advance(35 * MINUTE)

  const row = await world.store.read(KEY)
  expect(row?.generation).toBe(2)
  expect(row?.expiresAt).toBe(issuedAt + HOUR)
  await world.clock.advance(24 * MINUTE + 57 * SECOND)
  // Three seconds before its end it is not served any more, in any process.
  expect((await world.run(world.process().get())).accessToken).toBe('access-3')
})

test('a token that died while its process was frozen is not handed out', async () => {
  const provider = new FakeProvider()
  const world = await World.make({ provider })
  const process = world.process()
  await process.store('old', provider.grant(), HOUR)
  await world.clock.advance(HOUR)
  let answerNow: () => void = () => {}
  provider.after = () => new Promise(resolve => (answerNow = resolve))
  const call = process.get()
  await world.clock.advance(SECOND)
  provider.after = async () => {}

  // SIGSTOP: its clocks go on, its timers do not fire before it has read what came meanwhile.
  const monotonicMs = world.clock.monotonicMs.bind(world.clock)
  vi.spyOn(world.clock, 'monotonicMs').mockImplementation(() => monotonicMs() + 2 * HOUR)
  world.clock.jumpWall(2 * HOUR)
  answerNow()
  expect((await world.run(call)).accessToken).toBe('access-3')
  expect(provider.asked).toHaveLength(2)
})

test('a request that is not sent because its lease would end before it: the lease is given up, and taken again', async () => {
  const provider = new FakeProvider()
  const world = await World.make({ provider })
  const process = world.process()
  await process.store('old', provider.grant(), HOUR)
  await world.clock.advance(HOUR)
  const refresh = vi.spyOn(provider, 'refresh').mockResolvedValueOnce({ kind: 'late' })
  const claimedAt = world.clock.monotonicMs()
  expect((await world.run(process.get())).accessToken).toBe('access-2')
  expect(refresh.mock.calls[0]?.[0]).toMatchObject({ timeoutMs: 10 * SECOND, until: claimedAt + 15 * SECOND })
  expect(process.types()).toEqual(['connected', 'lease_lost', 'refreshed'])
})

test('a machine that slept while it refreshed does not trust what it holds', async () => {
  const provider = new FakeProvider()
  const world = await World.make({ provider })
  const process = world.process()
  await process.store('old', provider.grant(), HOUR)
  await world.clock.advance(HOUR)
  let answerNow: () => void = () => {}
  provider.after = () => new Promise(resolve => (answerNow = resolve))
  const call = process.get()
  await world.clock.advance(SECOND)
  provider.after = async () => {}

  // Its monotonic clock slept, too.
  world.clock.jumpWall(2 * HOUR)
  answerNow()
  expect((await world.run(call)).accessToken).toBe('access-3')
  expect((await world.run(world.process().get())).accessToken).toBe('access-3')
})

test('a machine that slept between claim and request gives the lease up and claims again', async () => {
  const provider = new FakeProvider()
  const world = await World.make({ provider })
  let sleepMs = 20 * SECOND
  const sleepy = new Proxy(world.store, {
    get: (store, name): unknown => {
      const value: unknown = Reflect.get(store, name)
      if (name !== 'claim') return typeof value === 'function' ? value.bind(store) : value
      return async (request: ClaimRequest): Promise<boolean> => {
        const taken = await store.claim(request)
        world.clock.jumpWall(sleepMs)
        sleepMs = 0
        return taken
      }
    },
  })
  const process = world.process({}, sleepy)
  await process.store('old', provider.grant(), HOUR)
  await world.clock.advance(HOUR)
  expect((await world.run(process.get())).accessToken).toBe('access-2')
  expect(process.types()).toEqual(['connected', 'lease_lost', 'refreshed'])
  expect(provider.asked).toHaveLength(1)
})

test('a machine that slept while it read a row reads it again', async () => {
  const provider = new FakeProvider()
  const world = await World.make({ provider })
  let sleepMs = 0
  const sleepy = new Proxy(world.store, {
    get: (store, name): unknown => {
      const value: unknown = Reflect.get(store, name)
      if (name !== 'read') return typeof value === 'function' ? value.bind(store) : value
      return async (key: ConnectionKey): Promise<ConnectionRow | null> => {
        const row = await store.read(key)
        world.clock.jumpWall(sleepMs)
        sleepMs = 0
        return row
      }
    },
  })
  const process = world.process({ cache: false }, sleepy)
  await process.store('old', provider.grant(), HOUR)
  sleepMs = 2 * HOUR
  expect((await world.run(process.get())).accessToken).toBe('access-2')
})

test.each([
  ['a new connection', false],
  ['a connection that was there', true],
])('tokens of %s that the database stores long after they came do not live longer', async (_, wasThere) => {
  const provider = new FakeProvider()
  const world = await World.make({ provider })
  if (wasThere) await world.process().store('before', provider.grant('first'), HOUR)
  const late = new Proxy(world.store, {
    get: (store, name): unknown => {
      const value: unknown = Reflect.get(store, name)
      if (name !== 'put') return typeof value === 'function' ? value.bind(store) : value
      return async (request: PutRequest): Promise<boolean> => {
        await world.clock.delay(40 * MINUTE)
        return store.put(request)
      }
    },
  })
  const process = world.process({}, late)
  await world.run(process.store('old', provider.grant('grant'), HOUR), HOUR)
  expect((await process.get()).accessToken).toBe('old')
  await world.clock.advance(20 * MINUTE)
  expect((await world.run(process.get())).accessToken).toMatch(/^access-/)
})
