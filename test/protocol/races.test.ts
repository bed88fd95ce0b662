import { describe, expect, test } from 'vitest'
import { StoreUnavailableError } from '../../src/errors.ts'
import { answers, FakeProvider, type Mishap } from '../support/fake-provider.ts'
import { HOUR, SECOND, unknownProvider } from '../support/lifecycle.ts'
import { unreliableStore } from '../support/unreliable-store.ts'
import { World } from '../support/world.ts'

const strict = (): FakeProvider => {
  const provider = new FakeProvider('zoho_crm', { ...unknownProvider, lifetimeMs: HOUR })
  provider.rotates = true
  return provider
}

/** A process whose refresh of the expired token `old` hangs at the provider until `answerNow`. */
async function refreshing(provider = strict(), mishap?: Mishap) {
  if (mishap !== undefined) provider.mishaps.push(mishap)
  const world = await World.make({ provider })
  const link = unreliableStore(world.store, world.clock)
  const process = world.process({}, link.store)
  await process.store('old', provider.grant('grant'), HOUR)
  await world.clock.advance(HOUR)
  let answerNow: () => void = () => {}
  const gate = new Promise<void>(resolve => {
    answerNow = resolve
  })
  provider.after = () => gate
  const call = process.get()
  call.catch(() => {})
  await world.clock.advance(SECOND)
  provider.after = async () => {}
  return { world, provider, process, call, answerNow, line: link.line }
}

describe('F33: storeTokens during a refresh', () => {
  test('with a new grant wins: the old successor is dropped, and callers get the new token', async () => {
    const { world, process, provider, call, answerNow } = await refreshing()
    await process.store('reconnected', provider.grant('second'), HOUR)
    answerNow()
    expect((await world.run(call)).accessToken).toBe('reconnected')
    expect(await world.row()).toMatchObject({
      accessToken: 'reconnected',
      refreshToken: 'second',
      attemptId: null,
    })
    expect(provider.revoked).toEqual([])
  })

  test('without a refresh token keeps the spent one, and the successor alone is written over it', async () => {
    const { world, process, call, answerNow } = await refreshing()
    await process.store('by hand', null, HOUR)
    answerNow()
    expect((await world.run(call)).accessToken).toBe('by hand')
    expect(await world.row()).toMatchObject({
      accessToken: 'by hand',
      refreshToken: 'grant-2',
      attemptId: null,
      leaseUntil: null,
    })
  })

  test('with the very refresh token that is stored is no new grant: lease and attempt stand', async () => {
    const { world, process, answerNow } = await refreshing()
    await process.store('by hand', 'grant', HOUR)
    expect((await world.row())?.attemptId).not.toBeNull()
    answerNow()
    await world.clock.advance(SECOND)
    expect(await world.row()).toMatchObject({ accessToken: 'by hand', refreshToken: 'grant-2' })
  })

  test('without a refresh token, where the refresh fails: the lease ends all the same', async () => {
    const mishap = { kind: 'lost', answer: answers.failed } as const
    const { world, process, answerNow } = await refreshing(strict(), mishap)
    await process.store('by hand', null, HOUR)
    answerNow()
    await world.clock.advance(SECOND)
    expect(await world.row()).toMatchObject({ accessToken: 'by hand', leaseUntil: null })
  })
})

describe('F34: deleteToken during a refresh', () => {
  test('wins: nothing is resurrected, and nothing is revoked unasked', async () => {
    const { world, process, provider, call, answerNow } = await refreshing()
    await process.delete()
    answerNow()
    await expect(world.run(call)).rejects.toMatchObject({ code: 'TOKEN_NOT_FOUND' })
    expect(await world.row()).toBeNull()
    expect(provider.revoked).toEqual([])
  })

  test('with revoke: the successor that came too late is revoked too', async () => {
    const { world, process, provider, call, answerNow } = await refreshing()
    await process.delete(true)
    answerNow()
    await expect(world.run(call)).rejects.toMatchObject({ code: 'TOKEN_NOT_FOUND' })
    expect(provider.revoked).toEqual(['grant-2'])
  })

  test('with revoke, then connected again: nothing is revoked, the new grant may be of the same family', async () => {
    const { world, process, provider, call, answerNow } = await refreshing()
    await process.delete(true)
    await process.store('reconnected', provider.grant('second'), HOUR)
    answerNow()
    expect((await world.run(call)).accessToken).toBe('reconnected')
    expect(provider.revoked).toEqual([])
    expect(await world.row()).toMatchObject({ refreshToken: 'second' })
  })
})

