import { describe, expect, test } from 'vitest'
import { ProviderRateLimitedError } from '../../src/errors.ts'
import { zohoCrm } from '../../src/providers/zoho.ts'
import { type OAuthTokenService, serviceOver } from '../../src/service.ts'
import { zohoThrottle } from '../../src/testing/zoho/settings.ts'
import { Throttle } from '../../src/testing/zoho/throttle.ts'
import { answers, FakeProvider } from '../support/fake-provider.ts'
import { HOUR, MINUTE, SECOND } from '../support/lifecycle.ts'
import { type FakeProcess, World } from '../support/world.ts'

const KEY = { clientId: 'smart-tax-nation', provider: 'zoho_crm' }
const APP = { providers: { zoho_crm: { clientId: 'app', clientSecret: 'app-secret' } } }

interface Zoho {
  readonly world: World
  readonly provider: FakeProvider
  /** Four processes on one database. */
  readonly processes: readonly FakeProcess[]
  readonly services: readonly OAuthTokenService[]
  /** When requests came to the provider. */
  readonly sentAt: number[]
  /** How many of them it refused because they were too many. */
  readonly throttled: () => number
}

/** A connection with an hour's token `old` at a Zoho whose throttle is that of the local one. */
async function atZoho(): Promise<Zoho> {
  const provider = new FakeProvider('zoho_crm', zohoCrm().traits)
  const world = await World.make({ provider })
  const throttle = new Throttle(world.clock)
  const sentAt: number[] = []
  let throttled = 0
  provider.before = async () => {
    sentAt.push(world.clock.monotonicMs())
    await world.clock.delay(50)
    if (throttle.admit(1, zohoThrottle)) return
    throttled += 1
    provider.mishaps.unshift({ kind: 'instead', answer: answers.throttled })
  }
  const processes = [1, 2, 3, 4].map(() => world.process(APP))
  const services = processes.map(({ assembly }) => serviceOver(async () => assembly))
  await processes[0]?.store('old', provider.grant('grant'), HOUR)
  return { world, provider, processes, services, sentAt, throttled: () => throttled }
}

/** The most requests in any ten minutes. */
function mostInWindow(sentAt: readonly number[]): number {
  return Math.max(...sentAt.map(first => sentAt.filter(at => at >= first && at < first + 10 * MINUTE).length))
}

const expectToken = (token: string): void => expect(token).toMatch(/^(old|access-\d+)$/)

function one<T>(list: readonly T[], index: number): T {
  const item = list[index % list.length]
  if (item === undefined) throw new RangeError('the list is empty')
  return item
}

