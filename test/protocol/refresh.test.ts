import { describe, expect, test } from 'vitest'
import {
  DecryptionError,
  InvalidInputError,
  ProviderMisconfiguredError,
  ProviderRateLimitedError,
  ProviderUnavailableError,
  ReauthorizationRequiredError,
} from '../../src/errors.ts'
import { answers, FakeProvider } from '../support/fake-provider.ts'
import { HOUR, MINUTE, SECOND, unknownProvider, zohoLike } from '../support/lifecycle.ts'
import { World } from '../support/world.ts'

/** A world with one connection whose access token `old` has `leftMs` left. */
async function connected(leftMs: number, provider = new FakeProvider()) {
  const world = await World.make({ provider })
  const process = world.process()
  await process.store('old', provider.grant('grant'), HOUR)
  await world.clock.advance(HOUR - leftMs)
  return { world, provider, process }
}

const strict = (): FakeProvider => {
  const provider = new FakeProvider('zoho_crm', { ...unknownProvider, lifetimeMs: HOUR })
  provider.rotates = true
  return provider
}

describe('a token that needs no refresh', () => {
  test('is served without a request', async () => {
    const { process, provider } = await connected(30 * MINUTE)
    expect((await process.get()).accessToken).toBe('old')
    expect(provider.asked).toEqual([])
  })

  test('is served from memory, and the row is looked at again after the maximum age', async () => {
    const { world, process } = await connected(40 * MINUTE)
    await process.get()
    await world.process().store('newer', null, HOUR)
    expect((await process.get()).accessToken).toBe('old')
    await world.clock.advance(30 * SECOND)
    expect((await process.get()).accessToken).toBe('newer')
  })

  test('is looked at again when wall and monotonic clock disagree: the machine slept', async () => {
    const { world, process } = await connected(40 * MINUTE)
    await process.get()
    await world.process().store('newer', null, HOUR)
    world.clock.jumpWall(2 * SECOND)
    expect((await process.get()).accessToken).toBe('newer')
  })

  test('is served in its soft state at once, with one refresh behind the caller', async () => {
    const { world, process, provider } = await connected(7 * MINUTE)
    expect((await process.get()).accessToken).toBe('old')
    await world.clock.advance(1)
    expect(provider.asked).toEqual(['grant'])
    expect((await process.get()).accessToken).toBe('access-2')
  })

  test('is not refreshed behind the caller where background refresh is off', async () => {
    const { world, provider } = await connected(7 * MINUTE)
    await world.process({ backgroundRefresh: false }).get()
    await world.clock.advance(SECOND)
    expect(provider.asked).toEqual([])
  })
})

describe('a token within its window or expired', () => {
  test.each([3 * MINUTE, 0])('is refreshed before it is served (%d ms left)', async leftMs => {
    const { world, process, provider } = await connected(leftMs)
    const token = await world.run(process.get())
    expect(token.accessToken).toBe('access-2')
    expect(token.expiresAt?.getTime()).toBeCloseTo(world.clock.wallMs() + HOUR, -3)
    expect(provider.asked).toEqual(['grant'])
    expect(await world.row()).toMatchObject({ accessToken: 'access-2', refreshToken: 'grant', generation: 2 })
  })

  test('a rotated refresh token is stored with it', async () => {
    const { world, process } = await connected(0, strict())
    await world.run(process.get())
    expect(await world.row()).toMatchObject({ refreshToken: 'grant-2', attemptId: null, leaseUntil: null })
  })

  test('a new token that is short-lived and slow to come is served all the same: there is no better one', async () => {
    const { world, process, provider } = await connected(0)
    provider.lifetimeMs = SECOND
    provider.after = () => world.clock.delay(2 * SECOND)
    expect((await world.run(process.get())).accessToken).toBe('access-2')
  })

  test('minValidMs asks for more, and refuses what no token can have', async () => {
    const { world, process } = await connected(20 * MINUTE)
    expect((await process.get({ minValidMs: 19 * MINUTE })).accessToken).toBe('old')
    expect((await world.run(process.get({ minValidMs: 21 * MINUTE }))).accessToken).toBe('access-2')
    await expect(process.get({ minValidMs: 2 * HOUR })).rejects.toBeInstanceOf(InvalidInputError)
  })

  test('a refresh that fails fails a call that asked for more than the stored token has', async () => {
    const { world, process, provider } = await connected(20 * MINUTE)
    provider.mishaps.push({ kind: 'instead', answer: answers.unsent })
    await expect(world.run(process.get({ minValidMs: 21 * MINUTE }))).rejects.toBeInstanceOf(
      ProviderUnavailableError,
    )
  })

  test('refreshToken refreshes a fresh token, once for all who ask at the same time', async () => {
    const { world, process, provider } = await connected(40 * MINUTE)
    const tokens = await world.run(Promise.all([1, 2, 3].map(() => process.get({ refreshNow: true }))))
    expect(new Set(tokens.map(token => token.accessToken))).toEqual(new Set(['access-2']))
    expect(provider.asked).toEqual(['grant'])
  })

  test('a provider that issues no later expiry is not asked in a loop, except by refreshToken', async () => {
    const { world, process, provider } = await connected(3 * MINUTE)
    provider.lifetimeMs = 30 * SECOND
    await world.run(process.get())
    await world.clock.advance(26 * SECOND)
    expect((await world.run(process.get())).accessToken).toBe('access-2')
    expect(provider.asked).toHaveLength(1)
    expect((await world.run(process.get({ refreshNow: true }))).accessToken).toBe('access-3')
  })
})

