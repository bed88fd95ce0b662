import { describe, expect, test } from 'vitest'
import { rejectToken } from '../../src/refresh/reject-token.ts'
import { storeTokens } from '../../src/refresh/store-tokens.ts'
import { Secret } from '../../src/secret.ts'
import { answers, FakeProvider } from '../support/fake-provider.ts'
import { appGrant, HOUR, MINUTE, SECOND } from '../support/lifecycle.ts'
import { MemoryLifeboat } from '../support/memory-lifeboat.ts'
import { unreliableStore } from '../support/unreliable-store.ts'
import { World } from '../support/world.ts'

const KEY = { clientId: 'smart-tax-nation', provider: 'zoho_crm' }
const providers = { zoho_crm: { clientId: 'app', clientSecret: 'app-secret' } }

async function worldOfApps() {
  const provider = new FakeProvider('zoho_crm', appGrant)
  const world = await World.make({ provider })
  return { world, provider, process: world.process() }
}

describe('the first call of a connection by client credentials', () => {
  test('makes its row and asks, and the next call is served from memory', async () => {
    const { world, provider, process } = await worldOfApps()
    expect((await world.run(process.get())).accessToken).toBe('access-1')
    expect((await process.get()).accessToken).toBe('access-1')
    expect(provider.asked).toEqual(['app '])
    expect(process.types()).toEqual(['connected', 'refreshed'])
    expect(await world.row()).toMatchObject({
      accessToken: 'access-1',
      refreshToken: null,
      status: 'active',
      generation: 1,
      leaseUntil: null,
      attemptId: null,
    })
  })

  test('in several processes at once makes one row and one request', async () => {
    const { world, provider } = await worldOfApps()
    provider.before = () => world.clock.delay(300)
    const processes = Array.from({ length: 4 }, () => world.process())
    const calls = processes.flatMap(process => Array.from({ length: 50 }, () => process.get()))
    const tokens = await world.run(Promise.all(calls))
    expect(new Set(tokens.map(({ accessToken }) => accessToken))).toEqual(new Set(['access-1']))
    expect(provider.asked).toHaveLength(1)
    expect(processes.flatMap(({ events }) => events.filter(({ type }) => type === 'connected'))).toHaveLength(
      1,
    )
  })

  test('of many callers of one process at once is one statement', async () => {
    const { world } = await worldOfApps()
    const { store, calls } = unreliableStore(world.store, world.clock)
    const process = world.process({}, store)
    await world.run(Promise.all(Array.from({ length: 50 }, () => process.get())))
    expect(calls.get('insertEmpty')).toBe(1)
  })

  test('without app credentials says so, and makes no row', async () => {
    const { world, process } = await worldOfApps()
    const request = process.assembly.request(KEY, undefined, { minValidMs: 0, refreshNow: false }, undefined)
    await expect(request.seeded(null)).rejects.toMatchObject({ code: 'PROVIDER_MISCONFIGURED' })
    expect(await world.row()).toBeNull()
  })

  test('that fails leaves a row that the next call asks for again', async () => {
    const { world, provider, process } = await worldOfApps()
    provider.mishaps.push({ kind: 'instead', answer: answers.failed })
    await expect(world.run(process.get())).rejects.toMatchObject({ code: 'PROVIDER_RESPONSE' })
    await world.clock.advance(2 * SECOND)
    expect((await world.run(process.get())).accessToken).toBe('access-1')
  })

  test('whose row is deleted while the answer is on its way begins again', async () => {
    const { world, provider, process } = await worldOfApps()
    provider.after = async () => {
      provider.after = async () => {}
      await process.delete()
    }
    expect((await world.run(process.get())).accessToken).toBe('access-2')
    expect(provider.asked).toHaveLength(2)
    expect(process.types()).toContain('commit_superseded')
  })
})

