import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { AuthorizationStart, CallbackResult, OAuthTokenService } from 'evergrant'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { compileSource } from '../support/compiled-source.ts'
import { by, CALLBACK_URL, CLIENT, ConnectingWorld, connectedOf, reasonOf } from '../support/connecting.ts'
import { freshDatabase } from '../support/postgres.ts'

const WORKER = fileURLToPath(new URL('../support/connect-worker.js', import.meta.url))
const KEYS = `test:${Buffer.alloc(32, 7).toString('base64')}`
const compiled = compileSource()
afterAll(() => rmSync(compiled, { recursive: true, force: true }))
const postgres = await freshDatabase()

let world: ConnectingWorld
let tokens: OAuthTokenService
let killed: ChildProcess | undefined
beforeEach(async () => {
  world = await ConnectingWorld.start()
  tokens = await world.open({ database: postgres.url, encryptionKeys: KEYS, cache: false })
})
afterEach(async () => {
  killed?.kill('SIGKILL')
  await postgres.query('delete from oauth_tokens')
  await world.close()
})

type Call = ['handleCallback' | 'confirmAccountChange', string, { readonly binding: string }]

/** Ends a flow in a process of its own, which is killed: by itself at a point, or by us. */
function otherProcess(call: Call, point: string | null): ChildProcess {
  const { url } = world.acme
  const order = {
    compiled,
    open: { database: postgres.url, encryptionKeys: KEYS, callbackUrl: CALLBACK_URL },
    definition: {
      name: 'acme',
      tokenEndpoint: `${url}/token`,
      authorizationEndpoint: `${url}/authorize`,
      issuer: url,
    },
    app: { clientId: 'app-at-acme', clientSecret: 'app-secret' },
    call,
    point,
  }
  const child = spawn(process.execPath, [WORKER, JSON.stringify(order)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  killed = child
  return child
}

/** Waits for its end, by the signal that nobody can catch. */
async function isKilled(child: ChildProcess): Promise<void> {
  expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
}

const grant = async (): Promise<string> => JSON.stringify(await postgres.query('select * from oauth_tokens'))

/** Everything of the schema, and nothing of it may be a secret that travelled. */
async function nothingIsPlain({ url, binding }: AuthorizationStart): Promise<void> {
  const tables = await postgres.query(
    "select quote_ident(table_name) as name from information_schema.tables where table_schema = 'public'",
  )
  expect(tables.length).toBeGreaterThan(2)
  const dumps = await Promise.all(tables.map(({ name }) => postgres.query(`select * from ${name}`)))
  const state = new URL(url).searchParams.get('state') ?? 'none'
  const travelled = world.acme.exchanges.flatMap(({ parameters }) => [
    parameters.get('code') ?? 'none',
    parameters.get('code_verifier') ?? 'none',
  ])
  const text = JSON.stringify(dumps)
  for (const secret of [state, binding, ...travelled, '-account-', 'app-secret']) {
    expect(text).not.toContain(secret)
  }
}

/** Whatever was lost: the next flow connects at once. */
async function nextFlowConnects(): Promise<void> {
  const issued = world.acme.exchanges.length + 1
  const next = connectedOf(await world.connect(tokens, ['openid'], 'account-next'))
  expect(next).toMatchObject({ account: 'account-next', refreshable: true })
  expect(await tokens.getAccessToken(CLIENT, 'acme')).toBe(`access-${issued}-account-next`)
}

const asked = (result: CallbackResult): string => {
  if (result.kind === 'account_changed') return result.confirmation
  throw new Error('nobody was asked')
}

describe('kill -9 while a callback is answered', () => {
  let start: AuthorizationStart
  let callback: string
  let before: string
  beforeEach(async () => {
    connectedOf(await world.connect(tokens))
    before = await grant()
    start = await tokens.authorizationUrl(CLIENT, 'acme')
    callback = world.acme.agree(start.url).href
  })
  const again = (): Promise<CallbackResult> => tokens.handleCallback(callback, by(start))
  const die = (point: string): Promise<void> =>
    isKilled(otherProcess(['handleCallback', callback, by(start)], point))

  test('before its flow is consumed: another process ends it, once', async () => {
    await die('before it is consumed')
    expect([await grant(), world.acme.exchanges.length]).toEqual([before, 1])
    connectedOf(await again())
    expect(await reasonOf(again())).toBe('already_used')
    expect(world.acme.exchanges).toHaveLength(2)
    await nothingIsPlain(start)
  })

  test.each(['after it is consumed', 'on its way to the provider', 'before it is stored'])(
    '%s: the old grant is untouched, the flow is used up, and the next one connects',
    async point => {
      if (point === 'on its way to the provider') {
        let letGo = (): void => {}
        const held = new Promise<void>(resolve => {
          letGo = resolve
        })
        const child = otherProcess(['handleCallback', callback, by(start)], null)
        world.acme.before = () => {
          child.kill('SIGKILL')
          return held
        }
        await isKilled(child)
        letGo()
        world.acme.before = async () => {}
      } else await die(point)
      const exchanges = point === 'after it is consumed' ? 1 : 2
      expect(await grant()).toBe(before)
      expect(await tokens.getAccessToken(CLIENT, 'acme')).toBe('access-1-account-1')
      await expect(again()).rejects.toMatchObject({ reason: 'already_used', outcome: null })
      expect(world.acme.exchanges).toHaveLength(exchanges)
      await nothingIsPlain(start)
      await nextFlowConnects()
    },
  )

  test.each(['after it is stored', 'before it is concluded', 'after it is concluded'])(
    '%s: the new grant is there, and the flow is used up',
    async point => {
      await die(point)
      expect(await tokens.getAccessToken(CLIENT, 'acme')).toBe('access-2-account-1')
      const outcome = point === 'after it is concluded' ? 'connected' : null
      await expect(again()).rejects.toMatchObject({ reason: 'already_used', outcome })
      expect(world.acme.exchanges).toHaveLength(2)
      await nothingIsPlain(start)
      await nextFlowConnects()
    },
  )
})

describe('kill -9 while another account is confirmed', () => {
  test.each([
    ['before it is consumed', 'connects'],
    ['after it is consumed', 'is used up'],
    ['before it is stored', 'is used up'],
  ])('%s: the old grant is untouched, and the confirmation %s', async (point, end) => {
    await world.connect(tokens, ['openid'], 'account-1')
    const before = await grant()
    const start = await tokens.authorizationUrl(CLIENT, 'acme', { scopes: ['openid'] })
    const confirmation = asked(await world.finish(tokens, start, 'account-2'))
    await isKilled(otherProcess(['confirmAccountChange', confirmation, by(start)], point))
    expect(await grant()).toBe(before)
    await nothingIsPlain(start)
    const again = tokens.confirmAccountChange(confirmation, by(start))
    if (end === 'connects') expect(await again).toMatchObject({ account: 'account-2' })
    else {
      expect(await reasonOf(again)).toBe('already_used')
      const next = await tokens.authorizationUrl(CLIENT, 'acme', { scopes: ['openid'] })
      const anew = asked(await world.finish(tokens, next, 'account-2'))
      expect(await tokens.confirmAccountChange(anew, by(next))).toMatchObject({ account: 'account-2' })
    }
    expect(world.acme.exchanges).toHaveLength(end === 'connects' ? 2 : 3)
  })
})