describe('many callers and many processes', () => {
  test('4 processes × 250 callers on an expired connection make one request and get the same token', async () => {
    const { world, provider } = await connected(0, strict())
    const processes = [1, 2, 3, 4].map(() => world.process())
    provider.before = () => world.clock.delay(200)
    const calls = processes.flatMap(process => Array.from({ length: 250 }, () => process.get()))
    const tokens = await world.run(Promise.all(calls))
    expect(new Set(tokens.map(token => token.accessToken))).toEqual(new Set(['access-2']))
    expect(provider.asked).toEqual(['grant'])
  })

  test('callers with other app credentials do not share a fate, and still no request overlaps', async () => {
    const { world, process, provider } = await connected(0)
    provider.before = () => world.clock.delay(100)
    const other = { clientId: 'other-app', clientSecret: 'secret' }
    await world.run(Promise.all([process.get(), process.get({ app: other })]))
    expect(provider.overlaps).toBe(0)
    expect(provider.apps).toEqual(['app'])
  })

  test('a caller may give up; the refresh goes on', async () => {
    const { world, process, provider } = await connected(0)
    provider.before = () => world.clock.delay(SECOND)
    const patience = new AbortController()
    const call = process.get({ signal: patience.signal })
    await world.clock.advance(100)
    patience.abort(new RangeError('enough'))
    await expect(call).rejects.toThrow('enough')
    await world.clock.advance(2 * SECOND)
    expect(await world.row()).toMatchObject({ accessToken: 'access-2' })
  })

  test('a process that vanishes with the lease holds up nobody for longer than the lease', async () => {
    const { world, provider } = await connected(0)
    provider.before = () => new Promise(() => {})
    void world
      .process()
      .get()
      .catch(() => {})
    await world.clock.advance(SECOND)
    provider.before = async () => {}
    const waiting = world.process().get()
    const token = await world.run(waiting, 16 * SECOND)
    expect(token.accessToken).toBe('access-2')
    expect(provider.asked).toEqual(['grant', 'grant'])
  })

  test('nobody waits longer than the bound: 3 s with a servable token, 15 s without', async () => {
    const { world, process, provider } = await connected(3 * MINUTE)
    provider.before = () => new Promise(() => {})
    const started = world.clock.monotonicMs()
    expect((await world.run(process.get())).accessToken).toBe('old')
    expect(world.clock.monotonicMs() - started).toBeLessThanOrEqual(3 * SECOND + 100)

    await world.clock.advance(4 * MINUTE)
    const expiredAt = world.clock.monotonicMs()
    await expect(world.run(world.process().get())).rejects.toBeInstanceOf(ProviderUnavailableError)
    expect(world.clock.monotonicMs() - expiredAt).toBeLessThanOrEqual(15 * SECOND + 100)
  })
})

describe('with three minutes left and a provider in trouble', () => {
  test.each(Object.entries(answers))(
    '%s: every caller gets the stored token, and nothing is marked dead',
    async (_, answer) => {
      const { world, process, provider } = await connected(3 * MINUTE)
      provider.mishaps.push({ kind: 'instead', answer }, { kind: 'instead', answer })
      const tokens = await world.run(Promise.all(Array.from({ length: 20 }, () => process.get())))
      expect(new Set(tokens.map(token => token.accessToken))).toEqual(new Set(['old']))
      expect((await world.row())?.status).not.toBe('reauthorization_required')
      expect(await world.row()).toMatchObject({ accessToken: 'old', refreshToken: 'grant', leaseUntil: null })
    },
  )

  test('F21: a blackout of four minutes is invisible, and N processes make one request per step of the back-off', async () => {
    const { world, provider } = await connected(4.5 * MINUTE)
    const processes = [1, 2, 3, 4].map(() => world.process())
    for (let i = 0; i < 500; i += 1) provider.mishaps.push({ kind: 'instead', answer: answers.unsent })
    for (let second = 0; second < 240; second += 1) {
      for (const process of processes) expect((await world.run(process.get())).accessToken).toBe('old')
      await world.clock.advance(SECOND)
    }
    // Full jitter up to 30 s: about one request in fifteen seconds, from all processes together.
    expect(provider.asked.length).toBeLessThan(60)
    provider.mishaps.length = 0
    await world.clock.advance(29 * SECOND)
    expect((await world.run(world.process().get())).accessToken).toMatch(/^access-/)
  })
})