describe('a connection by client credentials', () => {
  test('is refreshed behind the caller, and in time, with the very same request', async () => {
    const { world, provider, process } = await worldOfApps()
    await world.run(process.get())
    await world.clock.advance(53 * MINUTE)
    expect((await process.get()).accessToken).toBe('access-1')
    await world.clock.advance(SECOND)
    expect((await process.get()).accessToken).toBe('access-2')
    await world.clock.advance(58 * MINUTE)
    expect((await world.run(process.get())).accessToken).toBe('access-3')
    expect(provider.asked).toEqual(['app ', 'app ', 'app '])
  })

  test('is swept like any other', async () => {
    const { world, provider, process } = await worldOfApps()
    await world.run(process.get())
    await world.clock.advance(53 * MINUTE)
    const sweeping = world.process({ providers })
    expect(await world.run(sweeping.assembly.sweeper.tick())).toMatchObject({ refreshed: 1, failed: 0 })
    expect(provider.asked).toHaveLength(2)
  })

  test('whose token an API rejects is asked for again, once', async () => {
    const { world, provider, process } = await worldOfApps()
    await world.run(process.get())
    const { ports, cache, reads } = process.assembly
    const rejected = () => rejectToken(ports, KEY, Secret.of('access-1'), appGrant)
    expect(await Promise.all([rejected(), rejected()])).toEqual(['rejected', 'rejected'])
    cache?.drop(KEY)
    reads.forget(KEY)
    expect((await world.run(process.get())).accessToken).toBe('access-2')
    expect(provider.asked).toHaveLength(2)
  })

  test('is not ended by refusals, however many: they speak of the app', async () => {
    const { world, provider, process } = await worldOfApps()
    for (let refusals = 0; refusals < 5; refusals += 1) {
      provider.mishaps.push({ kind: 'instead', answer: answers.refused })
      await expect(world.run(process.get())).rejects.toMatchObject({ code: 'PROVIDER_MISCONFIGURED' })
      await world.clock.advance(2 * MINUTE)
    }
    expect(await world.row()).toMatchObject({ status: 'active', statusReason: null })
    expect(process.types()).not.toContain('suspect')
    expect((await world.run(process.get())).accessToken).toBe('access-1')
  })

  test('serves its token while the app credentials are wrong, and is itself again once they are right', async () => {
    const { world, provider, process } = await worldOfApps()
    await world.run(process.get())
    await world.clock.advance(57 * MINUTE)
    provider.mishaps.push({ kind: 'instead', answer: answers.misconfigured })
    expect((await world.run(process.get())).accessToken).toBe('access-1')
    expect(await world.row()).toMatchObject({ status: 'active', accessToken: 'access-1' })
    await world.clock.advance(MINUTE)
    expect((await world.run(process.get())).accessToken).toBe('access-2')
  })

  test('is asked for again at once after a lost answer: nothing was spent', async () => {
    const { world, provider, process } = await worldOfApps()
    provider.mishaps.push({ kind: 'lost', answer: answers.timeout })
    expect((await world.run(process.get())).accessToken).toBe('access-2')
    expect(provider.asked).toHaveLength(2)
    expect(await world.row()).toMatchObject({ attemptId: null, leaseUntil: null })
  })

  test('that was given up as a user’s grant is asked for all the same', async () => {
    const { world, provider, process } = await worldOfApps()
    await process.store('old', 'grant', 1_000)
    const row = await world.store.read(KEY)
    await world.store.claim({
      row: { id: row?.id ?? '', generation: 1, status: 'active', attemptId: null, failureCount: 0 },
      leaseId: 'lease',
      leaseMs: 15_000,
      attemptId: 'attempt',
      skipNoProgress: false,
      longestLeaseMs: 60_000,
      longestGateMs: HOUR,
      allowance: null,
    })
    const dead = { code: 'REAUTHORIZATION_REQUIRED', status: 'reauthorization_required' } as const
    await world.store.settle({
      id: row?.id ?? '',
      generation: 1,
      leaseId: 'lease',
      attemptId: null,
      failure: { ...dead, statusReason: 'refused', nextAttemptInMs: null },
    })
    process.assembly.forget(KEY, false)
    await world.clock.advance(2 * SECOND)
    provider.mishaps.push({ kind: 'instead', answer: answers.misconfigured })
    await expect(world.run(process.get())).rejects.toMatchObject({ code: 'PROVIDER_MISCONFIGURED' })
    await world.clock.advance(MINUTE)
    expect((await world.run(process.get())).accessToken).toBe('access-1')
    expect(await world.row()).toMatchObject({ status: 'active', refreshToken: 'grant' })
    expect(provider.asked).toEqual(['app ', 'app '])
  })
})

describe('a refresh token that nobody expected', () => {
  test('is stored and not used: the app is asked again', async () => {
    const { world, provider, process } = await worldOfApps()
    provider.sends = () => 'unexpected'
    await world.run(process.get())
    expect(await world.row()).toMatchObject({ refreshToken: 'unexpected' })
    await world.run(process.get({ refreshNow: true }))
    expect(provider.asked).toEqual(['app ', 'app '])
    expect(process.events.filter(({ type }) => type === 'refreshed')).toMatchObject([
      { rotated: false },
      { rotated: false },
    ])
  })

  test('beside an error is stored, too, and nothing goes into the lifeboat', async () => {
    const { world, provider } = await worldOfApps()
    const lifeboat = new MemoryLifeboat(world.clock)
    const process = world.process({}, world.store, lifeboat)
    const answer = { ...answers.failed, refreshToken: Secret.of('unexpected') }
    provider.mishaps.push({ kind: 'instead', answer })
    await expect(world.run(process.get())).rejects.toMatchObject({ code: 'PROVIDER_RESPONSE' })
    expect(await world.row()).toMatchObject({
      refreshToken: 'unexpected',
      accessToken: null,
      status: 'active',
    })
    expect(lifeboat.launched).toBe(0)
  })

  test('of a row that was deleted with revoke is revoked', async () => {
    const { world, provider, process } = await worldOfApps()
    provider.sends = () => 'unexpected'
    provider.after = async () => {
      provider.after = async () => {}
      await process.delete(true)
    }
    await world.run(process.get())
    expect(provider.revoked).toEqual(['unexpected'])
  })
})

test('what a connection asks for is changed while a request is on its way: its answer is not stored', async () => {
  const { world, provider, process } = await worldOfApps()
  provider.after = async () => {
    provider.after = async () => {}
    const asked = { accessToken: null, refreshToken: null, expiresInMs: null, scopes: null }
    await storeTokens(process.assembly.ports, KEY, { ...asked, metadata: { scope: ['b'] } }, appGrant, {})
    process.assembly.forget(KEY, false)
  }
  expect((await world.run(process.get())).accessToken).toBe('access-2')
  expect(await world.row()).toMatchObject({ accessToken: 'access-2', leaseUntil: null, attemptId: null })
})

test('a commit whose answer is lost is recognized by its access token', async () => {
  const { world, provider } = await worldOfApps()
  const { store, line } = unreliableStore(world.store, world.clock)
  const process = world.process({}, store)
  let lost = 0
  line.losesAnswer = method => {
    lost += method === 'commit' ? 1 : 0
    return method === 'commit' && lost === 1
  }
  expect((await world.run(process.get())).accessToken).toBe('access-1')
  await world.clock.advance(5 * SECOND)
  expect(await world.row()).toMatchObject({ accessToken: 'access-1', generation: 1, leaseUntil: null })
  expect(provider.asked).toHaveLength(1)
})
