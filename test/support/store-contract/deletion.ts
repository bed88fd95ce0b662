import { describe, expect, test } from 'vitest'
import { InvalidInputError } from '../../../src/errors.ts'
import type { ConnectionKey, TokenStore } from '../../../src/ports/store.ts'
import { firstPut, freshKey, rowOf, type StoreHarness, still, storedRow } from './harness.ts'

const UNKNOWN = '00000000-0000-4000-8000-000000000000'

/** Deleting a connection, and the revocations that are asked for with it. */
export function deletionContract(harness: () => StoreHarness): void {
  describe('delete', () => {
    test('gives the row that it removed, and null when there was none', async () => {
      const { store } = harness()
      const row = await storedRow(store)
      const deleted = await store.delete({ ...keyOf(row), revoke: false, seed: null })
      expect(deleted && still(deleted)).toEqual(still(row))
      expect(await store.read(row)).toBeNull()
      expect(await store.delete({ ...keyOf(row), revoke: true, seed: null })).toBeNull()
      expect(await store.revocations.pending(row)).toEqual([])
    })

    test('touches no other connection of the client', async () => {
      const { store } = harness()
      const row = await storedRow(store)
      const other = await storedRow(store, {}, { ...keyOf(row), provider: 'google' })
      await store.delete({ ...keyOf(row), revoke: false, seed: null })
      expect(still(await rowOf(store, other))).toEqual(still(other))
    })

    test('is told to one of many that delete at once', async () => {
      const { store, second } = harness()
      const row = await storedRow(store)
      const request = { ...keyOf(row), revoke: true, seed: null }
      const all = await Promise.all(
        Array.from({ length: 10 }, (_, index) => (index % 2 ? store : (second ?? store)).delete(request)),
      )
      expect(all.filter(deleted => deleted !== null)).toHaveLength(1)
      expect(await store.revocations.pending(row)).toHaveLength(1)
    })

    test('makes room for a new row with another id', async () => {
      const { store } = harness()
      const row = await storedRow(store)
      await store.delete({ ...keyOf(row), revoke: false, seed: null })
      expect((await storedRow(store, {}, keyOf(row))).id).not.toBe(row.id)
    })
  })

  describe('revocations', () => {
    test('tell which connections await one, each once, until the provider confirmed', async () => {
      const { store } = harness()
      const row = await storedRow(store)
      const other = await storedRow(store, {}, { ...keyOf(row), provider: 'google' })
      await store.delete({ ...keyOf(other), revoke: true, seed: null })
      await store.delete({ ...keyOf(row), revoke: true, seed: null })
      const again = await storedRow(store, {}, keyOf(row))
      await store.delete({ ...keyOf(row), revoke: true, seed: null })
      const { clientId } = row
      expect(await store.revocations.connections({ clientId })).toEqual(
        [keyOf(other), keyOf(row)].sort((a, b) => (a.provider < b.provider ? -1 : 1)),
      )
      expect(await store.revocations.connections({ clientId, provider: 'google' })).toEqual([keyOf(other)])
      expect(await store.revocations.connections({})).toContainEqual(keyOf(other))
      for (const id of [row.id, again.id, other.id]) await store.revocations.confirm(id)
      expect(await store.revocations.connections({ clientId })).toEqual([])
    })

    test('are kept with the tokens until the provider confirmed', async () => {
      const { store } = harness()
      const row = await deletedAndRevoked(store)
      const { id, refreshToken, accessToken, metadata } = row
      const pending = {
        id,
        ...keyOf(row),
        refreshToken,
        accessToken,
        metadata,
        attempts: 0,
        isBeingAsked: false,
      }
      const confirmed = { ...pending, refreshToken: null, accessToken: null }
      expect(await store.revocations.pending(row)).toEqual([pending])
      expect(await store.revocations.of(id)).toEqual(pending)

      await store.revocations.confirm(id)
      expect(await store.revocations.pending(row)).toEqual([])
      expect(await store.revocations.of(id)).toEqual(confirmed)
      await store.revocations.confirm(id)
      expect(await store.revocations.of(id)).toEqual(confirmed)
    })

    test('exist only where they were asked for', async () => {
      const { store } = harness()
      const row = await storedRow(store)
      await store.delete({ ...keyOf(row), revoke: false, seed: null })
      expect(await store.revocations.of(row.id)).toBeNull()
      expect(await store.revocations.of(UNKNOWN)).toBeNull()
      await store.revocations.confirm(UNKNOWN)
    })

    test('of one connection are listed in the order of the deletions', async () => {
      const { store, advance } = harness()
      const key = freshKey()
      const first = await deletedAndRevoked(store, key)
      await advance(1_000)
      const second = await deletedAndRevoked(store, key)
      await deletedAndRevoked(store)
      expect((await store.revocations.pending(key)).map(({ id }) => id)).toEqual([first.id, second.id])
    })
  })
}

/** For engines whose transactions a caller cannot hand in. */
export function refusedTransactionsContract(harness: () => StoreHarness): void {
  test('a transaction of the caller is refused, and nothing is written', async () => {
    const { store } = harness()
    const key = freshKey()
    const tx = {}
    await expect(store.read(key, { tx })).rejects.toThrow(InvalidInputError)
    await expect(store.put(firstPut(key), { tx })).rejects.toThrow(InvalidInputError)
    await expect(store.delete({ ...key, revoke: false, seed: null }, { tx })).rejects.toThrow(
      InvalidInputError,
    )
    expect(await store.read(key)).toBeNull()
  })
}

async function deletedAndRevoked(
  store: TokenStore,
  key?: ConnectionKey,
): Promise<Awaited<ReturnType<typeof rowOf>>> {
  const row = await storedRow(store, {}, key)
  await store.delete({ ...keyOf(row), revoke: true, seed: null })
  return row
}

function keyOf({ clientId, provider }: ConnectionKey): ConnectionKey {
  return { clientId, provider }
}