describe('a machine whose clock, which is the database’s too, is set while the provider answers', () => {
  test.each([
    ['ahead', HOUR],
    ['back', -HOUR],
  ])('%s: no other process sends the refresh token of a strict provider as well', async (_, jumpMs) => {
    const { world, provider, call, answerNow } = await refreshing()
    const other = world.process({ cache: false })
    const waiting = other.get()
    await world.clock.advance(6 * SECOND)
    world.clock.jumpWall(jumpMs)
    await world.clock.advance(2 * SECOND)
    expect(provider.asked).toEqual(['grant'])
    answerNow()
    await world.run(call)
    await world.run(waiting)
    // One refresh too many may follow, of the successor.
    expect(provider.asked.filter(token => token === 'grant')).toHaveLength(1)
    expect(await world.row()).toMatchObject({
      status: 'active',
      accessToken: (await other.get()).accessToken,
    })
  })
})

describe('a database that dies while the provider answers', () => {
  test('F7: callers get the token at once, it is committed when the database is back, and nobody else asked', async () => {
    const { world, provider, call, answerNow, line } = await refreshing()
    line.down = true
    answerNow()
    expect((await world.run(call, 2 * SECOND)).accessToken).toBe('access-2')
    expect(await world.row()).toMatchObject({ refreshToken: 'grant' })
    await world.clock.advance(30 * SECOND)
    line.down = false
    await world.clock.advance(2 * SECOND)
    expect(await world.row()).toMatchObject({
      accessToken: 'access-2',
      refreshToken: 'grant-2',
      attemptId: null,
    })
    expect(provider.asked).toEqual(['grant'])
  })

  test('an expired lease is not taken over in the first seconds after the outage', async () => {
    const { world, provider, answerNow, line } = await refreshing()
    const second = unreliableStore(world.store, world.clock)
    const other = world.process({ cache: false }, second.store)
    line.down = true
    second.line.down = true
    answerNow()
    await expect(world.run(other.get())).rejects.toBeInstanceOf(StoreUnavailableError)
    await world.clock.advance(30 * SECOND)
    second.line.down = false
    const waiting = other.get()
    await world.clock.advance(3 * SECOND)
    expect(provider.asked).toEqual(['grant'])
    line.down = false
    expect((await world.run(waiting)).accessToken).toBe('access-2')
    expect(provider.asked).toEqual(['grant'])
  })

  test('nor by a process that has not asked the database meanwhile, and knows of no outage', async () => {
    const { world, provider, call, answerNow, line } = await refreshing()
    const other = world.process({ cache: false })
    line.down = true
    answerNow()
    expect((await world.run(call)).accessToken).toBe('access-2')
    await world.clock.advance(30 * SECOND + 400)
    // Back for both; the one that holds the tokens tries again within the second.
    line.down = false
    expect((await world.run(other.get())).accessToken).toBe('access-2')
    expect(provider.asked).toEqual(['grant'])
  })

  test.each(['commit', 'read', 'claim', 'settle'])(
    'F9: a lost answer of %s loses and repeats nothing',
    async method => {
      const provider = strict()
      const world = await World.make({ provider })
      const { store, line } = unreliableStore(world.store, world.clock)
      const process = world.process({}, store)
      await process.store('old', provider.grant('grant'), HOUR)
      await world.clock.advance(HOUR)
      let lost = 0
      line.losesAnswer = name => name === method && lost++ === 0
      const first = await world.run(process.get().catch((error: unknown) => error))
      if (first instanceof Error) expect(first).toBeInstanceOf(StoreUnavailableError)
      await world.clock.advance(5 * SECOND)
      expect((await world.run(process.get())).accessToken).toMatch(/^access-2$/)
      expect(provider.asked).toEqual(['grant'])
    },
  )

  test('no request is sent when the claim cannot be written', async () => {
    const provider = strict()
    const world = await World.make({ provider })
    const { store, line } = unreliableStore(world.store, world.clock)
    const process = world.process({}, store)
    await process.store('old', provider.grant('grant'), HOUR)
    await world.clock.advance(HOUR)
    line.down = true
    await expect(world.run(process.get())).rejects.toBeInstanceOf(StoreUnavailableError)
    expect(provider.asked).toEqual([])
  })

  test('a token from memory is served until its expiry while the database is down', async () => {
    const provider = strict()
    const world = await World.make({ provider })
    const { store, line } = unreliableStore(world.store, world.clock)
    const process = world.process({}, store)
    await process.store('old', provider.grant('grant'), HOUR)
    expect((await process.get()).accessToken).toBe('old')
    line.down = true
    await world.clock.advance(HOUR - 10 * SECOND)
    expect((await process.get()).accessToken).toBe('old')
    await world.clock.advance(6 * SECOND)
    await expect(world.run(process.get())).rejects.toBeInstanceOf(StoreUnavailableError)
  })
})