describe('Zoho’s ten requests in ten minutes are kept', () => {
  test('by 1,000 calls of refreshToken in ten minutes, from four processes; others are served meanwhile', async () => {
    const { world, services, sentAt, throttled } = await atZoho()
    const errors: unknown[] = []
    for (let call = 0; call < 1_000; call += 1) {
      const forced = one(services, call).refreshToken(KEY.clientId, KEY.provider)
      forced.catch((error: unknown) => errors.push(error))
      await world.clock.advance(600)
      expectToken(await world.run(one(services, call + 1).getAccessToken(KEY.clientId, KEY.provider)))
    }
    expect(throttled()).toBe(0)
    expect(sentAt.length).toBeGreaterThan(5)
    expect(mostInWindow(sentAt)).toBeLessThanOrEqual(10)
    expect(errors.length + sentAt.length).toBe(1_000)
    for (const error of errors) expect(error).toBeInstanceOf(ProviderRateLimitedError)
  })

  test('by an API that accepts no token, and 1,000 reports of it; others are served meanwhile', async () => {
    const { world, services, sentAt, throttled } = await atZoho()
    let acted = 0
    for (let call = 0; call < 1_000; call += 1) {
      const tokens = one(services, call)
      const token = await world.run(tokens.getAccessToken(KEY.clientId, KEY.provider))
      expectToken(token)
      if (await world.run(tokens.reportRejected(KEY.clientId, KEY.provider, token))) acted += 1
      await world.clock.advance(600)
    }
    expect(throttled()).toBe(0)
    expect(mostInWindow(sentAt)).toBeLessThanOrEqual(10)
    expect(acted).toBeGreaterThan(3)
    expect(acted).toBe(sentAt.length)
    const pauses = sentAt.slice(1).map((at, place) => at - (sentAt[place] ?? at))
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(30 * SECOND)
  })

  test('F20: 1,000 callers report the same token, and it is refreshed once', async () => {
    const { world, services, sentAt } = await atZoho()
    const reports = Array.from({ length: 1_000 }, (_, call) =>
      one(services, call).reportRejected(KEY.clientId, KEY.provider, 'old'),
    )
    expect(new Set(await world.run(Promise.all(reports)))).toEqual(new Set([true]))
    expect(sentAt).toHaveLength(1)
    for (const tokens of services) {
      expect(await world.run(tokens.getAccessToken(KEY.clientId, KEY.provider))).toBe('access-2')
      expect(await tokens.reportRejected(KEY.clientId, KEY.provider, 'old')).toBe(false)
    }
    expect(sentAt).toHaveLength(1)
  })

  test('a report of a token that was reported before, and could not be replaced yet, is none too many', async () => {
    const { world, provider, services } = await atZoho()
    provider.mishaps.push({ kind: 'instead', answer: answers.throttled })
    for (const tokens of services) {
      expect(await world.run(tokens.reportRejected(KEY.clientId, KEY.provider, 'old'))).toBe(true)
      await expect(tokens.getAccessToken(KEY.clientId, KEY.provider)).rejects.toBeInstanceOf(
        ProviderRateLimitedError,
      )
    }
  })

  test('F20: a token that is rejected at once is still served, and rejected after half a minute', async () => {
    const { world, services, sentAt } = await atZoho()
    const [tokens, others] = [one(services, 0), one(services, 1)]
    const report = (token: string): Promise<boolean> =>
      world.run(tokens.reportRejected(KEY.clientId, KEY.provider, token))
    expect(await report('old')).toBe(true)
    expect(await report('access-2')).toBe(false)
    expect(await world.run(others.getAccessToken(KEY.clientId, KEY.provider))).toBe('access-2')
    await world.clock.advance(30 * SECOND)
    expect(await report('access-2')).toBe(true)
    expect(await world.run(tokens.getAccessToken(KEY.clientId, KEY.provider))).toBe('access-3')
    expect(sentAt).toHaveLength(2)
  })

  test('by refreshes that get no whole answer, and callers notice nothing of a blackout of four minutes', async () => {
    const { world, provider, processes, sentAt } = await atZoho()
    await world.clock.advance(50 * MINUTE)
    for (let i = 0; i < 500; i += 1) provider.mishaps.push({ kind: 'instead', answer: answers.html })
    for (let second = 0; second < 9.8 * 60; second += 1) {
      if (second === 240) provider.mishaps.length = 0
      for (const process of processes) expectToken((await world.run(process.get())).accessToken)
      await world.clock.advance(SECOND)
    }
    expect(mostInWindow(sentAt)).toBeLessThanOrEqual(10)
    expect(await world.row()).toMatchObject({ accessToken: expect.stringMatching(/^access-/) })
  })
})

