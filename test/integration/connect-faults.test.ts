import { type OAuthTokenService, StoreUnavailableError } from 'evergrant'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Assembly } from '../../src/assemble.ts'
import { systemClock } from '../../src/clock.ts'
import { assemblyOf, serviceOver } from '../../src/service.ts'
import { reply } from '../support/authorizer.ts'
import { by, CLIENT, ConnectingWorld, connectedOf, reasonOf } from '../support/connecting.ts'
import { type Line, unreliableStore } from '../support/unreliable-store.ts'

let world: ConnectingWorld
beforeEach(async () => {
  world = await ConnectingWorld.start()
})
afterEach(() => world.close())

const BRIEF = { expiredWaitMs: 200, commitRetryMs: 20, requestTimeoutMs: 2_000 }

describe('when things die while an account is connected', () => {
  test('before the answer to the code: the old grant is as it was, and the next flow connects', async () => {
    const database = `file:${await world.file()}`
    const tokens = await world.open({ database })
    await world.connect(tokens)
    const before = await tokens.getTokenRecord(CLIENT, 'acme')
    // The first service never hears of an answer; a second one has the same database.
    let reached: () => void = () => {}
    const asked = new Promise<void>(resolve => {
      reached = resolve
    })
    let letGo: () => void = () => {}
    const held = new Promise<void>(resolve => {
      letGo = resolve
    })
    world.acme.before = async () => {
      reached()
      await held
    }
    const start = await tokens.authorizationUrl(CLIENT, 'acme')
    const callback = world.acme.agree(start.url)
    const dead = tokens.handleCallback(callback, by(start)).catch(error => error)
    await asked
    const other = await world.open({ database })
    expect(await reasonOf(other.handleCallback(callback, by(start)))).toBe('already_used')
    expect(JSON.stringify(await other.getTokenRecord(CLIENT, 'acme'))).toBe(JSON.stringify(before))
    expect(await other.getAccessToken(CLIENT, 'acme')).toBe('access-1-account-1')
    world.acme.before = async () => {}
    connectedOf(await world.connect(other))
    letGo()
    await dead
  })

  test.each([
    ['a server error', 503, { error: 'temporarily_unavailable' }, 'PROVIDER_UNAVAILABLE'],
    ['a refused code', 400, { error: 'invalid_grant' }, 'AUTHORIZATION_FLOW'],
    ['wrong app credentials', 401, { error: 'invalid_client' }, 'PROVIDER_MISCONFIGURED'],
    ['a throttle', 429, { error: 'slow_down' }, 'PROVIDER_RATE_LIMITED'],
    ['an error of its own', 400, { error: 'of_nobody' }, 'PROVIDER_RESPONSE'],
    ['nothing that makes sense', 200, { ok: false }, 'PROVIDER_RESPONSE'],
  ])(
    '%s is told as it is, the code is not sent again, and the old grant is as it was',
    async (_, status, body, code) => {
      const tokens = await world.open()
      await world.connect(tokens)
      world.acme.instead.push(response => reply(response, status, body))
      const start = await tokens.authorizationUrl(CLIENT, 'acme')
      const callback = world.acme.agree(start.url)
      await expect(tokens.handleCallback(callback, by(start))).rejects.toMatchObject({ code })
      expect(world.acme.exchanges).toHaveLength(2)
      expect(await tokens.getAccessToken(CLIENT, 'acme')).toBe('access-1-account-1')
      await expect(tokens.handleCallback(callback, by(start))).rejects.toMatchObject({ outcome: 'refused' })
    },
  )

  test('a refresh token in a cut answer is kept, where nothing works that it would replace', async () => {
    const tokens = await world.open()
    const cut = '{"refresh_token":"rescued","access_token":"ac'
    world.acme.instead.push(response => {
      response.writeHead(200, { 'content-length': '500' }).write(cut, () => response.destroy())
    })
    expect(connectedOf(await world.connect(tokens))).toMatchObject({ refreshable: true })
    expect((await tokens.getTokenRecord(CLIENT, 'acme'))?.refreshToken?.reveal()).toBe('rescued')
    expect(world.events.map(({ type }) => type)).toContain('salvaged')
  })

  test('and it replaces nothing that does', async () => {
    const tokens = await world.open()
    await world.connect(tokens)
    world.acme.instead.push(response => {
      response.writeHead(200, { 'content-length': '500' })
      response.write('{"refresh_token":"rescued"', () => response.destroy())
    })
    await expect(world.connect(tokens)).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' })
    expect((await tokens.getTokenRecord(CLIENT, 'acme'))?.refreshToken?.reveal()).toBe('refresh-1-account-1')
  })

  test('a caller that gives up ends nothing: the tokens are stored', async () => {
    const tokens = await world.open()
    const gone = new AbortController()
    world.acme.before = async () => gone.abort()
    const start = await tokens.authorizationUrl(CLIENT, 'acme')
    const back = tokens.handleCallback(world.acme.agree(start.url), { ...by(start), signal: gone.signal })
    await expect(back).rejects.toThrow('abort')
    await expect.poll(() => tokens.hasToken(CLIENT, 'acme')).toBe(true)
  })

  test('closing the service waits for a code that is being exchanged', async () => {
    const database = `file:${await world.file()}`
    const tokens = await world.open({ database })
    const start = await tokens.authorizationUrl(CLIENT, 'acme')
    let closed: Promise<void> = Promise.resolve()
    world.acme.before = async () => {
      closed = tokens.close()
    }
    connectedOf(await tokens.handleCallback(world.acme.agree(start.url), by(start)))
    await closed
    expect(await (await world.open({ database })).hasToken(CLIENT, 'acme')).toBe(true)
  })
})

