import { describe, expect, test } from 'vitest'
import { answers, FakeProvider } from '../support/fake-provider.ts'
import { HOUR, MINUTE, SECOND, unknownProvider } from '../support/lifecycle.ts'
import { CLIENT, CREDENTIALS, DATABASES, serviceWorld } from '../support/services.ts'
import { unreliableStore } from '../support/unreliable-store.ts'
import { World } from '../support/world.ts'

const services = await serviceWorld()
const KEY = { clientId: 'smart-tax-nation', provider: 'zoho_crm' }

/** Faults by their numbers, which no test of one behaviour meets in these quantities. */

function strict(): FakeProvider {
  const provider = new FakeProvider('zoho_crm', { ...unknownProvider, lifetimeMs: HOUR, rotation: 'strict' })
  provider.rotates = true
  return provider
}

/** An expired connection. */
async function expired(provider = strict()) {
  const world = await World.make({ provider })
  await world.process().store('old', provider.grant('grant'), HOUR)
  await world.clock.advance(HOUR)
  return { world, provider }
}

describe.each([-1, 1, 4_000])('F5: a provider that answers %d ms after the deadline', lateMs => {
  test.each(['static', 'strict'] as const)(
    'has no request overlap, and loses no grant (%s)',
    async rotation => {
      const provider = rotation === 'strict' ? strict() : new FakeProvider()
      const { world } = await expired(provider)
      const deadline = world.policy.requestTimeoutMs
      // What a transport does at its deadline: the answer is not waited for, the provider has done its work.
      provider.after = () => world.clock.delay(Math.min(deadline, deadline + lateMs))
      if (lateMs > 0) provider.mishaps.push({ kind: 'lost', answer: answers.timeout })
      const calls = [world.process(), world.process()].map(process => process.get().catch(error => error))
      await world.run(Promise.all(calls), 5 * MINUTE)
      provider.after = async () => {}
      await world.clock.advance(MINUTE)
      const last = await world.run(world.process().get(), 5 * MINUTE).catch(error => error)
      expect(provider.overlaps).toBe(0)
      if (rotation === 'strict' && lateMs > 0) {
        // Nobody has the successor: it is said, with the reason, and asked no more.
        expect(last).toMatchObject({ code: 'REAUTHORIZATION_REQUIRED', reason: 'lost_rotation' })
      } else expect(last).toMatchObject({ accessToken: expect.stringMatching(/^access-/) })
    },
  )
})

test('F6: with the database down, 1,000 calls make no request, and a living token in memory is served', async () => {
  const { world, provider } = await expired()
  const { store, line } = unreliableStore(world.store, world.clock)
  const [alive, dead] = [world.process({ cache: { maxAgeMs: 30_000 } }, store), world.process({}, store)]
  const held = await world.run(alive.get())
  line.down = true
  const asked = provider.asked.length
  const calls = Array.from({ length: 500 }, () => [alive.get(), dead.get().catch(error => error.code)]).flat()
  const got = await world.run(Promise.all(calls))
  expect(new Set(got.filter((_, index) => index % 2 === 1))).toEqual(new Set(['STORE_UNAVAILABLE']))
  expect(got.filter((_, index) => index % 2 === 0).every(one => one.accessToken === held.accessToken)).toBe(
    true,
  )
  expect(provider.asked).toHaveLength(asked)
})

test('F27: a token of two minutes is refreshed once in 72 to 96 seconds under steady calls, not by each', async () => {
  const provider = new FakeProvider()
  provider.lifetimeMs = 2 * MINUTE
  const { world } = await expired(provider)
  const process = world.process()
  await world.run(process.get())
  const refreshedAt = [world.clock.monotonicMs()]
  for (let second = 0; second < 1_200; second += 1) {
    await world.clock.advance(SECOND)
    const before = provider.asked.length
    await world.run(process.get())
    if (provider.asked.length > before) refreshedAt.push(world.clock.monotonicMs())
  }
  const gaps = refreshedAt.slice(1).map((at, index) => (at - (refreshedAt[index] ?? 0)) / 1_000)
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(71)
  expect(Math.max(...gaps)).toBeLessThanOrEqual(97)
  expect(provider.asked.length).toBe(refreshedAt.length)
})

