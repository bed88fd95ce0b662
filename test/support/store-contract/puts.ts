import { describe, expect, test } from 'vitest'
import type { PutRequest, TokenStore } from '../../../src/ports/store.ts'
import {
  claimOf,
  commitOf,
  firstPut,
  freshKey,
  HOUR,
  PASSING,
  rowOf,
  type StoreHarness,
  still,
  storedRow,
} from './harness.ts'

/** `put` over a row that is there, and empty rows. */
export function putsContract(harness: () => StoreHarness): void {
  describe('put over a row', () => {
    test('without an expected row it does nothing when there is one', async () => {
      const { store } = harness()
      const row = await storedRow(store)
      expect(await store.put(firstPut(row, { accessToken: 'other' }))).toBe(false)
      expect(still(await rowOf(store, row))).toEqual(still(row))
    })

    test.each(['id', 'generation'] as const)('it does nothing when the %s is another', async part => {
      const { store } = harness()
      const row = await storedRow(store)
      const expected = {
        ...fenceOf(row),
        [part]: part === 'id' ? (await storedRow(store)).id : row.generation + 1,
      }
      if (part === 'id') expected.generation = 99
      expect(await store.put(firstPut(row, { expected }))).toBe(false)
      expect(still(await rowOf(store, row))).toEqual(still(row))
    })

    test('with the kept grant, only the access token and what belongs to it change', async () => {
      const { store } = harness()
      const row = await troubled(store)
      expect(await store.put(laterPut(row, { grant: { kind: 'keep' } }))).toBe(true)
      const after = await rowOf(store, row)
      expect(still(after)).toEqual({
        ...still(row),
        accessToken: 'access-9',
        generation: row.generation + 1,
        expiresAt: after.updatedAt + 2 * HOUR,
        lifetimeMs: 2 * HOUR,
        refreshAt: after.updatedAt + HOUR,
        scopes: 'all',
        metadata: { merged: true },
        updatedAt: after.updatedAt,
      })
    })

    test.each(['over a row', 'where there is none'])(
      'that runs late %s does not make the token live longer',
      async where => {
        const { store } = harness()
        const row = await storedRow(store)
        const key = where === 'over a row' ? row : freshKey()
        const expected = where === 'over a row' ? fenceOf(row) : null
        await store.put(firstPut(key, { expected, expiresAtMost: row.now + 60_000 }))
        const after = await rowOf(store, key)
        expect(after.expiresAt).toBe(row.now + 60_000)
        await store.put(firstPut(key, { expected: fenceOf(after), expiresAtMost: row.now + 2 * HOUR }))
        const last = await rowOf(store, key)
        expect(last.expiresAt).toBe(last.updatedAt + HOUR)
      },
    )

    test('with the kept grant sealed, the refresh token is written and the refresh under way goes on', async () => {
      const { store } = harness()
      const row = await troubled(store)
      const grant = { kind: 'keep', sealed: 'sealed-now' } as const
      expect(await store.put(laterPut(row, { grant }))).toBe(true)
      const { refreshToken, leaseId, attemptId, status } = await rowOf(store, row)
      const { leaseId: leaseBefore, attemptId: attemptBefore, status: statusBefore } = row
      expect({ refreshToken, leaseId, attemptId, status }).toEqual({
        refreshToken: 'sealed-now',
        leaseId: leaseBefore,
        attemptId: attemptBefore,
        status: statusBefore,
      })
    })

    test('with another grant, status, failures, lease and past attempts are gone', async () => {
      const { store } = harness()
      const row = await troubled(store)
      const grant = { kind: 'replace', refreshToken: 'refresh-9' } as const
      expect(await store.put(laterPut(row, { grant }))).toBe(true)
      expect(await rowOf(store, row)).toMatchObject({
        id: row.id,
        createdAt: row.createdAt,
        accessToken: 'access-9',
        refreshToken: 'refresh-9',
        generation: row.generation + 1,
        status: 'active',
        statusReason: null,
        leaseId: null,
        leaseUntil: null,
        attemptId: null,
        appId: null,
        failureCount: 0,
        nextAttemptAt: null,
        lastError: null,
        lastRefreshedAt: null,
        refreshTokenExpiresAt: null,
      })
    })

    test.each([
      ['absent, with the kept grant, stays', { kind: 'keep' }, undefined, 'account-1'],
      ['absent, with another grant, is not known', { kind: 'replace', refreshToken: 'r' }, undefined, null],
      ['given, with the kept grant, is written', { kind: 'keep' }, 'account-2', 'account-2'],
      [
        'given, with another grant, is written',
        { kind: 'replace', refreshToken: 'r' },
        'account-2',
        'account-2',
      ],
      ['null is not known', { kind: 'keep' }, null, null],
    ] as const)('whose account it is: %s', async (_, grant, accountDigest, expected) => {
      const { store } = harness()
      const row = await storedRow(store, { accountDigest: 'account-1' })
      expect(row.accountDigest).toBe('account-1')
      await store.put(laterPut(row, { grant, accountDigest }))
      expect((await rowOf(store, row)).accountDigest).toBe(expected)
    })

    test('whose account it is outlives a refresh, and nobody knows it of a row that nobody told of', async () => {
      const { store } = harness()
      const row = await storedRow(store, { accountDigest: 'account-1' })
      await store.commit(commitOf(row))
      expect((await rowOf(store, row)).accountDigest).toBe('account-1')
      expect((await storedRow(store)).accountDigest).toBeNull()
    })

    test('with another grant that has no refresh token, the one that was there is gone', async () => {
      const { store } = harness()
      const row = await troubled(store)
      await store.put(laterPut(row, { grant: { kind: 'replace', refreshToken: null } }))
      const after = await rowOf(store, row)
      expect(after).toMatchObject({ accessToken: 'access-9', refreshToken: null, status: 'active' })
    })

    test('when the refresh token ends for good is written where it is said, also of a first put', async () => {
      const { store } = harness()
      const row = await storedRow(store, { refreshTokenExpiresInMs: 30 * HOUR })
      expect(row.refreshTokenExpiresAt).toBe(row.updatedAt + 30 * HOUR)
      await store.put(laterPut(row, { grant: { kind: 'keep' } }))
      const kept = await rowOf(store, row)
      expect(kept.refreshTokenExpiresAt).toBe(row.refreshTokenExpiresAt)
      const grant = { kind: 'replace', refreshToken: 'r' } as const
      await store.put(laterPut(kept, { grant, refreshTokenExpiresInMs: 9 * HOUR }))
      const replaced = await rowOf(store, row)
      expect(replaced.refreshTokenExpiresAt).toBe(replaced.updatedAt + 9 * HOUR)
      await store.put(laterPut(replaced, { grant }))
      expect((await rowOf(store, row)).refreshTokenExpiresAt).toBeNull()
    })

    test('without scopes the stored ones stay', async () => {
      const { store } = harness()
      const row = await storedRow(store)
      await store.put(laterPut(row, { scopes: null }))
      expect((await rowOf(store, row)).scopes).toBe('read,write')
    })

    test.each([
      ['a first put', false],
      ['a put over a row', true],
    ])('%s without an access token leaves a row without one', async (_, over) => {
      const { store } = harness()
      const key = freshKey()
      const expected = over ? fenceOf(await storedRow(store, {}, key)) : null
      expect(await store.put(firstPut(key, { expected, accessToken: null }))).toBe(true)
      expect(await rowOf(store, key)).toMatchObject({ accessToken: null, refreshToken: 'refresh-1' })
    })

    test('of two that read the same row, one is told to read again', async () => {
      const { store, second } = harness()
      const row = await storedRow(store)
      const both = await Promise.all([store.put(laterPut(row)), (second ?? store).put(laterPut(row))])
      expect(both.sort()).toEqual([false, true])
    })

    test('of two first puts, one is told to read again', async () => {
      const { store, second } = harness()
      const request = firstPut({ clientId: 'race', provider: `p-${Math.random()}` })
      const both = await Promise.all([store.put(request), (second ?? store).put(request)])
      expect(both.sort()).toEqual([false, true])
    })
  })

  describe('insertEmpty', () => {
    test('makes a row without tokens that can be claimed', async () => {
      const { store } = harness()
      const { clientId } = await storedRow(store)
      const key = { clientId, provider: 'machine' }
      await store.insertEmpty(key, { audience: 'api' })
      const row = await rowOf(store, key)
      expect(row).toMatchObject({
        accessToken: null,
        refreshToken: null,
        expiresAt: null,
        refreshAt: null,
        generation: 0,
        metadata: { audience: 'api' },
      })
      expect(await store.claim(claimOf(row))).toBe(true)
    })

    test('leaves a row alone that is there', async () => {
      const { store } = harness()
      const row = await storedRow(store)
      await store.insertEmpty(row, { other: 1 })
      expect(still(await rowOf(store, row))).toEqual(still(row))
    })
  })
}

