import { describe, expect, test } from 'vitest'
import { ProviderMisconfiguredError, ProviderUnavailableError } from '../../src/errors.ts'
import type { Policy } from '../../src/lifecycle/policy.ts'
import type { TokenStore } from '../../src/ports/store.ts'
import { answers, FakeProvider, type Mishap } from '../support/fake-provider.ts'
import { HOUR, MINUTE, SECOND } from '../support/lifecycle.ts'
import { type FakeProcess, World } from '../support/world.ts'

const WRONG = { clientId: 'app', clientSecret: 'wrong' }
const RIGHT = { clientId: 'app', clientSecret: 'right' }

const misconfigured: Mishap = { kind: 'instead', answer: answers.misconfigured }
const unsent: Mishap = { kind: 'instead', answer: answers.unsent }

/** The store, at which somebody else is faster as often as `lost.claims` says. */
function losingClaims(store: TokenStore, lost: { claims: number }): TokenStore {
  return new Proxy(store, {
    get(target, name): unknown {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      return async (...args: unknown[]): Promise<unknown> => {
        if (name !== 'claim' || lost.claims === 0) return Reflect.apply(value, target, args)
        lost.claims -= 1
        return false
      }
    },
  })
}

/** So many connections, `ageMs` after their tokens were issued. */
async function connections(count: number, ageMs: number, policy: Partial<Policy> = {}) {
  const provider = new FakeProvider()
  const world = await World.make({ provider, policy })
  const lost = { claims: 0 }
  const process = world.process({}, losingClaims(world.store, lost))
  const clients = Array.from({ length: count }, (_, index) => `client-${index}`)
  for (const clientId of clients)
    await process.store(`old-${clientId}`, provider.grant(clientId), HOUR, clientId)
  await world.clock.advance(ageMs)
  return { world, process, provider, clients, lost }
}

/** Every client asks, one after the other, and no time passes: what each got, or the name of its error. */
async function ask(
  process: FakeProcess,
  clients: readonly string[],
  app = RIGHT,
): Promise<readonly string[]> {
  const got: string[] = []
  for (const clientId of clients) {
    const call = process.get({ clientId, app }).then(
      token => token.accessToken,
      error => (error as Error).name,
    )
    got.push(await call)
  }
  return got
}

describe('app credentials that the provider rejects', () => {
  test('F29: of 1,000 grants none is marked, three requests are made, and the right secret works at once', async () => {
    const { world, process, provider, clients } = await connections(1_000, HOUR)
    provider.mishaps.push(...clients.map(() => misconfigured))
    expect(new Set(await ask(process, clients, WRONG))).toEqual(new Set(['ProviderMisconfiguredError']))
    expect(provider.asked).toHaveLength(3)
    expect(process.types().filter(type => type === 'breaker_opened')).toHaveLength(1)
    expect(await process.assembly.health()).toMatchObject({ status: 'degraded', openBreakers: 1 })
    for (const clientId of clients) {
      expect(await world.row(clientId)).toMatchObject({
        status: 'active',
        nextAttemptInMs: null,
        leaseUntil: null,
      })
    }

    provider.mishaps.splice(0)
    const got = await ask(process, clients, RIGHT)
    expect(got.every(token => token.startsWith('access-'))).toBe(true)
    expect(provider.asked).toHaveLength(1_003)
  })

  test('are asked about again after a pause, so that what is put right at the provider is noticed', async () => {
    const { world, process, provider, clients } = await connections(5, HOUR)
    provider.mishaps.push(misconfigured, misconfigured, misconfigured)
    await ask(process, clients)
    expect(provider.asked).toHaveLength(3)
    await world.clock.advance(SECOND)
    expect(await ask(process, clients)).toEqual(clients.map(() => expect.stringMatching(/^access-/)))
    expect(process.types()).toContain('breaker_closed')
    expect(await process.assembly.health()).toMatchObject({ status: 'ok', openBreakers: 0 })
  })

  test('while a token lives it is served, and every caller’s event says why', async () => {
    const { process, provider, clients } = await connections(10, 56 * MINUTE)
    provider.mishaps.push(...clients.map(() => misconfigured))
    expect(await ask(process, clients)).toEqual(clients.map(clientId => `old-${clientId}`))
    expect(provider.asked).toHaveLength(3)
    const served = process.events.filter(event => event.type === 'served_while_failing')
    expect(served.map(event => 'code' in event && event.code)).toEqual(
      clients.map(() => 'PROVIDER_MISCONFIGURED'),
    )
  })

  test('for one connection alone hold that one back, and nobody else', async () => {
    const { world, process, provider, clients } = await connections(3, HOUR)
    const [odd = '', ...others] = clients
    provider.mishaps.push(misconfigured)
    expect(await ask(process, [odd, odd, odd, odd])).toEqual(
      Array.from({ length: 4 }, () => 'ProviderMisconfiguredError'),
    )
    expect(provider.asked).toHaveLength(1)
    expect(await ask(process, others)).toEqual(others.map(() => expect.stringMatching(/^access-/)))
    await world.clock.advance(SECOND)
    expect(await ask(process, [odd])).toEqual([expect.stringMatching(/^access-/)])
  })

  test('the error of who is held back says what to do', async () => {
    const { world, process, provider, clients } = await connections(1, HOUR)
    provider.mishaps.push(misconfigured)
    await ask(process, clients)
    const error = await world
      .run(process.get({ clientId: clients[0] ?? '', app: RIGHT }))
      .catch(reason => reason)
    expect(error).toBeInstanceOf(ProviderMisconfiguredError)
    expect(error.message).toBe(
      'zoho_crm of client-0: the provider rejects the app credentials or the request (as a moment ago). Check ' +
        'client id and secret of the OAuth app; the grant itself is untouched.',
    )
  })
})

