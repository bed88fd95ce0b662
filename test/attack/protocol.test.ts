import { describe, expect, test } from 'vitest'
import { StoreUnavailableError } from '../../src/errors.ts'
import { decide } from '../../src/lifecycle/decide.ts'
import { answers, FakeProvider } from '../support/fake-provider.ts'
import {
  connectionWith,
  HOUR,
  MINUTE,
  policy,
  SECOND,
  unknownProvider,
  zohoLike,
} from '../support/lifecycle.ts'
import { rejectOf } from '../support/store-contract/harness.ts'
import { unreliableStore } from '../support/unreliable-store.ts'
import { World } from '../support/world.ts'

const KEY = { clientId: 'smart-tax-nation', provider: 'zoho_crm' }

const strict = (): FakeProvider => {
  const provider = new FakeProvider('zoho_crm', { ...unknownProvider, lifetimeMs: HOUR })
  provider.rotates = true
  return provider
}

/** A process behind a line, with one connection. */
async function linked(provider = new FakeProvider()) {
  const world = await World.make({ provider })
  const { store, line, calls } = unreliableStore(world.store, world.clock)
  const process = world.process({}, store)
  await process.store('old', provider.grant('grant'), HOUR)
  return { world, process, provider, line, calls }
}

/** A read of the row that has left the database and is still on its way back. */
async function withReadUnderWay() {
  const linkedWorld = await linked()
  const { world, process, line } = linkedWorld
  line.delayMs = method => (method === 'read' ? 100 : 0)
  const reading = process.get()
  await world.clock.advance(150)
  line.delayMs = () => 0
  return { ...linkedWorld, reading }
}

describe('a read that is under way during a write of the same process', () => {
  test('does not bring the token of before storeTokens back into memory', async () => {
    const { world, process, provider, reading } = await withReadUnderWay()
    await process.store('reconnected', provider.grant('second'), HOUR)
    await world.run(reading)
    expect((await process.get()).accessToken).toBe('reconnected')
  })

  test('does not bring a deleted token back into memory', async () => {
    const { world, process, reading } = await withReadUnderWay()
    await process.delete()
    await world.run(reading)
    await expect(process.get()).rejects.toMatchObject({ code: 'TOKEN_NOT_FOUND' })
  })

  test('does not bring a rejected token back into memory', async () => {
    const { world, process, reading } = await withReadUnderWay()
    const row = await world.store.read(KEY)
    if (row === null) throw new RangeError('no row')
    // What reportRejected does.
    await world.store.reject(rejectOf(row))
    process.assembly.forget(KEY, false)
    await world.run(reading)
    expect((await world.run(process.get())).accessToken).not.toBe('old')
  })
})

test('a commit whose answer comes after deleteToken does not keep the deleted token in memory', async () => {
  const { world, process, line } = await linked()
  await world.clock.advance(HOUR)
  line.delayMs = method => (method === 'commit' ? 100 : 0)
  const refreshing = process.get()
  await world.clock.advance(150)
  await process.delete()
  await world.run(refreshing.catch(() => {}))
  await expect(process.get()).rejects.toMatchObject({ code: 'TOKEN_NOT_FOUND' })
})

test('a machine that slept past the expiry serves no token from memory while the database is down', async () => {
  const { world, process, line } = await linked()
  await process.get()
  line.down = true
  // Suspended: the monotonic clock stood still.
  world.clock.jumpWall(2 * HOUR)
  await expect(process.get()).rejects.toBeInstanceOf(StoreUnavailableError)
})

test('tokens that the database cannot take are served for as long as they live, though it can be read', async () => {
  const { world, process, line, provider } = await linked(strict())
  await world.clock.advance(HOUR)
  // A full disk: the claim was written, and nothing more is; reads work.
  provider.after = async () => {
    line.delayMs = method => {
      if (method === 'read') return 0
      throw new StoreUnavailableError('The disk is full.', '53100')
    }
  }
  expect((await world.run(process.get())).accessToken).toBe('access-2')
  await world.clock.advance(MINUTE)
  expect((await world.run(process.get())).accessToken).toBe('access-2')
})