function fenceOf({ id, generation }: { id: string; generation: number }): { id: string; generation: number } {
  return { id, generation }
}

function laterPut(
  row: PutRequest | Awaited<ReturnType<typeof rowOf>>,
  change: Partial<PutRequest> = {},
): PutRequest {
  const expected = 'id' in row ? fenceOf(row) : null
  return firstPut(
    { clientId: row.clientId, provider: row.provider },
    {
      expected,
      accessToken: 'access-9',
      expiresInMs: 2 * HOUR,
      lifetimeMs: 2 * HOUR,
      refreshInMs: HOUR,
      scopes: 'all',
      metadata: { merged: true },
      ...change,
    },
  )
}

/** A row with a success behind it, failures, a status, a live lease and an unsettled attempt. */
async function troubled(store: TokenStore): Promise<Awaited<ReturnType<typeof rowOf>>> {
  const fresh = await storedRow(store)
  await store.commit(commitOf(fresh, { refreshTokenExpiresInMs: 90 * HOUR }))
  const refreshed = await rowOf(store, fresh)
  const first = claimOf(refreshed)
  await store.claim(first)
  await store.settle({
    id: refreshed.id,
    generation: refreshed.generation,
    leaseId: first.leaseId,
    attemptId: null,
    failure: { ...PASSING, status: 'suspect', statusReason: 'refused', nextAttemptInMs: -1 },
  })
  const failed = await rowOf(store, fresh)
  await store.claim(claimOf(failed))
  return rowOf(store, fresh)
}
