import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { SealedRow, SealedTable } from '../../../src/ports/sealed-values.ts'
import type { ConnectionRow, TokenStore } from '../../../src/ports/store.ts'
import { claimOf, freshKey, rowOf, type StoreHarness, still, storedRow } from './harness.ts'

const NEW = { accessToken: 'access-sealed-anew', refreshToken: 'refresh-sealed-anew' }

/** What counts and renews everything that is sealed. */
export function sealedValuesContract(harness: () => StoreHarness): void {
  describe('sealed values', () => {
    test.each([1, 2, 1_000])('come in stretches of %i, each row once, in one order', async limit => {
      const { store } = harness()
      const stored = await Promise.all(Array.from({ length: 5 }, () => storedRow(store)))
      const found = await allRows(store, 'oauth_tokens', limit)
      expect(new Set(found.map(({ id }) => id)).size).toBe(found.length)
      for (const row of stored) expect(found).toContainEqual(sealedRowOf(row))
    })

    test('leave out rows that hold none', async () => {
      const { store } = harness()
      const key = freshKey()
      await store.insertEmpty(key, {})
      const { id } = await rowOf(store, key)
      expect((await allRows(store, 'oauth_tokens', 100)).map(row => row.id)).not.toContain(id)
      expect(await store.sealedValues.row('oauth_tokens', id)).toBeNull()
    })

    test('are replaced, and nothing else of the row is', async () => {
      const { store } = harness()
      const before = await storedRow(store)
      await store.claim(claimOf(before))
      const claimed = await rowOf(store, before)
      expect(await store.sealedValues.replace(sealedRowOf(claimed), NEW)).toBe(true)
      expect(still(await rowOf(store, before))).toEqual({ ...still(claimed), ...NEW })
      expect(await store.sealedValues.row('oauth_tokens', before.id)).toEqual({
        ...sealedRowOf(before),
        ...NEW,
      })
    })

    test('of one column are replaced where the other is empty', async () => {
      const { store } = harness()
      const row = await storedRow(store, { accessToken: null })
      const texts = { accessToken: null, refreshToken: 'anew' }
      expect(await store.sealedValues.replace(sealedRowOf(row), texts)).toBe(true)
      expect(await rowOf(store, row)).toMatchObject(texts)
    })

    test.each([
      ['access token', { accessToken: 'another' }],
      ['refresh token', { refreshToken: 'another' }],
      ['lack of a token', { accessToken: null }],
      ['client', { clientId: 'another' }],
      ['provider', { provider: 'another' }],
      ['id', { id: randomUUID() }],
    ])('stay where the %s is another', async (_, change) => {
      const { store } = harness()
      const row = await storedRow(store)
      expect(await store.sealedValues.replace({ ...sealedRowOf(row), ...change }, NEW)).toBe(false)
      expect(still(await rowOf(store, row))).toEqual(still(row))
    })

    test('of a revocation are among them until it is confirmed', async () => {
      const { store } = harness()
      const { id, clientId, provider } = await storedRow(store)
      await store.delete({ clientId, provider, revoke: true, seed: null })
      const row = await store.sealedValues.row('oauth_token_revocations', id)
      const held: SealedRow = {
        table: 'oauth_token_revocations',
        id,
        clientId,
        provider,
        accessToken: 'access-1',
        refreshToken: 'refresh-1',
      }
      expect(row).toEqual(held)
      expect(await allRows(store, 'oauth_token_revocations', 1)).toContainEqual(held)
      const texts = { accessToken: 'access-anew', refreshToken: 'anew' }
      expect(await store.sealedValues.replace({ ...held, accessToken: 'another' }, texts)).toBe(false)
      expect(await store.sealedValues.replace({ ...held, refreshToken: 'another' }, texts)).toBe(false)
      expect(await store.sealedValues.replace(held, texts)).toBe(true)
      expect((await store.revocations.of(id))?.refreshToken).toBe('anew')
      await store.revocations.confirm(id)
      expect(await store.sealedValues.row('oauth_token_revocations', id)).toBeNull()
      expect(await store.sealedValues.replace({ ...held, ...texts }, texts)).toBe(false)
    })
  })
}

function sealedRowOf({ id, clientId, provider, accessToken, refreshToken }: ConnectionRow): SealedRow {
  return { table: 'oauth_tokens', id, clientId, provider, accessToken, refreshToken }
}

async function allRows(store: TokenStore, table: SealedTable, limit: number): Promise<SealedRow[]> {
  const all: SealedRow[] = []
  for (;;) {
    const rows = await store.sealedValues.rows({ table, after: all.at(-1)?.id ?? null, limit })
    all.push(...rows)
    if (rows.length < limit) return all
  }
}