describe('of the budget', () => {
  test('something is left for a refresh that is needed, after any number for their own sake', async () => {
    const { world, processes, sentAt } = await atZoho()
    const process = one(processes, 0)
    for (let call = 0; call < 20; call += 1)
      await world.run(process.get({ refreshNow: true })).catch(() => {})
    expect(sentAt).toHaveLength(3)
    await expireNow(world)
    expect((await world.run(one(processes, 1).get())).accessToken).toBe('access-5')
  })

  test('nothing is left: who has a token is served, who has none is told when to come again, and then gets one', async () => {
    const { world, provider, processes, sentAt } = await atZoho()
    const process = one(processes, 0)
    for (let i = 0; i < 5; i += 1) provider.mishaps.push({ kind: 'instead', answer: answers.timeout })
    await expireNow(world)
    for (let second = 0; second < 60; second += 1) {
      await world.run(process.get()).catch(() => {})
      await world.clock.advance(SECOND)
    }
    expect(sentAt).toHaveLength(5)
    const error: unknown = await world.run(process.get()).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ProviderRateLimitedError)
    const retryAt = error instanceof ProviderRateLimitedError ? error.retryAt.getTime() : Number.NaN
    const waitMs = retryAt - world.clock.wallMs()
    expect(waitMs).toBeLessThanOrEqual(2 * MINUTE)
    await world.clock.advance(waitMs - 1)
    await expect(world.run(process.get())).rejects.toBeInstanceOf(ProviderRateLimitedError)
    await world.clock.advance(1)
    expectToken((await world.run(one(processes, 1).get())).accessToken)
    expect(mostInWindow(sentAt)).toBeLessThanOrEqual(10)
  })

  test('nothing is taken by a request that did not leave this machine', async () => {
    const { world, provider, processes, sentAt } = await atZoho()
    const process = one(processes, 0)
    const countedBefore = provider.before
    provider.before = async () => {}
    for (let i = 0; i < 30; i += 1) provider.mishaps.push({ kind: 'instead', answer: answers.unsent })
    await expireNow(world)
    while (provider.mishaps.length > 0) {
      await world.run(process.get()).catch(() => {})
      await world.clock.advance(SECOND)
    }
    provider.before = countedBefore
    await world.clock.advance(30 * SECOND)
    expectToken((await world.run(process.get())).accessToken)
    for (let call = 0; call < 9; call += 1) await world.run(process.get({ refreshNow: true })).catch(() => {})
    expect(sentAt).toHaveLength(3)
  })

  test('the last that is taken is waited for by everybody', async () => {
    const { world, provider, processes, sentAt } = await atZoho()
    const process = one(processes, 0)
    for (let i = 0; i < 4; i += 1) provider.mishaps.push({ kind: 'instead', answer: answers.failed })
    await expireNow(world)
    while (provider.mishaps.length > 0) {
      await world.run(process.get()).catch(() => {})
      await world.clock.advance(SECOND)
    }
    await world.clock.advance(30 * SECOND)
    const calls = processes.flatMap(each => Array.from({ length: 50 }, () => each.get()))
    const tokens = await world.run(Promise.all(calls))
    expect(new Set(tokens.map(({ accessToken }) => accessToken)).size).toBe(1)
    expect(sentAt).toHaveLength(5)
  })

  test('a new grant has its own', async () => {
    const { world, provider, processes, sentAt } = await atZoho()
    const process = one(processes, 0)
    for (let call = 0; call < 9; call += 1) await world.run(process.get({ refreshNow: true })).catch(() => {})
    expect(sentAt).toHaveLength(3)
    await process.store('new', provider.grant('another'), HOUR)
    for (let call = 0; call < 9; call += 1) await world.run(process.get({ refreshNow: true })).catch(() => {})
    expect(provider.asked.filter(token => token === 'another')).toHaveLength(3)
  })

  test('as much is taken by a process that ends with its claim', async () => {
    const { world, provider, processes, sentAt } = await atZoho()
    await expireNow(world)
    provider.before = async () => {
      sentAt.push(world.clock.monotonicMs())
      await new Promise(() => {})
    }
    for (let start = 0; start < 20; start += 1) {
      const process = world.process(APP)
      void process.get().catch(() => {})
      await world.clock.advance(16 * SECOND)
    }
    expect(mostInWindow(sentAt)).toBeLessThanOrEqual(10)
    expect(processes).toHaveLength(4)
  })
})

describe('the clock of the host is set back by an hour', () => {
  test('and a back-off ends all the same', async () => {
    const { world, provider, processes, sentAt } = await atZoho()
    const process = one(processes, 0)
    provider.mishaps.push({ kind: 'instead', answer: answers.throttled })
    await expireNow(world)
    await expect(world.run(process.get())).rejects.toBeInstanceOf(ProviderRateLimitedError)
    await expect(world.run(process.get())).rejects.toBeInstanceOf(ProviderRateLimitedError)
    expect(sentAt).toHaveLength(1)
    world.clock.jumpWall(-HOUR)
    expect((await world.run(process.get({ refreshNow: true }))).accessToken).toMatch(/^access-/)
  })

  test('and a refresh is made all the same: the budget costs no more than one too many', async () => {
    const { world, processes, sentAt } = await atZoho()
    const process = one(processes, 0)
    for (let call = 0; call < 9; call += 1) await world.run(process.get({ refreshNow: true })).catch(() => {})
    world.clock.jumpWall(-HOUR)
    for (let call = 0; call < 9; call += 1) await world.run(process.get({ refreshNow: true })).catch(() => {})
    expect(sentAt).toHaveLength(4)
  })
})

/** The access token of the row ends; its lifetime stays that of an hour's token. */
async function expireNow(world: World): Promise<void> {
  const row = await world.store.read(KEY)
  if (row === null) throw new RangeError('no row')
  await world.store.put({
    ...KEY,
    expected: row,
    accessToken: row.accessToken,
    grant: { kind: 'keep' },
    expiresInMs: 0,
    expiresAtMost: null,
    lifetimeMs: HOUR,
    refreshInMs: 0,
    scopes: null,
    metadata: null,
  })
  await world.clock.advance(1)
}
