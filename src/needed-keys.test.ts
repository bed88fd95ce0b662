import type { OAuthTokenService } from 'evergrant'
import { generateKey, rotateKeys } from 'evergrant/admin'
import { describe, expect, test } from 'vitest'
import { serviceWorld } from '../test/support/services.ts'
import type { TokenStore } from './ports/store.ts'
import { assemblyOf, openWithAnyKeys } from './service.ts'

const world = await serviceWorld()
const OLD = generateKey({ id: 'old' })
const NEW = generateKey({ id: 'new' })
const OTHER_OLD = generateKey({ id: 'old' })

const storeOf = async (tokens: OAuthTokenService): Promise<TokenStore> =>
  (await assemblyOf(tokens)).ports.store
const knownTo = async (tokens: OAuthTokenService): Promise<string[]> =>
  (await (await storeOf(tokens)).keyProofs.list()).map(({ keyId }) => keyId)

/** A database with one connection, sealed with the old key; the service is closed. */
async function sealedByOld(url: string): Promise<void> {
  const tokens = await world.open(url, { encryptionKeys: OLD })
  await tokens.storeTokens('a', 'zoho_crm', { accessToken: 'at', refreshToken: 'rt' })
  await tokens.close()
}

/** A look at a database, whatever keys it needs. */
async function look(url: string): Promise<OAuthTokenService> {
  const tokens = await openWithAnyKeys({ database: url, encryptionKeys: generateKey({ id: 'looking' }) })
  world.adopt(tokens)
  return tokens
}

/** What would show that something was written: the proofs and the row. */
async function stateOf(url: string): Promise<unknown> {
  const store = await storeOf(await look(url))
  const row = await store.read({ clientId: 'a', provider: 'zoho_crm' })
  return [await store.keyProofs.list(), row === null ? null : { ...row, now: 0 }]
}

describe.each(['SQLite', 'PostgreSQL'] as const)('on %s', kind => {
  test('F38: a ring that lacks a needed key is refused, the key is named, and nothing is written', async () => {
    const url = world.url(kind)
    await sealedByOld(url)
    const before = await stateOf(url)
    await expect(world.open(url, { encryptionKeys: NEW })).rejects.toMatchObject({
      code: 'DECRYPTION_FAILED',
      retryable: false,
      message: expect.stringContaining('needs the encryption key "old", and encryptionKeys does not hold it'),
    })
    expect(await stateOf(url)).toEqual(before)
    const tokens = await world.open(url, { encryptionKeys: `${NEW},${OLD}` })
    expect(await tokens.getAccessToken('a', 'zoho_crm', { clientId: 'x', clientSecret: 'y' })).toBe('at')
    expect(await knownTo(tokens)).toEqual(['new', 'old'])
  })

  test('F38: another key under the id of a needed one is refused', async () => {
    const url = world.url(kind)
    await sealedByOld(url)
    const before = await stateOf(url)
    for (const encryptionKeys of [OTHER_OLD, `${NEW},${OTHER_OLD}`]) {
      await expect(world.open(url, { encryptionKeys })).rejects.toMatchObject({
        code: 'DECRYPTION_FAILED',
        message: expect.stringContaining('The key "old" in encryptionKeys is not the key "old"'),
      })
    }
    expect(await stateOf(url)).toEqual(before)
  })

  test.each([
    ['lacks', NEW, ['new']],
    ['has another for', OTHER_OLD, ['old']],
  ])('a key that seals no value is not needed: a ring that %s it opens', async (_, encryptionKeys, known) => {
    const url = world.url(kind)
    const before = await world.open(url, { encryptionKeys: OLD })
    await before.storeTokens('a', 'zoho_crm', { accessToken: 'at', refreshToken: 'rt' })
    await before.deleteToken('a', 'zoho_crm')
    const tokens = await world.open(url, { encryptionKeys })
    expect(await knownTo(tokens)).toEqual(known)
    await tokens.storeTokens('a', 'zoho_crm', { accessToken: 'at' })
    await expect(world.open(url, { encryptionKeys: OLD })).rejects.toMatchObject({
      code: 'DECRYPTION_FAILED',
    })
  })

  test('rotation makes the old key needless', async () => {
    const url = world.url(kind)
    await sealedByOld(url)
    const rotating = await world.open(url, { encryptionKeys: `${NEW},${OLD}` })
    expect((await rotateKeys(rotating, { dryRun: true })).released).toEqual([])
    expect(await knownTo(rotating)).toEqual(['new', 'old'])
    expect((await rotateKeys(rotating)).released).toEqual(['old'])
    expect(await knownTo(rotating)).toEqual(['new'])
    await rotating.close()
    const tokens = await world.open(url, { encryptionKeys: NEW })
    expect((await tokens.getTokenRecord('a', 'zoho_crm'))?.refreshToken?.reveal()).toBe('rt')
  })

  describe('a database that knows of no keys yet, and holds values', () => {
    /** As an earlier version left it. `alter` spoils the access token. */
    async function fromBefore(url: string, { alter = false } = {}): Promise<void> {
      await sealedByOld(url)
      const store = await storeOf(await look(url))
      await store.keyProofs.remove('old')
      const row = await store.read({ clientId: 'a', provider: 'zoho_crm' })
      if (row === null) throw new Error('no row')
      const accessToken = alter ? `${row.accessToken?.slice(0, -4)}AAAA` : row.accessToken
      await store.sealedValues.replace({ table: 'oauth_tokens', ...row }, { ...row, accessToken })
    }

    test('is looked through: what its values need is needed', async () => {
      const url = world.url(kind)
      await fromBefore(url)
      await expect(world.open(url, { encryptionKeys: NEW })).rejects.toThrow('the encryption key "old"')
      await expect(world.open(url, { encryptionKeys: OTHER_OLD })).rejects.toThrow('is not the key "old"')
      expect(await knownTo(await look(url))).toEqual([])
      expect(await knownTo(await world.open(url, { encryptionKeys: `${NEW},${OLD}` }))).toEqual([
        'new',
        'old',
      ])
    })

    test('a value that was altered says nothing about its key where another opens', async () => {
      const url = world.url(kind)
      await fromBefore(url, { alter: true })
      expect(await knownTo(await world.open(url, { encryptionKeys: OLD }))).toEqual(['old'])
    })
  })
})