describe('an expired token and a provider in trouble', () => {
  test.each([
    ['unsent', ProviderUnavailableError],
    ['timeout', ProviderUnavailableError],
    ['throttled', ProviderRateLimitedError],
    ['misconfigured', ProviderMisconfiguredError],
    ['refused', ReauthorizationRequiredError],
  ] as const)(
    '%s is a typed error, and the last failure is told at once to those who come later',
    async (name, kind) => {
      const { world, process, provider } = await connected(0)
      const answer = answers[name]
      for (let i = 0; i < 4; i += 1) provider.mishaps.push({ kind: 'instead', answer })
      await expect(world.run(process.get())).rejects.toBeInstanceOf(kind)
      await expect(world.run(world.process().get())).rejects.toBeInstanceOf(kind)
    },
  )

  test('wrong app credentials recover as soon as they are right: no back-off is left on the row', async () => {
    const { world, process, provider } = await connected(0)
    provider.mishaps.push({ kind: 'instead', answer: answers.misconfigured })
    await expect(world.run(process.get())).rejects.toBeInstanceOf(ProviderMisconfiguredError)
    const right = { clientId: 'app', clientSecret: 'the right one' }
    expect((await world.run(process.get({ app: right }))).accessToken).toBe('access-2')
  })

  test('a throttle says when Evergrant asks again, and no request is made before', async () => {
    const { world, process, provider } = await connected(0)
    provider.mishaps.push({ kind: 'instead', answer: answers.throttled })
    const error = await world.run(process.get()).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ProviderRateLimitedError)
    const { retryAt } = error as ProviderRateLimitedError
    expect(retryAt.getTime()).toBeCloseTo(world.clock.wallMs() + 10 * MINUTE, -3)
    await expect(process.get({ refreshNow: true })).rejects.toBeInstanceOf(ProviderRateLimitedError)
    expect(provider.asked).toHaveLength(1)
    await world.clock.advance(10 * MINUTE)
    expect((await world.run(process.get())).accessToken).toBe('access-2')
  })
})

describe('a refused grant', () => {
  test('F28: is confirmed by a second refusal a minute later, by no more than two requests, and then is final', async () => {
    const { world, process, provider } = await connected(0)
    provider.kill('grant')
    await expect(world.run(process.get())).rejects.toMatchObject({ reason: 'suspect', retryable: true })
    await expect(world.run(process.get())).rejects.toMatchObject({ reason: 'suspect' })
    await world.clock.advance(MINUTE)
    await expect(world.run(process.get())).rejects.toMatchObject({ reason: 'refused', retryable: false })
    await expect(world.run(process.get({ refreshNow: true }))).rejects.toMatchObject({ reason: 'refused' })
    await world.clock.advance(HOUR)
    await expect(world.run(process.get())).rejects.toMatchObject({ reason: 'refused' })
    expect(provider.asked).toHaveLength(2)
    expect(process.types().filter(type => type === 'reauthorization_required')).toHaveLength(1)
  })

  test('F28: that was a passing mistake of the provider recovers by itself', async () => {
    const { world, process, provider } = await connected(3 * MINUTE)
    provider.mishaps.push({ kind: 'instead', answer: answers.refused })
    expect((await world.run(process.get())).accessToken).toBe('old')
    expect(await world.row()).toMatchObject({ status: 'suspect' })
    await world.clock.advance(MINUTE)
    expect((await world.run(process.get())).accessToken).toBe('access-2')
    expect(await world.row()).toMatchObject({ status: 'active', statusReason: null })
    expect(process.types()).toContain('recovered')
  })

  test('under another OAuth app says nothing about the grant', async () => {
    const { world, process, provider } = await connected(0)
    await world.run(process.get())
    await world.clock.advance(HOUR)
    provider.mishaps.push({ kind: 'instead', answer: answers.refused })
    const other = { clientId: 'other-app', clientSecret: 'secret' }
    await expect(world.run(process.get({ app: other }))).rejects.toBeInstanceOf(ProviderMisconfiguredError)
    expect(await world.row()).toMatchObject({ status: 'active', lastError: 'PROVIDER_MISCONFIGURED' })
  })

  test('is lifted by storing a new grant', async () => {
    const { world, process, provider } = await connected(0)
    provider.kill('grant')
    await world.run(process.get()).catch(() => {})
    await world.clock.advance(MINUTE)
    await world.run(process.get()).catch(() => {})
    expect(await world.row()).toMatchObject({ status: 'reauthorization_required' })
    await process.store('reconnected', provider.grant('second'), HOUR)
    expect((await process.get()).accessToken).toBe('reconnected')
    expect(await world.row()).toMatchObject({ status: 'active', statusReason: null, lastError: null })
  })
})

