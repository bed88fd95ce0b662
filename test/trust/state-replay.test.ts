import { createHash } from 'node:crypto'
import type { OAuthTokenService } from 'evergrant'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CLIENT, ConnectingWorld, reasonOf } from '../support/connecting.ts'
import { PATIENT_MS } from '../support/patience.ts'
import { freshDatabase } from '../support/postgres.ts'
import { KEYS } from '../support/services.ts'

const postgres = await freshDatabase()
let world: ConnectingWorld
beforeEach(async () => {
  world = await ConnectingWorld.start()
})
afterEach(() => world.close())

const databases = { PostgreSQL: async () => postgres.url, SQLite: async () => `file:${await world.file()}` }

describe.each(Object.entries(databases))('on %s', (_, url) => {
  const pair = async (): Promise<readonly [OAuthTokenService, OAuthTokenService]> => {
    const policy = { storeTimeoutMs: PATIENT_MS }
    const options = { database: await url(), encryptionKeys: KEYS, policy }
    return [await world.open(options), await world.open(options)]
  }

  test('T15: of 100 callbacks with one state, to two services at once, one is exchanged', async () => {
    const [one, two] = await pair()
    const { url: page, binding } = await one.authorizationUrl(CLIENT, 'acme')
    const callback = world.acme.agree(page)
    const ends = await Promise.allSettled(
      Array.from({ length: 100 }, (_, index) =>
        (index % 2 === 0 ? one : two).handleCallback(callback, { binding }),
      ),
    )
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const reasons = ends.flatMap(end => (end.status === 'rejected' ? [end.reason.reason] : []))
    expect(reasons).toEqual(Array.from({ length: 99 }, () => 'already_used'))
    expect(world.acme.exchanges).toHaveLength(1)
    expect(await two.hasToken(CLIENT, 'acme')).toBe(true)
  })

  test('T15: of 20 confirmations at once one stores the waiting tokens', async () => {
    const [one, two] = await pair()
    await world.connect(one, ['openid'])
    const start = await one.authorizationUrl(CLIENT, 'acme', { scopes: ['openid'] })
    const asked = await world.finish(one, start, 'account-2')
    if (asked.kind !== 'account_changed') throw new Error('nobody was asked')
    const { binding } = start
    const ends = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? one : two).confirmAccountChange(asked.confirmation, { binding }),
      ),
    )
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })
})