describe('a refusal that comes after somebody else has refreshed', () => {
  test('F28: is none: the caller gets the tokens of the other, and the grant stays as it is', async () => {
    const provider = new FakeProvider('zoho_crm', {
      ...unknownProvider,
      lifetimeMs: HOUR,
      rotation: 'window',
    })
    provider.rotates = true
    const policy = { requestTimeoutMs: 2 * SECOND, leaseMs: 7 * SECOND }
    const world = await World.make({ provider, policy })
    const [late, quick] = [world.process(), world.process()]
    await late.store('old', provider.grant('grant'), HOUR)
    await world.clock.advance(HOUR)
    let askNow: () => void = () => {}
    provider.before = () => new Promise(resolve => (askNow = resolve))
    const call = late.get()
    await world.clock.advance(8 * SECOND)
    provider.before = async () => {}
    // The lease of the first is over: its request comes to the provider behind that of the second.
    expect((await world.run(quick.get())).accessToken).toBe('access-2')
    provider.mishaps.push({ kind: 'instead', answer: answers.refused })
    askNow()
    expect((await world.run(call)).accessToken).toBe('access-2')
    expect(provider.asked).toEqual(['grant', 'grant'])
    expect(await world.row()).toMatchObject({ status: 'active', refreshToken: 'grant-2', generation: 2 })
    expect(late.types()).not.toContain('suspect')
  })
})

describe('an answer without a usable access token that carries a refresh token', () => {
  test.each(['failed', 'refused', 'misconfigured', 'throttled'] as const)(
    '%s: the successor is stored',
    async kind => {
      const { Secret } = await import('../../src/secret.ts')
      const provider = strict()
      const world = await World.make({ provider })
      const process = world.process()
      await process.store('old', provider.grant('grant'), HOUR)
      await world.clock.advance(HOUR)
      const answer = { kind, detail: 'odd', retryAfterMs: null, refreshToken: Secret.of('successor') }
      provider.mishaps.push({ kind: 'instead', answer })
      await world.run(process.get().catch(() => {}))
      expect(await world.row()).toMatchObject({
        accessToken: 'old',
        refreshToken: 'successor',
        attemptId: null,
        leaseUntil: null,
        status: 'active',
        generation: 2,
      })
      expect(process.types()).toContain('salvaged')
    },
  )
})

describe('a slow database', () => {
  test('makes no expiry that a caller is told lie behind the real one', async () => {
    const provider = strict()
    const world = await World.make({ provider })
    const { store, line } = unreliableStore(world.store, world.clock)
    const process = world.process({}, store)
    await process.store('old', provider.grant('grant'), 0)
    line.delayMs = method => (method === 'read' ? SECOND : 0)
    let sentAt = Number.NaN
    provider.before = async () => {
      sentAt = world.clock.wallMs()
    }
    const { accessToken, expiresAt } = await world.run(process.get())
    expect(accessToken).toBe('access-2')
    expect(expiresAt?.getTime()).toBeGreaterThan(sentAt + HOUR - 2 * SECOND)
    expect(expiresAt?.getTime()).toBeLessThanOrEqual(sentAt + HOUR)
  })

  test('a claim that leaves too little time is given up, nothing is sent, and the next lease is longer', async () => {
    const provider = strict()
    const world = await World.make({ provider })
    const { store, line } = unreliableStore(world.store, world.clock)
    const process = world.process({}, store)
    await process.store('old', provider.grant('grant'), HOUR)
    await world.clock.advance(HOUR)
    line.delayMs = method => (method === 'claim' ? 750 : 0)
    expect((await world.run(process.get())).accessToken).toBe('access-2')
    expect(process.types()).toContain('lease_lost')
    expect(provider.asked).toEqual(['grant'])
  })
})

describe('close', () => {
  test('F3: waits for what is in flight and takes no new claims', async () => {
    const { world, process, provider, call, answerNow } = await refreshing()
    const closing = process.assembly.close()
    await world.clock.advance(SECOND)
    answerNow()
    await world.run(closing)
    expect((await call).accessToken).toBe('access-2')
    expect(await world.row()).toMatchObject({ refreshToken: 'grant-2' })

    await world.clock.advance(HOUR)
    await expect(world.run(process.get())).rejects.toThrow(/closing/)
    expect(provider.asked).toEqual(['grant'])
  })
})
