import { generateKey } from 'evergrant/admin'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { connectionName } from '../../src/refresh/connection-name.ts'
import { associatedDataOf } from '../../src/sealing/associated-data.ts'
import { assemblyOf } from '../../src/service.ts'
import { CLIENT, CREDENTIALS, serviceWorld } from '../support/services.ts'
import { json, tokenEndpoint } from './token-endpoint.ts'

/* What callers may hand in, and what may lie in the row: nothing stored is changed by it. */
const world = await serviceWorld()
const endpoint = await tokenEndpoint()
const DATABASES = ['SQLite', 'PostgreSQL'] as const

async function service(url: string, encryptionKeys = generateKey({ id: 'k1' })) {
  const providers = { acme: { profile: endpoint.profile('acme'), ...CREDENTIALS } }
  const tokens = await world.open(url, { providers, encryptionKeys, cache: false })
  await tokens.storeTokens(CLIENT, 'acme', { accessToken: 'old', refreshToken: 'stored', expiresIn: 3_600 })
  return tokens
}

describe.each(DATABASES)('on %s', kind => {
  const row = () => world.url(kind)

  test.each([
    ['NUL', 'to\0ken'],
    ['a line break', 'to\r\nken'],
    ['half of a surrogate pair', 'to\ud800ken'],
    ['more than 16 KiB', 't'.repeat(16 * 1024 + 1)],
    ['1 MiB', 't'.repeat(1024 * 1024)],
  ])('nasty input 1: storeTokens refuses a token with %s, and the stored ones stay', async (_, token) => {
    const tokens = await service(row())
    for (const input of [{ accessToken: token }, { accessToken: 'a', refreshToken: token }]) {
      await expect(tokens.storeTokens(CLIENT, 'acme', input)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    }
    const record = await tokens.getTokenRecord(CLIENT, 'acme')
    expect([record?.accessToken?.reveal(), record?.refreshToken?.reveal()]).toEqual(['old', 'stored'])
  })

  test.each(['ｚｏｈｏ', 'a ', ' a', '', 'a\0', 'a\nb', 'x'.repeat(256), 'x'.repeat(300_000)])(
    'nasty input 2: no client is called %j',
    async clientId => {
      const tokens = await service(row())
      const input = { accessToken: 'a', refreshToken: 'b' }
      await expect(tokens.storeTokens(clientId, 'acme', input)).rejects.toMatchObject({
        code: 'INVALID_INPUT',
      })
      expect((await tokens.listTokens()).connections).toHaveLength(1)
    },
  )

  test('nasty input 2: names that mean something to JavaScript or to a file system are names like others', async () => {
    const tokens = await service(row())
    const names = ['__proto__', 'constructor', '../x', 'toString', 'a:b']
    for (const name of names) {
      await tokens.storeTokens(name, 'acme', { accessToken: `token of ${name}`, refreshToken: 'r' })
    }
    for (const name of names) expect(await tokens.getAccessToken(name, 'acme')).toBe(`token of ${name}`)
    expect(await tokens.hasToken('hasOwnProperty', 'acme')).toBe(false)
  })

  test('nasty input 4: a re-connect without a refresh token keeps the one that is stored', async () => {
    const tokens = await service(row())
    await tokens.storeTokens(CLIENT, 'acme', { accessToken: 'again', expiresIn: 3_600 })
    const record = await tokens.getTokenRecord(CLIENT, 'acme')
    expect([record?.accessToken?.reveal(), record?.refreshToken?.reveal()]).toEqual(['again', 'stored'])
  })

  test('nasty input 5: storeTokens while the old grant is refreshed wins, and deleteToken is not undone', async () => {
    const tokens = await service(row())
    const answers: (() => void)[] = []
    endpoint.usually = socket => {
      answers.push(
        () => void socket.write(json({ access_token: 'late', token_type: 'Bearer', refresh_token: 'late' })),
      )
    }
    const refreshing = tokens.refreshToken(CLIENT, 'acme').catch(() => {})
    await expect.poll(() => answers.length).toBe(1)
    await tokens.storeTokens(CLIENT, 'acme', {
      accessToken: 'second',
      refreshToken: 'second',
      expiresIn: 3_600,
    })
    answers[0]?.()
    await refreshing
    expect((await tokens.getTokenRecord(CLIENT, 'acme'))?.refreshToken?.reveal()).toBe('second')

    const again = tokens.refreshToken(CLIENT, 'acme').catch(() => {})
    await expect.poll(() => answers.length).toBe(2)
    await tokens.deleteToken(CLIENT, 'acme')
    answers[1]?.()
    await again
    expect(await tokens.hasToken(CLIENT, 'acme')).toBe(false)
    await tokens.storeTokens(CLIENT, 'acme', {
      accessToken: 'third',
      refreshToken: 'third',
      expiresIn: 3_600,
    })
    expect(await tokens.getAccessToken(CLIENT, 'acme')).toBe('third')
  })

  test.each([
    ['swapped with that of another client', (_: string, other: string) => other],
    ['with a tag of 4 bytes', (own: string) => shortened(own, 12)],
    ['of a key that nobody knows', (own: string) => renamed(own)],
    ['empty', () => ''],
  ])('nasty input 7: a stored value that is %s: no request is made, and the row stays', async (_, spoil) => {
    const tokens = await service(row())
    await tokens.storeTokens('other', 'acme', { accessToken: 'theirs', refreshToken: 'theirs' })
    const { store } = (await assemblyOf(tokens)).ports
    const own = await store.read({ clientId: CLIENT, provider: 'acme' })
    const theirs = await store.read({ clientId: 'other', provider: 'acme' })
    if (own === null || theirs === null) throw new Error('no row')
    const texts = {
      accessToken: spoil(own.accessToken ?? '', theirs.accessToken ?? ''),
      refreshToken: spoil(own.refreshToken ?? '', theirs.refreshToken ?? ''),
    }
    await store.sealedValues.replace({ table: 'oauth_tokens', ...own }, texts)
    for (const call of [tokens.getAccessToken(CLIENT, 'acme'), tokens.refreshToken(CLIENT, 'acme')]) {
      await expect(call).rejects.toMatchObject({ code: 'DECRYPTION_FAILED', clientId: CLIENT })
    }
    expect(endpoint.asked).toEqual([])
    expect(await store.read(own)).toMatchObject({ ...texts, generation: own.generation, status: 'active' })
    expect(world.events.map(({ type }) => type)).toContain('decryption_failed')
  })
})

/** An envelope without the last bytes of its tag. */
function shortened(text: string, bytes: number): string {
  const sealed = Buffer.from(text.slice('eg1.'.length), 'base64url')
  return `eg1.${sealed.subarray(0, sealed.length - bytes).toString('base64url')}`
}

/** An envelope that names the key k9 instead of k1. */
function renamed(text: string): string {
  const sealed = Buffer.from(text.slice('eg1.'.length), 'base64url')
  sealed.write('9', 2, 'latin1')
  return `eg1.${sealed.toString('base64url')}`
}

test.each([
  ['null', 'null', null],
  ['infinity', "'infinity'", null],
  ['of the year 294276', "'294276-12-31 23:59:59+00'", null],
])('nasty input 8: token_expiry that is %s means something, and makes no loop', async (_, sql) => {
  const tokens = await service(world.url('PostgreSQL'))
  await world.database.query(`update oauth_tokens set token_expiry = ${sql}, generation = generation + 1`)
  const first = await tokens.getAccessToken(CLIENT, 'acme')
  for (let calls = 0; calls < 5; calls += 1) expect(await tokens.getAccessToken(CLIENT, 'acme')).toBe(first)
  expect(endpoint.asked.length).toBeLessThanOrEqual(1)
})

test('nasty input 8: a token of 60 seconds is refreshed once, not at every call', async () => {
  endpoint.usually = json({ access_token: 'short', token_type: 'Bearer', expires_in: 60 })
  const tokens = await service(world.url('SQLite'))
  await tokens.refreshToken(CLIENT, 'acme')
  for (let calls = 0; calls < 5; calls += 1) expect(await tokens.getAccessToken(CLIENT, 'acme')).toBe('short')
  expect(endpoint.asked).toEqual(['stored'])
})

const name = fc.string({ minLength: 1, maxLength: 8 })
test('nasty input 2: two connections never share a name in memory, nor what their values are bound to', () => {
  fc.assert(
    fc.property(name, name, name, name, (clientA, providerA, clientB, providerB) => {
      fc.pre(clientA !== clientB || providerA !== providerB)
      const a = { clientId: clientA, provider: providerA }
      const b = { clientId: clientB, provider: providerB }
      expect(connectionName(a)).not.toBe(connectionName(b))
      const bound = (place: typeof a): Buffer => associatedDataOf('k', { ...place, purpose: 'access_token' })
      expect(bound(a).equals(bound(b))).toBe(false)
    }),
    {
      numRuns: 5_000,
      examples: [
        ['a', 'b:c', 'a:b', 'c'],
        ['a', '"b', 'a"', 'b'],
      ],
    },
  )
})