describe('an ambiguous answer', () => {
  test('is replayed once at once with the same refresh token where it stays valid', async () => {
    const { world, process, provider } = await connected(0)
    provider.mishaps.push({ kind: 'lost', answer: answers.timeout })
    expect((await world.run(process.get())).accessToken).toBe('access-3')
    expect(provider.asked).toEqual(['grant', 'grant'])
    expect(provider.overlaps).toBe(0)
  })

  test('of a strictly rotating provider is not replayed while the old access token lives, by any process', async () => {
    const { world, process, provider } = await connected(3 * MINUTE, strict())
    provider.mishaps.push({ kind: 'lost', answer: answers.timeout })
    expect((await world.run(process.get())).accessToken).toBe('old')
    await world.clock.advance(MINUTE)
    expect((await world.run(world.process().get())).accessToken).toBe('old')
    await expect(world.run(process.get({ refreshNow: true }))).rejects.toBeInstanceOf(
      ProviderUnavailableError,
    )
    expect(provider.asked).toEqual(['grant'])
    expect((await world.row())?.attemptId).not.toBeNull()
  })

  test('of a strictly rotating provider ends as a lost rotation, reported with that reason', async () => {
    const { world, process, provider } = await connected(3 * MINUTE, strict())
    provider.mishaps.push({ kind: 'lost', answer: answers.timeout })
    await world.run(process.get())
    await world.clock.advance(3 * MINUTE)
    await expect(world.run(process.get())).rejects.toMatchObject({
      reason: 'lost_rotation',
      retryable: false,
    })
    expect(provider.asked).toEqual(['grant', 'grant'])
    expect(await world.row()).toMatchObject({
      status: 'reauthorization_required',
      statusReason: 'lost_rotation',
    })
  })

  test('that never came, of a process that died: nobody sends the refresh token again before the token expires', async () => {
    const { world, process, provider } = await connected(3 * MINUTE, strict())
    provider.before = () => new Promise(() => {})
    expect((await world.run(process.get())).accessToken).toBe('old')
    provider.before = async () => {}
    await world.clock.advance(20 * SECOND)
    expect((await world.run(world.process().get())).accessToken).toBe('old')
    expect(provider.asked).toEqual(['grant'])
    await world.clock.advance(3 * MINUTE)
    await world.run(world.process().get())
    expect(provider.asked).toEqual(['grant', 'grant'])
  })

  test('of a strictly rotating provider that had not rotated after all is no loss', async () => {
    const { world, process, provider } = await connected(3 * MINUTE, strict())
    provider.mishaps.push({ kind: 'instead', answer: answers.timeout })
    await world.run(process.get())
    await world.clock.advance(3 * MINUTE)
    expect((await world.run(process.get())).accessToken).toMatch(/^access-/)
  })
})

describe('rows that other programs wrote', () => {
  test('a token without expiry and refresh token is served', async () => {
    const world = await World.make()
    const process = world.process()
    await process.store('only', null, null)
    await world.clock.advance(59 * MINUTE)
    expect((await process.get()).accessToken).toBe('only')
    await world.clock.advance(2 * MINUTE)
    await expect(process.get()).rejects.toMatchObject({ reason: 'no_refresh_token' })
  })

  test('a sealed value of another place does not open, no request is made, and the row stays as it is', async () => {
    const { world, process, provider } = await connected(0)
    const row = await world.store.read({ clientId: 'smart-tax-nation', provider: 'zoho_crm' })
    if (row?.accessToken == null) throw new RangeError('no row')
    // The access token moved into the column of the refresh token.
    await world.store.succeed({ ...row, refreshToken: row.accessToken })
    await expect(world.run(process.get())).rejects.toBeInstanceOf(DecryptionError)
    expect(provider.asked).toEqual([])
    expect((await world.store.read(row))?.leaseId).toBeNull()
  })
})

test('a provider whose refresh kills the old token has no soft refresh and no cache', async () => {
  const provider = new FakeProvider('zoho_crm', { ...zohoLike, refreshKillsAccessToken: true })
  const { world, process } = await connected(7 * MINUTE, provider)
  await process.get()
  await world.clock.advance(SECOND)
  expect(provider.asked).toEqual([])
  await world.process().store('newer', null, HOUR)
  expect((await process.get()).accessToken).toBe('newer')
})
