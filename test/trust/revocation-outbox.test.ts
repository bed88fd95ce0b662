import { expect, test } from 'vitest'
import { deleteConnection } from '../../src/deleting.ts'
import { StoreUnavailableError } from '../../src/errors.ts'
import { FakeProvider } from '../support/fake-provider.ts'
import { HOUR, MINUTE, SECOND } from '../support/lifecycle.ts'
import { MemoryLifeboat } from '../support/memory-lifeboat.ts'
import { unreliableStore } from '../support/unreliable-store.ts'
import { type FakeProcess, World } from '../support/world.ts'

const KEY = { clientId: 'smart-tax-nation', provider: 'zoho_crm' }
const providers = { zoho_crm: { clientId: 'app', clientSecret: 'app-secret' } }

async function connected(provider = new FakeProvider()) {
  const world = await World.make({ provider })
  const refreshToken = provider.grant('grant')
  await world.process().store('access', refreshToken, HOUR)
  return { world, provider, refreshToken }
}

const remove = (process: FakeProcess): Promise<boolean> =>
  deleteConnection(process.assembly, KEY, { revoke: true })

/** Whether the end state is reached: the row is gone, the provider has revoked, the outbox is empty. */
async function isOver({ world, provider, refreshToken }: Awaited<ReturnType<typeof connected>>) {
  const { count } = await world.store.revocations.waiting()
  return (await world.row()) === null && !provider.isGood(refreshToken) && count === 0
}

test('T28: a provider that answers 503 for ten minutes: its revocation is done by the sweep, one request a step over all processes', async () => {
  const all = await connected()
  const { world, provider } = all
  const processes = [1, 2, 3].map(() => world.process({ providers }))
  const [first] = processes
  if (first === undefined) throw new Error('no process')
  provider.revocationFault = 'HTTP 503'
  await expect(remove(first)).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' })
  expect(await world.row()).toBeNull()
  for (const { assembly } of processes) assembly.sweeper.start()
  await world.clock.advance(10 * MINUTE)
  expect(provider.isGood('grant')).toBe(true)
  // Half a minute at least, then twice as long each time: never so many as processes would make alone.
  expect(provider.revoked.length).toBeGreaterThanOrEqual(4)
  expect(provider.revoked.length).toBeLessThanOrEqual(7)
  provider.revocationFault = null
  await world.clock.advance(20 * MINUTE)
  expect(await isOver(all)).toBe(true)
  const told = processes.flatMap(process => process.types())
  expect(told.filter(type => type === 'revoked')).toHaveLength(1)
  expect(told.filter(type => type === 'revocation_failed')).toHaveLength(provider.revoked.length - 1)
  for (const { assembly } of processes) assembly.sweeper.close()
})

test.each([
  ['after the deletion, before it is taken', 'revocations.pending'],
  ['before the request', 'revocations.claim'],
  ['after the request, before it is noted', 'revocations.confirm'],
] as const)('T28: killed %s, the revocation is done by tick() of another process', async (_, method) => {
  const all = await connected()
  const { world, provider } = all
  const { store, line } = unreliableStore(world.store, world.clock)
  // Whoever is killed sends nothing any more, and hears nothing.
  line.losesAnswer = name => name === method
  await expect(remove(world.process({ providers }, store))).rejects.toThrow(StoreUnavailableError)
  const other = world.process({ providers })
  await world.clock.advance(2 * MINUTE)
  await world.run(other.assembly.sweeper.tick())
  expect(await isOver(all)).toBe(true)
  expect(provider.revoked.length).toBeLessThanOrEqual(2)
})

test('T28: many that look at once make one request', async () => {
  const all = await connected()
  const { world, provider } = all
  await world.store.delete({ ...KEY, revoke: true, seed: null })
  await world.clock.advance(MINUTE)
  const ticks = Array.from({ length: 8 }, () => world.process({ providers }).assembly.sweeper.tick())
  const reports = await world.run(Promise.all(ticks))
  expect(reports.reduce((sum, { revoked }) => sum + revoked, 0)).toBe(1)
  expect(provider.revoked).toEqual(['grant'])
  expect(await isOver(all)).toBe(true)
})

