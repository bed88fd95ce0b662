import { describe, expect, test } from 'vitest'
import type { ConnectionRow, RestoreRequest, SettleRequest, TokenStore } from '../../../src/ports/store.ts'
import {
  claimOf,
  commitOf,
  HOUR,
  PASSING,
  rejectOf,
  rowOf,
  type StoreHarness,
  still,
  storedRow,
} from './harness.ts'

const NOBODY = '00000000-0000-4000-8000-000000000000'

/** What an attempt writes when it is over. */
export function outcomesContract(harness: () => StoreHarness): void {
  describe('commit', () => {
    test('writes the tokens and clears lease, attempt, failures and status', async () => {
      const { store } = harness()
      const row = await suspectAndClaimed(store)
      expect(await store.commit(commitOf(row, { refreshTokenExpiresInMs: 90 * HOUR }))).toBe(true)
      const after = await rowOf(store, row)
      expect(still(after)).toEqual({
        ...still(row),
        accessToken: 'access-2',
        refreshToken: 'refresh-2',
        expiresAt: after.updatedAt + HOUR,
        lifetimeMs: HOUR,
        refreshAt: after.updatedAt + 50 * 60_000,
        scopes: 'read',
        metadata: { location: 'eu' },
        generation: row.generation + 1,
        status: 'active',
        statusReason: null,
        leaseId: null,
        leaseUntil: null,
        attemptId: null,
        appId: 'app-1',
        failureCount: 0,
        nextAttemptAt: null,
        lastError: null,
        lastRefreshedAt: after.updatedAt,
        refreshTokenExpiresAt: after.updatedAt + 90 * HOUR,
        updatedAt: after.updatedAt,
      })
    })

    test('keeps what the answer did not say', async () => {
      const { store } = harness()
      const first = await storedRow(store)
      await store.commit(commitOf(first, { refreshTokenExpiresInMs: HOUR }))
      const row = await rowOf(store, first)
      await store.commit(commitOf(row, { refreshToken: null, scopes: null, metadata: null }))
      expect(await rowOf(store, row)).toMatchObject({
        refreshToken: row.refreshToken,
        scopes: row.scopes,
        metadata: row.metadata,
        refreshTokenExpiresAt: row.refreshTokenExpiresAt,
        generation: row.generation + 1,
      })
    })

    test('that runs late does not make the token live longer', async () => {
      const { store } = harness()
      const first = await storedRow(store)
      const earlier = first.now + 60_000
      await store.commit(commitOf(first, { expiresAtMost: earlier + 0.4 }))
      const row = await rowOf(store, first)
      expect(row.expiresAt).toBe(earlier)

      await store.commit(commitOf(row, { expiresAtMost: row.now + 2 * HOUR }))
      const after = await rowOf(store, first)
      expect(after.expiresAt).toBe(after.updatedAt + HOUR)
      await store.commit(commitOf(after, { expiresInMs: Infinity, expiresAtMost: earlier }))
      expect((await rowOf(store, first)).expiresAt).toBe(earlier)
    })

    test('records a refresh without progress as a gate and not as a failure', async () => {
      const { store } = harness()
      const row = await storedRow(store)
      await store.commit(commitOf(row, { noProgressForMs: 60_000 }))
      const after = await rowOf(store, row)
      expect(after).toMatchObject({
        lastError: 'NO_PROGRESS',
        nextAttemptAt: after.updatedAt + 60_000,
        failureCount: 0,
        status: 'active',
      })
    })
  })

  describe('a write of an attempt that was taken over', () => {
    const writes: [string, (store: TokenStore, row: ConnectionRow) => Promise<boolean>][] = [
      ['commit', (store, row) => store.commit(commitOf(row))],
      ['salvage', (store, row) => store.salvage({ ...row, refreshToken: 'refresh-2', failure: PASSING })],
      ['succeed', (store, row) => store.succeed({ ...row, refreshToken: 'refresh-2' })],
    ]

    test.each(writes)('needs no lease, and leaves that of the other to it: %s', async (_, write) => {
      const { store, advance } = harness()
      const stored = await storedRow(store)
      await store.claim(claimOf(stored))
      const first = await rowOf(store, stored)
      await advance(20_000)
      await store.claim(claimOf(first, { leaseId: 'other', attemptId: 'other' }))
      const second = await rowOf(store, stored)
      expect(second.leaseId).toBe('other')

      expect(await write(store, first)).toBe(true)
      const after = await rowOf(store, stored)
      expect(after).toMatchObject({ refreshToken: 'refresh-2', attemptId: null })
      expect([after.leaseId, after.leaseUntil]).toEqual(['other', second.leaseUntil])
      expect(await store.claim(claimOf(after, { leaseId: 'third' }))).toBe(false)
      await advance(60_000)
      expect(await store.claim(claimOf(await rowOf(store, stored), { leaseId: 'third' }))).toBe(true)
    })
  })

  describe('every write of an attempt', () => {
    const writes: [string, (store: TokenStore, row: ConnectionRow) => Promise<boolean>][] = [
      ['commit', (store, row) => store.commit(commitOf(row))],
      ['salvage', (store, row) => store.salvage({ ...row, refreshToken: 'saved', failure: PASSING })],
      ['settle', (store, row) => store.settle(settlementOf(row))],
      ['succeed', (store, row) => store.succeed({ ...row, refreshToken: 'successor' })],
      ['restore', (store, row) => store.restore(restorationOf(row))],
      ['reject', (store, row) => store.reject(rejectOf(row))],
    ]

    test.each(writes)('%s does nothing to another row', async (_, write) => {
      const { store } = harness()
      const row = await suspectAndClaimed(store)
      expect(await write(store, { ...row, id: NOBODY })).toBe(false)
      expect(still(await rowOf(store, row))).toEqual(still(row))
    })

    test.each(writes)('%s does nothing to newer tokens', async (_, write) => {
      const { store } = harness()
      const row = await suspectAndClaimed(store)
      await store.commit(commitOf(row))
      const newer = await rowOf(store, row)
      expect(await write(store, row)).toBe(false)
      expect(still(await rowOf(store, row))).toEqual(still(newer))
    })

    test.each(writes)('%s does not bring a deleted row back', async (_, write) => {
      const { store } = harness()
      const row = await suspectAndClaimed(store)
      await store.delete({ ...row, revoke: false, seed: null })
      expect(await write(store, row)).toBe(false)
      expect(await store.read(row)).toBeNull()
      const again = await storedRow(store, {}, row)
      expect(await write(store, row)).toBe(false)
      expect(again.id).not.toBe(row.id)
    })
  })

  describe('salvage', () => {
    test('writes the refresh token and the failure; access token and expiry stay', async () => {
      const { store } = harness()
      const row = await suspectAndClaimed(store)
      const { id, generation, leaseId } = row
      const failure = { ...PASSING, code: 'PROVIDER_RESPONSE', status: row.status } as const
      expect(await store.salvage({ id, generation, leaseId, refreshToken: 'saved', failure })).toBe(true)
      const after = await rowOf(store, row)
      expect(still(after)).toEqual({
        ...still(row),
        refreshToken: 'saved',
        generation: generation + 1,
        statusReason: null,
        leaseId: null,
        leaseUntil: null,
        attemptId: null,
        failureCount: row.failureCount + 1,
        nextAttemptAt: after.updatedAt + 10_000,
        lastError: 'PROVIDER_RESPONSE',
        updatedAt: after.updatedAt,
      })
    })
  })

  describe('succeed', () => {
    test('writes the refresh token alone and ends lease and attempt', async () => {
      const { store } = harness()
      const row = await suspectAndClaimed(store)
      const { id, generation, leaseId } = row
      expect(await store.succeed({ id, generation, leaseId, refreshToken: 'successor' })).toBe(true)
      const after = await rowOf(store, row)
      expect(still(after)).toEqual({
        ...still(row),
        refreshToken: 'successor',
        generation: generation + 1,
        leaseId: null,
        leaseUntil: null,
        attemptId: null,
        updatedAt: after.updatedAt,
      })
    })
  })

  restoreContract(harness)
  settleContract(harness)
  rejectContract(harness)
}

