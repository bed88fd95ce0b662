import { describe, expect, test } from 'vitest'
import type { Policy } from '../../src/lifecycle/policy.ts'
import { answers, FakeProvider } from '../support/fake-provider.ts'
import { HOUR, MINUTE, SECOND, unknownProvider } from '../support/lifecycle.ts'
import { unreliableStore } from '../support/unreliable-store.ts'
import { type FakeProcess, World } from '../support/world.ts'

const DAY = 24 * HOUR
const providers = { zoho_crm: { clientId: 'app', clientSecret: 'app-secret' } }

interface Options {
  readonly count: number
  readonly provider?: FakeProvider
  readonly policy?: Partial<Policy>
  readonly lifetimeMs?: number | null
}

/** So many connections, whose tokens have just been issued. */
async function connections({
  count,
  provider = new FakeProvider(),
  policy = {},
  lifetimeMs = HOUR,
}: Options) {
  const world = await World.make({ provider, policy })
  const clients = Array.from({ length: count }, (_, index) => `client-${index}`)
  for (const clientId of clients)
    await world.process().store(`old-${clientId}`, provider.grant(clientId), lifetimeMs, clientId)
  const sweeping = (): FakeProcess => world.process({ providers })
  return { world, provider, clients, sweeping }
}

describe('one look', () => {
  test('refreshes what is due, and nothing else', async () => {
    const { world, provider, clients, sweeping } = await connections({ count: 250 })
    const process = sweeping()
    expect(await process.assembly.sweeper.tick()).toEqual({
      refreshed: 0,
      failed: 0,
      passedOver: 0,
      revoked: 0,
    })
    await world.clock.advance(53 * MINUTE)
    expect(await world.run(process.assembly.sweeper.tick())).toEqual({
      refreshed: 250,
      failed: 0,
      passedOver: 0,
      revoked: 0,
    })
    expect(provider.asked.toSorted()).toEqual(clients.toSorted())
    expect(await world.run(process.assembly.sweeper.tick())).toEqual({
      refreshed: 0,
      failed: 0,
      passedOver: 0,
      revoked: 0,
    })
    expect(await world.row('client-7')).toMatchObject({ generation: 2, leaseUntil: null, attemptId: null })
  })

  test('brings back what expired long ago, too', async () => {
    const { world, sweeping } = await connections({ count: 3 })
    await world.clock.advance(30 * DAY)
    expect(await world.run(sweeping().assembly.sweeper.tick())).toMatchObject({ refreshed: 3 })
  })

  test('by several processes at once makes one request for each connection', async () => {
    const { world, provider, clients, sweeping } = await connections({ count: 60 })
    await world.clock.advance(53 * MINUTE)
    provider.before = () => world.clock.delay(40)
    const looks = [sweeping(), sweeping(), sweeping()].map(process => process.assembly.sweeper.tick())
    const reports = await world.run(Promise.all(looks))
    expect(reports.reduce((sum, { refreshed }) => sum + refreshed, 0)).toBe(60)
    expect(provider.asked.toSorted()).toEqual(clients.toSorted())
    expect(provider.overlaps).toBe(0)
  })

  test('leaves alone whose app credentials nobody has given', async () => {
    const { world, provider } = await connections({ count: 2 })
    await world.clock.advance(HOUR)
    expect(await world.process().assembly.sweeper.tick()).toEqual({
      refreshed: 0,
      failed: 0,
      passedOver: 0,
      revoked: 0,
    })
    expect(provider.asked).toEqual([])
  })

  test('of a connection that is named like the app passes it over', async () => {
    const { world, provider, sweeping } = await connections({ count: 0 })
    await world.process().store('old', provider.grant('grant'), HOUR, 'app')
    await world.clock.advance(HOUR)
    expect(await sweeping().assembly.sweeper.tick()).toMatchObject({ passedOver: 1 })
  })

  test('that fails leaves to each row its back-off, and a refused grant to its confirmation', async () => {
    const { world, provider, sweeping } = await connections({ count: 2 })
    await world.clock.advance(HOUR)
    provider.mishaps.push(
      { kind: 'instead', answer: answers.failed },
      { kind: 'instead', answer: answers.refused },
    )
    const { sweeper } = sweeping().assembly
    expect(await world.run(sweeper.tick())).toEqual({ refreshed: 0, failed: 2, passedOver: 0, revoked: 0 })
    expect(await world.run(sweeper.tick())).toEqual({ refreshed: 0, failed: 0, passedOver: 0, revoked: 0 })
    await world.clock.advance(MINUTE)
    expect(await world.run(sweeper.tick())).toMatchObject({ refreshed: 2 })
  })

  test('pauses where a circuit breaker is open, and goes on when it closes', async () => {
    const { world, provider, sweeping } = await connections({ count: 200, policy: { sweepConcurrency: 1 } })
    await world.clock.advance(HOUR)
    provider.mishaps.push(
      ...Array.from({ length: 500 }, () => ({ kind: 'instead' as const, answer: answers.unsent })),
    )
    const { sweeper } = sweeping().assembly
    expect(await world.run(sweeper.tick())).toMatchObject({ refreshed: 0 })
    // Three that open it, and at most one for each of its pauses.
    expect(provider.asked.length).toBeLessThanOrEqual(6)
    provider.mishaps.splice(0)
    for (let looks = 0; looks < 4; looks += 1) {
      await world.clock.advance(10 * SECOND)
      await world.run(sweeper.tick())
    }
    expect(new Set(provider.asked).size).toBe(200)
  })

  test('asks no strictly rotating provider again while an attempt is unsettled and the token lives', async () => {
    const provider = new FakeProvider('zoho_crm', { ...unknownProvider, rotation: 'strict' })
    const { world, sweeping } = await connections({ count: 1, provider })
    await world.clock.advance(53 * MINUTE)
    provider.mishaps.push({ kind: 'instead', answer: answers.timeout })
    const { sweeper } = sweeping().assembly
    expect(await sweeper.tick()).toMatchObject({ failed: 1 })
    await world.clock.advance(5 * MINUTE)
    await sweeper.tick()
    expect(provider.asked).toHaveLength(1)
    await world.clock.advance(3 * MINUTE)
    expect(await world.run(sweeper.tick())).toMatchObject({ refreshed: 1 })
  })

  test('waits for the window where a refresh kills the token before it', async () => {
    const provider = new FakeProvider('zoho_crm', { ...unknownProvider, refreshKillsAccessToken: true })
    const { world, sweeping } = await connections({ count: 1, provider })
    await world.clock.advance(54 * MINUTE)
    const { sweeper } = sweeping().assembly
    expect(await sweeper.tick()).toMatchObject({ refreshed: 0, passedOver: 1 })
    await world.clock.advance(MINUTE)
    expect(await world.run(sweeper.tick())).toMatchObject({ refreshed: 1 })
  })

  test('uses a refresh token in time that would die of idleness, also where its access token never ends', async () => {
    const provider = new FakeProvider('zoho_crm', { ...unknownProvider, refreshTokenIdleMs: 90 * DAY })
    provider.lifetimeMs = null
    const { world, sweeping } = await connections({ count: 1, provider, lifetimeMs: null })
    const process = sweeping()
    await world.clock.advance(44 * DAY)
    expect(await process.assembly.sweeper.tick()).toMatchObject({ refreshed: 0 })
    await world.clock.advance(11 * DAY)
    expect(await world.run(process.assembly.sweeper.tick())).toMatchObject({ refreshed: 1 })
    expect(await process.assembly.sweeper.tick()).toMatchObject({ refreshed: 0 })
  })
})