test('T28: a revocation waits while the account is connected again, and is done when that is deleted', async () => {
  const all = await connected()
  const { world, provider } = all
  const process = world.process({ providers })
  provider.revocationFault = 'HTTP 503'
  await expect(remove(process)).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' })
  provider.revocationFault = null
  await world.process().store('again', provider.grant('again'), HOUR)
  await world.clock.advance(3 * HOUR)
  await world.run(process.assembly.sweeper.tick())
  expect(provider.isGood('grant')).toBe(true)
  expect(await remove(process)).toBe(true)
  expect(provider.isGood('again')).toBe(false)
  expect(await isOver(all)).toBe(true)
})

test('T28: an account that is connected again between the look and the request keeps its new grant', async () => {
  const { world, provider } = await connected()
  await world.store.delete({ ...KEY, revoke: true, seed: null })
  await world.clock.advance(MINUTE)
  const { store, line } = unreliableStore(world.store, world.clock)
  line.delayMs = name => (name === 'revocations.due' ? SECOND : 0)
  const looking = world.process({ providers }, store).assembly.sweeper.tick()
  await world.clock.advance(SECOND)
  await world.process().store('again', provider.grant('again'), HOUR)
  expect(await world.run(looking)).toMatchObject({ revoked: 0 })
  expect(provider.revoked).toEqual([])
})

test('T28: the successor of a refresh that was under way is revoked as well, although the provider is down then', async () => {
  const provider = new FakeProvider()
  provider.rotates = true
  const all = await connected(provider)
  const { world } = all
  const process = world.process({ providers })
  let arrive = (): void => {}
  provider.after = () => new Promise(resolve => (arrive = resolve))
  const refreshing = process.get({ refreshNow: true }).catch(error => error)
  await expect.poll(() => provider.asked).toHaveLength(1)
  provider.revocationFault = 'HTTP 503'
  await expect(remove(world.process({ providers }))).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' })
  arrive()
  await world.run(refreshing)
  await world.run(process.assembly.refresher.close())
  expect((await world.store.revocations.waiting()).count).toBe(2)
  provider.revocationFault = null
  await world.clock.advance(HOUR)
  await world.run(world.process({ providers }).assembly.sweeper.tick())
  expect(await isOver(all)).toBe(true)
  expect(new Set(provider.revoked)).toEqual(new Set(['grant', provider.revoked.at(-1)]))
  expect(provider.revoked.at(-1)).not.toBe('grant')
})

test('T28: a successor that only the lifeboat has is revoked by whoever finds it', async () => {
  const provider = new FakeProvider()
  provider.rotates = true
  const all = await connected(provider)
  const { world } = all
  const lifeboat = new MemoryLifeboat(world.clock)
  const { store, line } = unreliableStore(world.store, world.clock)
  const killed = world.process({ providers }, store, lifeboat)
  provider.after = async () => {
    line.down = true
  }
  void killed.get({ refreshNow: true }).catch(() => {})
  await world.clock.advance(10 * SECOND)
  provider.after = async () => {}
  await world.store.delete({ ...KEY, revoke: true, seed: null })
  const next = world.process({ providers }, world.store, lifeboat)
  await next.assembly.replayLifeboat()
  expect((await world.store.revocations.waiting()).count).toBe(2)
  await world.clock.advance(HOUR)
  await world.run(next.assembly.sweeper.tick())
  expect(await isOver(all)).toBe(true)
  expect(provider.revoked).toHaveLength(2)
})

test('T28: killed before a successor is recorded, the process leaves it in the lifeboat', async () => {
  const provider = new FakeProvider()
  provider.rotates = true
  const all = await connected(provider)
  const { world } = all
  const lifeboat = new MemoryLifeboat(world.clock)
  const { store, line } = unreliableStore(world.store, world.clock)
  line.delayMs = name => {
    if (name.startsWith('revocations.')) line.down = true
    return 0
  }
  provider.after = async () => void (await world.store.delete({ ...KEY, revoke: true, seed: null }))
  const killed = world.process({ providers }, store, lifeboat)
  void killed.get({ refreshNow: true }).catch(() => {})
  await world.clock.advance(10 * SECOND)
  expect(line.down).toBe(true)
  const next = world.process({ providers }, world.store, lifeboat)
  await next.assembly.replayLifeboat()
  await world.clock.advance(HOUR)
  await world.run(next.assembly.sweeper.tick())
  expect(await isOver(all)).toBe(true)
  expect(new Set(provider.revoked).size).toBe(2)
  expect(await lifeboat.waiting()).toEqual([])
})