describe('a token endpoint that fails', () => {
  test('is left alone once three connections have had no answer; their rows keep no more than their back-off', async () => {
    const { world, process, provider, clients } = await connections(1_000, HOUR)
    provider.mishaps.push(...clients.map(() => unsent))
    expect(new Set(await ask(process, clients))).toEqual(new Set(['ProviderUnavailableError']))
    expect(provider.asked).toHaveLength(3)
    expect(await world.row('client-500')).toMatchObject({ nextAttemptInMs: null, lastError: null })
  })

  test('is asked by one connection at a time until it answers, and then by all: who has no token waits for that', async () => {
    const { world, process, provider, clients } = await connections(20, HOUR)
    provider.mishaps.push(unsent, unsent, unsent, unsent)
    await ask(process, clients)
    expect(provider.asked).toHaveLength(3)
    await world.clock.advance(SECOND)
    await ask(process, clients.slice(10))
    expect(provider.asked).toHaveLength(4)
    await world.clock.advance(2 * SECOND)
    let answerNow: () => void = () => {}
    provider.before = () =>
      new Promise(resolve => {
        answerNow = resolve
      })
    const late = clients.slice(10)
    const calls = late.map(clientId => process.get({ clientId, app: RIGHT }).catch(error => error))
    await world.clock.advance(SECOND)
    expect(provider.asked).toHaveLength(5)
    provider.before = async () => {}
    answerNow()
    const got = await world.run(Promise.all(calls))
    expect(got.filter(one => one instanceof ProviderUnavailableError)).toEqual([])
    expect(provider.asked).toHaveLength(4 + late.length)
  })

  test('is asked by the next when the one that was let through does not come to it', async () => {
    const { world, process, provider, clients, lost } = await connections(4, HOUR)
    provider.mishaps.push(unsent, unsent, unsent)
    await ask(process, clients)
    await world.clock.advance(SECOND)
    lost.claims = 1
    const [, , , last = ''] = clients
    expect((await world.run(process.get({ clientId: last, app: RIGHT }))).accessToken).toMatch(/^access-/)
  })

  test('and has all its slots taken lets nobody wait for one', async () => {
    const policy = { requestSlots: 2, breakerConnections: 2 }
    const { world, process, provider, clients } = await connections(5, HOUR, policy)
    const hanging = (clientId: string): void => {
      provider.before = () => new Promise(() => {})
      process.get({ clientId, app: RIGHT }).catch(() => {})
    }
    const [first = '', second = '', third = '', fourth = '', fifth = ''] = clients
    hanging(first)
    await world.clock.advance(1)
    provider.before = async () => {}
    provider.mishaps.push(unsent, unsent)
    await ask(process, [second, third])
    await world.clock.advance(SECOND)
    hanging(fourth)
    await world.clock.advance(1)
    expect(provider.asked).toHaveLength(4)
    // No longer than 3 s for the one that probes, and not for a slot.
    const answered = ask(process, [fifth])
    await world.clock.advance(3 * SECOND)
    expect(await answered).toEqual(['ProviderUnavailableError'])
    expect(provider.asked).toHaveLength(4)
  })

  test('does not keep those from asking who ask at another endpoint', async () => {
    const { process, provider, clients } = await connections(6, HOUR)
    provider.mishaps.push(unsent, unsent, unsent)
    await ask(process, clients.slice(0, 4))
    provider.endpoint = 'https://accounts.example.eu/token'
    expect(await ask(process, clients.slice(4))).toEqual([
      expect.stringMatching(/^access-/),
      expect.stringMatching(/^access-/),
    ])
  })

  test('that answers a refusal works: refused grants open nothing', async () => {
    const { process, provider, clients } = await connections(10, HOUR)
    for (const clientId of clients) provider.kill(clientId)
    expect(new Set(await ask(process, clients))).toEqual(new Set(['ReauthorizationRequiredError']))
    expect(provider.asked).toHaveLength(10)
  })
})
