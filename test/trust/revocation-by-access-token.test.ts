import { expect, test } from 'vitest'
import { deleteConnection } from '../../src/deleting.ts'
import { StoreUnavailableError } from '../../src/errors.ts'
import { answers, FakeProvider } from '../support/fake-provider.ts'
import { HOUR, MINUTE, SECOND } from '../support/lifecycle.ts'
import { unreliableStore } from '../support/unreliable-store.ts'
import { type FakeProcess, World } from '../support/world.ts'

const KEY = { clientId: 'smart-tax-nation', provider: 'zoho_crm' }
const providers = { zoho_crm: { clientId: 'app', clientSecret: 'app-secret' } }

/** A connection at a provider that is shown the access token, refreshed once. */
async function connected({ rotates = true } = {}) {
  const provider = new FakeProvider()
  provider.revokes = 'access_token'
  provider.rotates = rotates
  const world = await World.make({ provider })
  await world.process().store('access-0', provider.grant('grant'), HOUR)
  const { accessToken } = await world.run(world.process({ providers }).get({ refreshNow: true }))
  const refreshToken = (await world.row())?.refreshToken ?? ''
  return { world, provider, accessToken, refreshToken }
}

type All = Awaited<ReturnType<typeof connected>>

const remove = (process: FakeProcess): Promise<boolean> =>
  deleteConnection(process.assembly, KEY, { revoke: true })

async function expectOver({ world, provider, refreshToken }: All): Promise<void> {
  expect(await world.row()).toBeNull()
  expect(provider.isGood(refreshToken)).toBe(false)
  expect((await world.store.revocations.waiting()).count).toBe(0)
}

async function waitingTokens({ world }: All): Promise<readonly (string | null)[]> {
  const [revocation] = await world.store.revocations.pending(KEY)
  const open = (text: string | null | undefined, purpose: 'access_token' | 'refresh_token') =>
    text == null ? null : world.cipher.open(text, { purpose, ...KEY }).reveal()
  return [open(revocation?.accessToken, 'access_token'), open(revocation?.refreshToken, 'refresh_token')]
}

test('T28: a provider that wants the access token is shown it, and nothing is refreshed for that', async () => {
  const all = await connected()
  const asked = all.provider.asked.length
  expect(await all.world.run(remove(all.world.process({ providers })))).toBe(true)
  expect(all.provider.revoked).toEqual([all.accessToken])
  expect(all.provider.asked).toHaveLength(asked)
  await expectOver(all)
})

test.each([true, false])(
  'T28: an access token that has ended is refreshed first (rotating: %s), for the grant has not',
  async rotates => {
    const all = await connected({ rotates })
    const { world, provider, accessToken } = all
    provider.endAccessTokens()
    expect(await world.run(remove(world.process({ providers })))).toBe(true)
    expect(provider.revoked).toEqual([accessToken, expect.stringMatching(/^access-/)])
    expect(provider.revoked[1]).not.toBe(accessToken)
    expect(provider.overlaps).toBe(0)
    await expectOver(all)
  },
)

test('T28: of a grant that is dead at the provider there is nothing left to revoke', async () => {
  const all = await connected()
  const { world, provider, refreshToken } = all
  provider.endAccessTokens()
  provider.kill(refreshToken)
  expect(await world.run(remove(world.process({ providers })))).toBe(true)
  await expectOver(all)
})

test.each([
  ['is down', answers.unsent],
  ['answers HTML', answers.html],
  ['does not know the app', answers.misconfigured],
  ['has enough of refreshes', answers.throttled],
] as const)(
  'T28: while the token endpoint %s, it is asked again until the grant has ended',
  async (_, answer) => {
    const all = await connected()
    const { world, provider } = all
    provider.endAccessTokens()
    provider.mishaps.push(...Array.from({ length: 4 }, () => ({ kind: 'instead', answer }) as const))
    const process = world.process({ providers })
    await expect(world.run(remove(process))).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' })
    expect(await world.row()).toBeNull()
    process.assembly.sweeper.start()
    await world.clock.advance(2 * HOUR)
    process.assembly.sweeper.close()
    await expectOver(all)
    expect(process.types().filter(type => type === 'revoked')).toHaveLength(1)
  },
)

