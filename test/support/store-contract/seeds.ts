import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  claimOf,
  commitOf,
  firstPut,
  freshKey,
  plantOf,
  rowOf,
  type SharedStoreHarness,
  type StoreHarness,
  storedRow,
} from './harness.ts'

/** Who may use a seed, for what, and that it does not come back. */
export function seedsContract(harness: () => StoreHarness): void {
  describe('plant', () => {
    test('makes a row of generation 0 that is due, and remembers owner and use', async () => {
      const { store } = harness()
      const request = plantOf(freshKey(), { metadata: { location: 'eu' } })
      expect(await store.seedMemory(request.seed, request.provider)).toEqual({ owner: null, use: null })
      expect(await store.plant(request)).toBe('planted')
      const row = await rowOf(store, request)
      expect(row).toMatchObject({
        accessToken: null,
        refreshToken: 'seeded-refresh',
        expiresAt: null,
        refreshAt: row.createdAt,
        generation: 0,
        status: 'active',
        metadata: { location: 'eu' },
      })
      expect(await store.seedMemory(request.seed, request.provider)).toEqual({
        owner: request.clientId,
        use: { clientId: request.clientId, state: 'stored' },
      })
      expect(await store.claim(claimOf(row))).toBe(true)
    })

    test('leaves a stored row alone, and takes nothing', async () => {
      const { store } = harness()
      const row = await storedRow(store)
      const request = plantOf(row)
      expect(await store.plant(request)).toBe('exists')
      expect(await rowOf(store, row)).toMatchObject({ id: row.id, refreshToken: row.refreshToken })
      expect(await store.seedMemory(request.seed, row.provider)).toEqual({ owner: null, use: null })
    })

    test('gives a variable to the first client, whatever its value later', async () => {
      const { store } = harness()
      const first = plantOf(freshKey())
      await store.plant(first)
      const other = freshKey()
      expect(await store.plant({ ...first, ...other })).toBe('not_owner')
      const later = { variable: first.seed.variable, digest: randomUUID() }
      expect(await store.plant(plantOf(other, { seed: later }))).toBe('not_owner')
      expect(await store.read(other)).toBeNull()
      expect(await store.seedMemory(later, 'zoho_crm')).toEqual({ owner: first.clientId, use: null })
    })

    test('lets one value seed two providers of one client', async () => {
      const { store } = harness()
      const first = plantOf(freshKey('zoho_crm'))
      await store.plant(first)
      expect(await store.plant({ ...first, provider: 'zoho_calendar' })).toBe('planted')
    })

    test('does not give the value of one client to another by way of a second variable', async () => {
      const { store } = harness()
      const first = plantOf(freshKey())
      await store.plant(first)
      const seed = { variable: `OTHER_${randomUUID()}`, digest: first.seed.digest }
      const other = freshKey()
      expect(await store.plant(plantOf(other, { seed }))).toBe('used')
      expect(await store.seedMemory(seed, other.provider)).toEqual({
        owner: null,
        use: { clientId: first.clientId, state: 'stored' },
      })
    })

    test('gives a variable and its value to the client that is named, whoever had them', async () => {
      const { store } = harness()
      const first = plantOf(freshKey())
      await store.plant(first)
      const named = freshKey()
      expect(await store.plant({ ...first, ...named, named: true })).toBe('planted')
      expect(await store.seedMemory(first.seed, named.provider)).toEqual({
        owner: named.clientId,
        use: { clientId: named.clientId, state: 'stored' },
      })
    })

    test('is granted to one client of many at once', async () => {
      const { store, second } = harness()
      const { seed } = plantOf(freshKey())
      const requests = Array.from({ length: 20 }, () => plantOf(freshKey(), { seed }))
      const results = await Promise.all(
        requests.map((request, index) => (index % 2 ? store : (second ?? store)).plant(request)),
      )
      expect(results.filter(result => result === 'planted')).toHaveLength(1)
      expect(results.filter(result => result === 'not_owner')).toHaveLength(19)
    })

    test('happens once for one client that asks many times at once', async () => {
      const { store, second } = harness()
      const request = plantOf(freshKey())
      const results = await Promise.all(
        Array.from({ length: 10 }, (_, index) => (index % 2 ? store : (second ?? store)).plant(request)),
      )
      expect(results.filter(result => result === 'planted')).toHaveLength(1)
      expect(results.filter(result => result === 'exists')).toHaveLength(9)
    })
  })

  replacementContract(harness)
  deletedSeedsContract(harness)
}