describe('when the database fails', () => {
  async function onLine(): Promise<{ readonly tokens: OAuthTokenService; readonly line: Line }> {
    const inner = await world.open({ policy: BRIEF })
    const assembly = await assemblyOf(inner)
    const { store, line } = unreliableStore(assembly.ports.store, systemClock)
    const flows = unreliableStore(assembly.ports.store.flows as never, systemClock)
    flows.line.losesAnswer = method => line.losesAnswer(method)
    Object.defineProperty(flows.line, 'down', {
      get: () => line.down,
      set: value => {
        line.down = value
      },
    })
    const behind = new Proxy(store, {
      get: (target, name) => (name === 'flows' ? flows.store : Reflect.get(target, name, target)),
    })
    const tokens = serviceOver(
      async () =>
        new Assembly({
          ports: { ...assembly.ports, store: behind },
          providers: assembly.providers,
          environment: { variablesOf: () => ({ app: [] }), appOf: () => null } as never,
          options: { cache: false, callbackUrl: assembly.callbackUrl },
          release: async () => {},
        }),
    )
    return { tokens, line }
  }

  test('after the exchange: the tokens are stored as soon as it is back, and a second callback says so', async () => {
    const { tokens, line } = await onLine()
    const start = await tokens.authorizationUrl(CLIENT, 'acme')
    const callback = world.acme.agree(start.url)
    world.acme.before = async () => {
      line.down = true
    }
    const back = tokens.handleCallback(callback, by(start))
    await expect(back).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      reason: 'UNWRITTEN',
      retryable: true,
    })
    line.down = false
    await expect.poll(() => tokens.hasToken(CLIENT, 'acme')).toBe(true)
    await expect
      .poll(() => tokens.handleCallback(callback, by(start)).catch(error => error.outcome))
      .toBe('connected')
    expect(world.acme.exchanges).toHaveLength(1)
    await tokens.close()
  })

  test('and loses the answer of a write: nothing is exchanged or stored twice', async () => {
    for (const method of ['put', 'conclude', 'read', 'ping']) {
      const { tokens, line } = await onLine()
      const client = `client of ${method}`
      const start = await tokens.authorizationUrl(client, 'acme')
      const exchanged = world.acme.exchanges.length
      let left = 1
      line.losesAnswer = called => called === method && left-- > 0
      connectedOf(await tokens.handleCallback(world.acme.agree(start.url), by(start)))
      expect(world.acme.exchanges).toHaveLength(exchanged + 1)
      expect(await tokens.hasToken(client, 'acme')).toBe(true)
      await tokens.close()
    }
  })

  test('and loses the answer of the consumption: nothing is exchanged, and the flow is used up', async () => {
    const { tokens, line } = await onLine()
    const start = await tokens.authorizationUrl(CLIENT, 'acme')
    line.losesAnswer = method => method === 'consume'
    const callback = world.acme.agree(start.url)
    await expect(tokens.handleCallback(callback, by(start))).rejects.toBeInstanceOf(StoreUnavailableError)
    line.losesAnswer = () => false
    await expect(tokens.handleCallback(callback, by(start))).rejects.toMatchObject({
      reason: 'already_used',
      outcome: null,
    })
    expect(world.acme.exchanges).toEqual([])
    await tokens.close()
  })
})