test('T28: tokens that came for those of a revocation are kept, and not asked for again', async () => {
  const all = await connected()
  const { world, provider, refreshToken } = all
  provider.endAccessTokens()
  const process = world.process({ providers })
  provider.after = async () => {
    provider.revocationFault = 'HTTP 503'
  }
  await expect(world.run(remove(process))).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' })
  const [access, refresh] = await waitingTokens(all)
  expect(access).toBe(provider.revoked.at(-1))
  expect(provider.isGood(refresh ?? '')).toBe(true)
  expect(refresh).not.toBe(refreshToken)
  provider.revocationFault = null
  const asked = provider.asked.length
  await world.clock.advance(5 * MINUTE)
  await world.run(process.assembly.sweeper.tick())
  expect(provider.asked).toHaveLength(asked)
  expect(provider.isGood(refresh ?? '')).toBe(false)
  await expectOver(all)
})

test('T28: a new refresh token beside an error is kept: the old one is spent', async () => {
  const all = await connected()
  const { world, provider } = all
  provider.endAccessTokens()
  const process = world.process({ providers })
  const grown = Object.assign({}, answers.html, {
    refreshToken: (await import('../../src/secret.ts')).Secret.of('grown'),
  })
  provider.mishaps.push({ kind: 'instead', answer: grown })
  await expect(world.run(remove(process))).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' })
  expect((await waitingTokens(all))[1]).toBe('grown')
})

test('T28: while another process refreshes it, the refresh token is not sent a second time; its successor is revoked', async () => {
  const all = await connected()
  const { world, provider } = all
  const refreshing = world.process({ providers })
  let arrive = (): void => {}
  provider.after = () => new Promise(resolve => (arrive = resolve))
  const waiting = refreshing.get({ refreshNow: true }).catch(error => error)
  await expect.poll(() => provider.asked.length).toBe(2)
  provider.endAccessTokens()
  provider.after = async () => {}
  const deletion = remove(world.process({ providers }))
  await expect(world.run(deletion)).rejects.toMatchObject({
    message: expect.stringContaining('REFRESH_UNDER_WAY'),
  })
  expect(provider.overlaps).toBe(0)
  arrive()
  await world.run(waiting)
  await world.run(refreshing.assembly.refresher.close())
  await world.clock.advance(HOUR)
  await world.run(world.process({ providers }).assembly.sweeper.tick())
  expect(provider.overlaps).toBe(0)
  await expectOver(all)
})

test.each([
  ['before the request', 'revocations.claim'],
  ['before what came is kept', 'revocations.renew'],
  ['before it is noted', 'revocations.confirm'],
] as const)('T28: killed %s, it is done by tick() of another process', async (_, method) => {
  const all = await connected()
  const { world, provider } = all
  provider.endAccessTokens()
  const { store, line } = unreliableStore(world.store, world.clock)
  line.losesAnswer = name => name === method
  await world.run(
    remove(world.process({ providers }, store)).catch(error => {
      expect(error).toBeInstanceOf(StoreUnavailableError)
    }),
  )
  await world.clock.advance(5 * MINUTE)
  await world.run(world.process({ providers }).assembly.sweeper.tick())
  await expectOver(all)
})

test('T28: a refresh that could not be over before another attempt may begin is not sent', async () => {
  const all = await connected()
  const { world, provider } = all
  provider.endAccessTokens()
  await world.store.delete({ ...KEY, revoke: true, seed: null })
  // The shortest pauses that there are, a provider that takes as long as it may, and a transport that looks ahead.
  Object.assign(world.randomness, { fraction: () => 0 })
  const slow = [9.9, 9.9]
  provider.before = () => world.clock.delay((slow.shift() ?? 0) * SECOND)
  const { refresh } = provider
  provider.refresh = async request =>
    world.clock.monotonicMs() + request.timeoutMs > request.until
      ? { kind: 'late' }
      : refresh.call(provider, request)
  await world.clock.advance(MINUTE)
  const first = world.process({ providers }).assembly.sweeper.tick()
  await world.clock.advance(15.1 * SECOND)
  const second = world.process({ providers }).assembly.sweeper.tick()
  await world.run(Promise.all([first, second]))
  expect(provider.overlaps).toBe(0)
  await world.clock.advance(HOUR)
  await world.run(world.process({ providers }).assembly.sweeper.tick())
  await expectOver(all)
})

test('T28: two that delete at once send no refresh token twice, and neither takes the other for a refusal', async () => {
  const all = await connected()
  const { world, provider } = all
  provider.endAccessTokens()
  provider.after = () => world.clock.delay(5 * SECOND)
  const first = remove(world.process({ providers })).catch(error => error)
  await expect.poll(() => provider.asked.length).toBe(2)
  const second = remove(world.process({ providers }))
  await expect(world.run(second)).rejects.toMatchObject({
    message: expect.stringContaining('REFRESH_UNDER_WAY'),
  })
  expect(await world.run(first)).toBe(true)
  expect(provider.overlaps).toBe(0)
  await expectOver(all)
})