describe('a database that can be read and refuses the claim', () => {
  const refusing = async (times: number) => {
    const linkedWorld = await linked()
    await linkedWorld.world.clock.advance(HOUR)
    let refused = 0
    linkedWorld.line.delayMs = method => {
      if (method !== 'claim' || refused === times) return 0
      refused += 1
      throw new StoreUnavailableError('The disk is full.', '53100')
    }
    return linkedWorld
  }

  test('is named as what is at fault, without a wait for anybody', async () => {
    const { world, process, provider } = await refusing(Infinity)
    const before = world.clock.monotonicMs()
    await expect(world.run(process.get())).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      reason: '53100',
    })
    expect(world.clock.monotonicMs() - before).toBeLessThan(SECOND)
    expect(provider.asked).toEqual([])
  })

  test('once, fails nobody', async () => {
    const { world, process, provider } = await refusing(1)
    expect((await world.run(process.get())).accessToken).toBe('access-2')
    expect(provider.asked).toEqual(['grant'])
  })
})

test('minValidMs equal to the whole lifetime is refused: no token lives longer than that', async () => {
  const { process, world } = await linked()
  await expect(world.run(process.get({ minValidMs: HOUR }))).rejects.toMatchObject({ code: 'INVALID_INPUT' })
})

test('minValidMs is measured by the provider’s lifetime where the stored token was short-lived by itself', async () => {
  const { process, world, provider } = await linked()
  await process.store('a half-used token', provider.grant('second'), MINUTE)
  expect((await world.run(process.get({ minValidMs: 10 * MINUTE }))).accessToken).toMatch(/^access-/)
})

test('a new token that lives shorter than minValidMs is not passed off as good enough', async () => {
  const { process, world, provider } = await linked()
  await world.clock.advance(55 * MINUTE)
  provider.lifetimeMs = MINUTE
  await expect(world.run(process.get({ minValidMs: 10 * MINUTE }))).rejects.toMatchObject({
    code: expect.stringMatching(/^(INVALID_INPUT|PROVIDER_RESPONSE)$/),
  })
})

test('a platform hook that throws does not fail a caller whose token is good', async () => {
  const { world } = await linked()
  await world.clock.advance(53 * MINUTE)
  const process = world.process({
    waitUntil: () => {
      throw new RangeError('called outside of a request')
    },
  })
  expect((await process.get()).accessToken).toBe('old')
})

test('what a caller does to the metadata of its token does not reach the next caller', async () => {
  const { world } = await linked()
  const process = world.process()
  const first = (await process.get()).metadata as Record<string, unknown>
  first.api_domain = 'https://evil.example'
  expect((await process.get()).metadata).toEqual({})
})

test.each([-1, -HOUR])('a lifetime of %d ms on the row makes no expired token servable', lifetimeMs => {
  const connection = connectionWith({ lifetimeMs, expiresAt: -HOUR })
  const decision = decide(connection, 0, { minValidMs: 0, refreshNow: false }, zohoLike, policy)
  expect(decision).toMatchObject({ kind: 'refresh', servable: false })
})

describe('what works and had no test', () => {
  test('F4, nasty input 17: a refresh in a process that is stopped after its claim is taken over, and its late answer changes nothing', async () => {
    const provider = strict()
    const { world } = await linked(provider)
    await world.clock.advance(HOUR)
    let thaw: () => void = () => {}
    provider.after = () => new Promise(resolve => (thaw = resolve))
    const frozen = world.process()
    frozen.get().catch(() => {})
    await world.clock.advance(SECOND)
    provider.after = async () => {}
    await world.process().store('reconnected', provider.grant('second'), HOUR)
    await world.clock.advance(20 * SECOND)
    thaw()
    await world.clock.advance(SECOND)
    expect(await world.row()).toMatchObject({ accessToken: 'reconnected', refreshToken: 'second' })
    expect(frozen.types()).toContain('commit_superseded')
  })

  test.each(['read', 'claim', 'commit', 'settle'])(
    'a process that dies while %s runs leaves a connection that another refreshes once the lease is over',
    async method => {
      const { world, process, line, provider } = await linked()
      await world.clock.advance(HOUR)
      if (method === 'settle') provider.mishaps.push({ kind: 'instead', answer: answers.unsent })
      // Never comes back: the process is gone.
      line.delayMs = name => (name === method ? 10 * HOUR : 0)
      process.get().catch(() => {})
      await world.clock.advance(16 * SECOND)
      expect((await world.run(world.process().get())).accessToken).toMatch(/^access-/)
    },
  )
})