function settleContract(harness: () => StoreHarness): void {
  describe('settle', () => {
    test('ends the lease and records the failure', async () => {
      const { store } = harness()
      const row = await suspectAndClaimed(store)
      const failure = {
        code: 'REAUTHORIZATION_REQUIRED',
        nextAttemptInMs: null,
        status: 'reauthorization_required',
        statusReason: 'refused',
      } as const
      expect(await store.settle(settlementOf(row, { failure }))).toBe(true)
      const after = await rowOf(store, row)
      expect(still(after)).toEqual({
        ...still(row),
        leaseId: null,
        leaseUntil: null,
        attemptId: null,
        failureCount: row.failureCount + 1,
        nextAttemptAt: null,
        lastError: 'REAUTHORIZATION_REQUIRED',
        status: 'reauthorization_required',
        statusReason: 'refused',
        updatedAt: after.updatedAt,
      })
    })

    test('leaves the attempt unsettled when it is told to', async () => {
      const { store } = harness()
      const row = await suspectAndClaimed(store)
      await store.settle(settlementOf(row, { attemptId: row.attemptId }))
      expect(await rowOf(store, row)).toMatchObject({ attemptId: row.attemptId, leaseId: null })
    })

    test('of a lease given up counts no failure', async () => {
      const { store } = harness()
      const row = await suspectAndClaimed(store)
      expect(await store.settle(settlementOf(row, { attemptId: 'before', failure: null }))).toBe(true)
      const after = await rowOf(store, row)
      expect(still(after)).toEqual({
        ...still(row),
        leaseId: null,
        leaseUntil: null,
        attemptId: 'before',
        updatedAt: after.updatedAt,
      })
    })

    test('does nothing when the lease is somebody else’s', async () => {
      const { store } = harness()
      const row = await suspectAndClaimed(store)
      expect(await store.settle(settlementOf(row, { leaseId: 'another' }))).toBe(false)
      expect(still(await rowOf(store, row))).toEqual(still(row))
    })

    test('counts once, however often it is sent', async () => {
      const { store } = harness()
      const row = await suspectAndClaimed(store)
      const both = await Promise.all([store.settle(settlementOf(row)), store.settle(settlementOf(row))])
      expect(both.sort()).toEqual([false, true])
      expect((await rowOf(store, row)).failureCount).toBe(row.failureCount + 1)
    })
  })
}