describe('a state', () => {
  test('T15: that is unknown, or that of a confirmation, is refused, and nothing is exchanged', async () => {
    const tokens = await world.open()
    const { url, binding } = await tokens.authorizationUrl(CLIENT, 'acme')
    const callback = world.acme.agree(url)
    callback.searchParams.set('state', 'x'.repeat(43))
    expect(await reasonOf(tokens.handleCallback(callback, { binding }))).toBe('unknown_state')
    const state = new URL(url).searchParams.get('state') ?? ''
    expect(await reasonOf(tokens.confirmAccountChange(state, { binding }))).toBe('unknown_state')
    expect(world.acme.exchanges).toEqual([])
  })

  test('T15: that is over is refused, and nothing is exchanged', async () => {
    const tokens = await world.open({ database: postgres.url, encryptionKeys: KEYS })
    const { url, binding } = await tokens.authorizationUrl('late', 'acme')
    await postgres.query(
      "update oauth_flows set expires_at = now() - interval '1 second' where client_id = 'late'",
    )
    const back = tokens.handleCallback(world.acme.agree(url), { binding })
    expect(await reasonOf(back)).toBe('expired')
    expect(world.acme.exchanges).toEqual([])
  })

  test('T15, T1: lies in the database as a digest, and neither it nor the binding, the verifier or waiting tokens can be read there', async () => {
    const tokens = await world.open({ database: postgres.url, encryptionKeys: KEYS })
    await world.connect(tokens, ['openid'])
    const start = await tokens.authorizationUrl(CLIENT, 'acme', {
      scopes: ['openid'],
      user: 'ada@example.org',
    })
    const rows = async (): Promise<string> =>
      JSON.stringify(await postgres.query('select * from oauth_flows'))
    const state = new URL(start.url).searchParams.get('state') ?? 'none'
    const begun = await rows()
    const asked = await tokens.handleCallback(world.acme.agree(start.url, 'account-2'), {
      binding: start.binding,
      user: 'ada@example.org',
    })
    if (asked.kind !== 'account_changed') throw new Error('nobody was asked')
    const waiting = await rows()
    const verifier = world.acme.exchanges.at(-1)?.parameters.get('code_verifier') ?? 'none'
    const secrets = [
      state,
      start.binding,
      verifier,
      asked.confirmation,
      'ada@example.org',
      'access-',
      'refresh-',
    ]
    for (const secret of secrets) expect(begun + waiting).not.toContain(secret)
  })

  test('T15, T2: of which somebody who writes in the database has changed the owner, the place or the secret does not count', async () => {
    const tokens = await world.open({ database: postgres.url, encryptionKeys: KEYS })
    const change = async (set: string): Promise<string> => {
      await postgres.query('delete from oauth_flows')
      const { url, binding } = await tokens.authorizationUrl('victim', 'acme')
      const theirs = await tokens.authorizationUrl('mallory', 'acme')
      const theirDigest = createHash('sha256').update(theirs.binding).digest('base64url')
      await postgres.query(
        `update oauth_flows set ${set} where client_id = 'victim'`,
        set.includes('$1') ? [theirDigest] : [],
      )
      const used = set.includes('$1') ? theirs.binding : binding
      return reasonOf(tokens.handleCallback(world.acme.agree(url), { binding: used }))
    }
    expect(await change('binding_digest = $1')).toBe('expired')
    expect(await change("client_id = 'mallory'")).toBe('expired')
    expect(await change("sealed = (select sealed from oauth_flows where client_id = 'mallory')")).toBe(
      'expired',
    )
    expect(await change("sealed = '{}'")).toBe('expired')
    expect(world.acme.exchanges).toEqual([])
  })

  test('T15: whose end somebody else has written tells of none that there is not', async () => {
    const tokens = await world.open({ database: postgres.url, encryptionKeys: KEYS })
    const { url, binding } = await tokens.authorizationUrl('told', 'acme')
    const callback = world.acme.agree(url)
    await tokens.handleCallback(callback, { binding })
    await postgres.query("update oauth_flows set outcome = '<b>' where client_id = 'told'")
    const again = tokens.handleCallback(callback, { binding })
    await expect(again).rejects.toMatchObject({ reason: 'already_used', outcome: null })
  })

  test('T15, T2, T5: of somebody who writes in the database, and puts a flow or a text of his own in its place, does not count', async () => {
    const tokens = await world.open({ database: postgres.url, encryptionKeys: KEYS })
    const digest = (text: string): string => createHash('sha256').update(text).digest('base64url')
    const stateIn = (url: string): string => new URL(url).searchParams.get('state') ?? ''
    const theirs = await tokens.authorizationUrl('victim', 'acme')
    const mine = await tokens.authorizationUrl('victim', 'acme')
    const end = ({ binding }: { readonly binding: string }): Promise<string> =>
      reasonOf(tokens.handleCallback(world.acme.agree(theirs.url), { binding }))
    // Another flow of the same client, with its binding: all but the state is his.
    await postgres.query(
      'update oauth_flows set (sealed, binding_digest) = (select sealed, binding_digest from oauth_flows where digest = $2) where digest = $1',
      [digest(stateIn(theirs.url)), digest(stateIn(mine.url))],
    )
    expect(await end(mine)).toBe('expired')
    const plain = await tokens.authorizationUrl('victim', 'acme')
    const known = { digest: digest(stateIn(plain.url)), bindingDigest: digest(plain.binding) }
    const text = JSON.stringify({ ...known, value: { verifier: 'v'.repeat(43) } })
    await postgres.query('update oauth_flows set sealed = $1 where digest = $2', [text, known.digest])
    const back = tokens.handleCallback(world.acme.agree(plain.url), { binding: plain.binding })
    expect(await reasonOf(back)).toBe('expired')
    expect(world.acme.exchanges).toEqual([])
  })
})