function replacementContract(harness: () => StoreHarness): void {
  describe('plant over a seeded row', () => {
    test('replaces it by a row with a new id', async () => {
      const { store } = harness()
      const first = plantOf(freshKey())
      await store.plant(first)
      const row = await rowOf(store, first)
      const seed = { variable: first.seed.variable, digest: randomUUID() }
      const changed = { ...first, seed, refreshToken: 'changed', replaces: row }
      expect(await store.plant(changed)).toBe('planted')
      const replaced = await rowOf(store, first)
      expect(replaced).toMatchObject({ refreshToken: 'changed', generation: 0 })
      expect(replaced.id).not.toBe(row.id)
      expect(await store.commit(commitOf(row))).toBe(false)
    })

    test.each(['refreshed', 'deleted', 'made again'])('does nothing when it was %s meanwhile', async what => {
      const { store } = harness()
      const first = plantOf(freshKey())
      await store.plant(first)
      const row = await rowOf(store, first)
      if (what === 'refreshed') await store.commit(commitOf(row))
      else await store.delete({ ...first, revoke: false, seed: null })
      if (what === 'made again') await store.put(firstPut(first))
      const before = await store.read(first)
      const seed = { variable: first.seed.variable, digest: randomUUID() }
      expect(await store.plant({ ...first, seed, replaces: row })).toBe('exists')
      expect((await store.read(first))?.id).toBe(before?.id)
      expect((await store.seedMemory(seed, first.provider)).use).toBeNull()
    })
  })
}

function deletedSeedsContract(harness: () => StoreHarness): void {
  describe('seeds of a deleted connection', () => {
    test('do not come back, not even for the named client', async () => {
      const { store } = harness()
      const request = plantOf(freshKey())
      await store.plant(request)
      await store.delete({ ...request, revoke: false, seed: null })
      expect((await store.seedMemory(request.seed, request.provider)).use).toEqual({
        clientId: request.clientId,
        state: 'deleted',
      })
      expect(await store.plant(request)).toBe('used')
      expect(await store.plant({ ...request, named: true })).toBe('used')
      expect(await store.read(request)).toBeNull()
    })

    test('include every value that was ever used for it', async () => {
      const { store } = harness()
      const first = plantOf(freshKey())
      await store.plant(first)
      const seed = { variable: first.seed.variable, digest: randomUUID() }
      await store.plant({ ...first, seed, replaces: await rowOf(store, first) })
      await store.delete({ ...first, revoke: false, seed: null })
      expect(await store.plant(first)).toBe('used')
      expect(await store.plant({ ...first, seed })).toBe('used')
    })

    test('include the one that it could have used, also without a row', async () => {
      const { store } = harness()
      const request = plantOf(freshKey())
      expect(await store.delete({ ...request, revoke: false, seed: request.seed })).toBeNull()
      expect(await store.plant(request)).toBe('used')
    })

    test('do not include those of another client or another provider', async () => {
      const { store } = harness()
      const mine = plantOf(freshKey())
      await store.plant(mine)
      await store.plant({ ...mine, provider: 'google' })
      const other = freshKey()
      await store.delete({ ...other, revoke: false, seed: mine.seed })
      await store.delete({ ...mine, provider: 'google', revoke: false, seed: null })
      expect((await store.seedMemory(mine.seed, mine.provider)).use?.state).toBe('stored')
      expect((await store.seedMemory(mine.seed, 'google')).use?.state).toBe('deleted')
    })

    test('leave a changed variable to its owner', async () => {
      const { store } = harness()
      const first = plantOf(freshKey())
      await store.plant(first)
      await store.delete({ ...first, revoke: false, seed: null })
      const seed = { variable: first.seed.variable, digest: randomUUID() }
      expect(await store.plant({ ...plantOf(freshKey()), seed })).toBe('not_owner')
      expect(await store.plant({ ...first, seed })).toBe('planted')
    })
  })
}

/** For databases that others can write. */
export function vanishedRowsContract(harness: () => SharedStoreHarness): void {
  test('a row that vanished by hand is planted again from the same seed', async () => {
    const { store, removeRow } = harness()
    const request = plantOf(freshKey())
    await store.plant(request)
    await removeRow(request)
    expect(await store.plant(request)).toBe('planted')
  })
}