function restoreContract(harness: () => StoreHarness): void {
  describe('restore', () => {
    test('writes the refresh token, ends the access token, and clears what befell the one before', async () => {
      const { store, advance } = harness()
      const claimed = await suspectAndClaimed(store)
      await advance(20_000)
      const row = await rowOf(store, claimed)
      expect(await store.restore(restorationOf(row))).toBe(true)
      const after = await rowOf(store, row)
      expect(still(after)).toEqual({
        ...still(row),
        refreshToken: 'restored',
        expiresAt: after.updatedAt,
        refreshAt: after.updatedAt,
        generation: row.generation + 1,
        status: 'active',
        statusReason: null,
        leaseId: null,
        leaseUntil: null,
        attemptId: null,
        failureCount: 0,
        nextAttemptAt: null,
        lastError: null,
        updatedAt: after.updatedAt,
      })
    })

    test('keeps an access token that was stored later', async () => {
      const { store } = harness()
      const row = await storedRow(store)
      expect(await store.restore(restorationOf(row, { accessToken: 'kept' }))).toBe(true)
      const after = await rowOf(store, row)
      expect(after).toMatchObject({ refreshToken: 'restored', generation: row.generation + 1 })
      expect(after).toMatchObject({ expiresAt: row.expiresAt, refreshAt: row.refreshAt })
    })

    test('does nothing to a row of another id or generation, whoever holds no lease', async () => {
      const { store } = harness()
      const row = await storedRow(store)
      expect(await store.restore(restorationOf(row, { id: NOBODY }))).toBe(false)
      expect(await store.restore(restorationOf(row, { generation: row.generation + 1 }))).toBe(false)
      expect(still(await rowOf(store, row))).toEqual(still(row))
    })

    test('does nothing while somebody holds the lease', async () => {
      const { store } = harness()
      const row = await suspectAndClaimed(store)
      expect(await store.restore(restorationOf(row))).toBe(false)
      expect(still(await rowOf(store, row))).toEqual(still(row))
    })
  })
}

function rejectContract(harness: () => StoreHarness): void {
  describe('reject', () => {
    test.each([
      ['a living token', HOUR],
      ['a token that never expires', Number.POSITIVE_INFINITY],
      ['a token of unknown expiry', null],
    ])('makes %s expired and due, and changes nothing else', async (_, expiresInMs) => {
      const { store } = harness()
      const row = await storedRow(store, { expiresInMs, refreshInMs: expiresInMs })
      expect(await store.reject(rejectOf(row))).toBe(true)
      const after = await rowOf(store, row)
      expect(still(after)).toEqual({
        ...still(row),
        expiresAt: after.updatedAt,
        refreshAt: after.updatedAt,
        rejectedAt: after.updatedAt,
        updatedAt: after.updatedAt,
      })
    })

    test('does not make an expired token expire later', async () => {
      const { store, advance } = harness()
      const row = await storedRow(store, { expiresInMs: 1_000, refreshInMs: 500 })
      await advance(5_000)
      const expired = await rowOf(store, row)
      expect(await store.reject(rejectOf(row))).toBe(true)
      expect(await rowOf(store, row)).toMatchObject({
        expiresAt: expired.expiresAt,
        refreshAt: expired.refreshAt,
      })
    })
  })
}

function settlementOf(row: ConnectionRow, change: Partial<SettleRequest> = {}): SettleRequest {
  const { id, generation, leaseId } = row
  return { id, generation, leaseId: leaseId ?? 'none', attemptId: null, failure: PASSING, ...change }
}

function restorationOf(row: ConnectionRow, change: Partial<RestoreRequest> = {}): RestoreRequest {
  const { id, generation } = row
  return {
    id,
    generation,
    refreshToken: 'restored',
    accessToken: 'expired',
    longestLeaseMs: 60_000,
    ...change,
  }
}

/** A row that was refused once and is claimed for the attempt that confirms. */
async function suspectAndClaimed(store: TokenStore): Promise<ConnectionRow> {
  const first = await storedRow(store)
  await store.claim(claimOf(first))
  const claimed = await rowOf(store, first)
  const failure = { ...PASSING, status: 'suspect', statusReason: 'refused', nextAttemptInMs: -1 } as const
  await store.settle(settlementOf(claimed, { failure }))
  await store.claim(claimOf(await rowOf(store, first)))
  return rowOf(store, first)
}