describe('bounds', () => {
  test('no more requests at once than the policy says, and no more in a second', async () => {
    const policy = { sweepConcurrency: 4, sweepPerSecond: 10 }
    const { world, provider, sweeping } = await connections({ count: 50, policy })
    await world.clock.advance(HOUR)
    provider.before = () => world.clock.delay(300)
    const look = sweeping().assembly.sweeper.tick()
    await world.clock.advance(1_999)
    expect(provider.asked.length).toBeLessThanOrEqual(20)
    expect(provider.asked.length).toBeGreaterThanOrEqual(18)
    expect(await world.run(look)).toMatchObject({ refreshed: 50 })
    expect(provider.mostAtOnce).toBe(4)
  })
})

describe('the sweep', () => {
  test('keeps callers from ever waiting for the provider', async () => {
    const { world, provider, clients, sweeping } = await connections({ count: 20 })
    const process = sweeping()
    provider.before = () => world.clock.delay(200)
    process.assembly.sweeper.start()
    for (let hour = 0; hour < 5 * HOUR; hour += MINUTE) {
      await world.clock.advance(MINUTE)
      // Whoever had to wait would wait for ever here: no time passes.
      for (const clientId of clients) await process.get({ clientId })
    }
    expect(provider.asked.length).toBeGreaterThanOrEqual(20 * 5)
    expect(provider.asked.length).toBeLessThanOrEqual(20 * 6)
    await world.run(process.assembly.close())
    await world.clock.advance(2 * HOUR)
    expect(provider.asked.length).toBeLessThanOrEqual(20 * 6)
  })

  test('goes on after an outage of the database', async () => {
    const { world, provider } = await connections({ count: 3 })
    const { store, line } = unreliableStore(world.store, world.clock)
    const process = world.process({ providers }, store)
    process.assembly.sweeper.start()
    line.down = true
    await world.clock.advance(HOUR)
    expect(provider.asked).toEqual([])
    line.down = false
    await world.clock.advance(20 * SECOND)
    expect(provider.asked).toHaveLength(3)
    await world.run(process.assembly.close())
  })

  test('tells at each refresh of a grant that ends for good within a week', async () => {
    const { world, provider, sweeping } = await connections({ count: 1 })
    provider.refreshTokenExpiresInMs = 8 * DAY
    const process = sweeping()
    await world.clock.advance(HOUR)
    await world.run(process.assembly.sweeper.tick())
    expect(process.types()).not.toContain('refresh_token_expiring')
    provider.refreshTokenExpiresInMs = null
    await world.clock.advance(2 * DAY)
    await world.run(process.assembly.sweeper.tick())
    const [event] = process.events.filter(({ type }) => type === 'refresh_token_expiring')
    expect(event).toMatchObject({ clientId: 'client-0', provider: 'zoho_crm' })
    expect(event?.type === 'refresh_token_expiring' && event.expiresInMs / DAY).toBeCloseTo(6, 1)
  })
})