test('F32: a family that was revoked for reuse is reported after two requests, whoever asks how often', async () => {
  const { world, provider } = await expired()
  const process = world.process()
  await world.run(process.get())
  // Somebody uses the first refresh token again: the provider ends the grant.
  await provider.refresh({
    app: { clientId: 'thief', clientSecret: null },
    refreshToken: world.cipher.open('grant', { purpose: 'refresh_token', ...KEY }),
    metadata: {},
    timeoutMs: 1,
    until: Infinity,
  })
  const asked = provider.asked.length
  await world.clock.advance(HOUR)
  for (let minute = 0; minute < 120; minute += 1) {
    for (const other of [process, world.process()]) {
      await expect(world.run(other.get({ refreshNow: minute % 2 === 0 }))).rejects.toMatchObject({
        code: 'REAUTHORIZATION_REQUIRED',
      })
    }
    await world.clock.advance(MINUTE)
  }
  expect(provider.asked).toHaveLength(asked + 2)
  expect(process.events.filter(({ type }) => type === 'reauthorization_required').length).toBeLessThanOrEqual(
    1,
  )
})

test('F36: 10,000 connections that expire together: no more at once than there are slots, one request for each', async () => {
  const provider = new FakeProvider()
  const world = await World.make({ provider })
  const process = world.process()
  const clients = Array.from({ length: 10_000 }, (_, index) => `client-${index}`)
  for (const clientId of clients) await process.store('old', provider.grant(clientId), HOUR, clientId)
  await world.clock.advance(HOUR)
  provider.before = () => world.clock.delay(100)
  const calls = clients.flatMap(clientId => [process.get({ clientId }), process.get({ clientId })])
  const got = await world.run(Promise.all(calls))
  expect(new Set(got.map(({ accessToken }) => accessToken)).size).toBe(10_000)
  expect(provider.asked).toHaveLength(10_000)
  expect(provider.mostAtOnce).toBe(world.policy.requestSlots)
})

describe.each(DATABASES)('on %s', kind => {
  test('F20: a token that 1,000 callers report is refreshed once', async () => {
    const { zoho, open, url } = services
    const database = url(kind)
    const tokens = await open(database, {
      providers: { zoho_crm: { ...CREDENTIALS, accountsServer: zoho.url } },
      policy: { storeTimeoutMs: 60_000 },
    })
    const grant = await zoho.issueGrant()
    await tokens.storeTokens(CLIENT, 'zoho_crm', grant)
    const reports = await Promise.all(
      Array.from({ length: 1_000 }, () => tokens.reportRejected(CLIENT, 'zoho_crm', grant.accessToken)),
    )
    expect(reports).toContain(true)
    expect((await zoho.summary()).requests).toBe(1)
    expect(await tokens.getAccessToken(CLIENT, 'zoho_crm')).not.toBe(grant.accessToken)
  })
})

describe.each(['SQLite', 'PostgreSQL'] as const)('on %s', kind => {
  test('F31: over fifty restarts with an old seed in the environment its successor is used', async () => {
    const { zoho, open, url } = services
    const database = url(kind)
    await zoho.configure({ rotation: 'strict' })
    process.env.ZOHO_REFRESH_TOKEN = (await zoho.issueGrant()).refreshToken
    for (let restart = 0; restart < 50; restart += 1) {
      const tokens = await open(database, {
        providers: { zoho_crm: { ...CREDENTIALS, accountsServer: zoho.url, refreshBudget: null } },
      })
      await tokens.refreshToken(CLIENT, 'zoho_crm')
      await tokens.close()
    }
    expect(await zoho.summary()).toMatchObject({ requests: 50, issued: 50, refused: 0 })
    const tokens = await open(database)
    await tokens.deleteToken(CLIENT, 'zoho_crm')
    await tokens.close()
    const after = await open(database)
    await expect(after.getAccessToken(CLIENT, 'zoho_crm')).rejects.toMatchObject({
      code: 'TOKEN_NOT_FOUND',
    })
  })
})
