import { describe, expect, test } from 'vitest'
import type { ClaimRequest, ConnectionRow, TokenStore } from '../../../src/ports/store.ts'
import { claimOf, commitOf, PASSING, rowOf, type StoreHarness, still, storedRow } from './harness.ts'

/** Who may make a request: every clause of the claim's fence, and that exactly one gets it. */
export function claimsContract(harness: () => StoreHarness): void {
  describe('claim', () => {
    test('writes the lease and the attempt, and no token changes', async () => {
      const { store } = harness()
      const row = await storedRow(store)
      const request = claimOf(row)
      expect(await store.claim(request)).toBe(true)
      const after = await rowOf(store, row)
      expect(still(after)).toEqual({
        ...still(row),
        leaseId: request.leaseId,
        leaseUntil: after.updatedAt + request.leaseMs,
        attemptId: request.attemptId,
        updatedAt: after.updatedAt,
      })
    })

    test.each<[string, (row: ConnectionRow) => Partial<ConnectionRow>]>([
      ['the row id', () => ({ id: '00000000-0000-4000-8000-000000000000' })],
      ['the generation', row => ({ generation: row.generation + 1 })],
      ['the status', () => ({ status: 'suspect' })],
      ['the attempt, where there was none', () => ({ attemptId: 'another' })],
      ['the failure count', row => ({ failureCount: row.failureCount + 1 })],
    ])('is refused when %s is not what was read', async (_, change) => {
      const { store } = harness()
      const row = await storedRow(store)
      expect(await store.claim(claimOf({ ...row, ...change(row) }))).toBe(false)
      expect(still(await rowOf(store, row))).toEqual(still(row))
    })

    test('is refused when an attempt was made and left unsettled since', async () => {
      const { store, advance } = harness()
      const row = await storedRow(store)
      const first = claimOf(row)
      await store.claim(first)
      await advance(first.leaseMs + 1)
      expect(await store.claim(claimOf(row))).toBe(false)
      expect(await store.claim(claimOf({ ...row, attemptId: 'another' }))).toBe(false)
      expect(await store.claim(claimOf(await rowOf(store, row)))).toBe(true)
    })

    test('waits for a live lease, and takes one over when it has ended', async () => {
      const { store, advance } = harness()
      const row = await storedRow(store)
      await store.claim(claimOf(row, { leaseMs: 20_000 }))
      const leased = await rowOf(store, row)
      expect(await store.claim(claimOf(leased))).toBe(false)
      await advance(15_000)
      expect(await store.claim(claimOf(leased))).toBe(false)
      await advance(5_001)
      expect(await store.claim(claimOf(leased))).toBe(true)
    })

    test('waits for the end of a back-off', async () => {
      const { store, advance } = harness()
      const row = await failedRow(store, 10_000)
      expect(await store.claim(claimOf(row))).toBe(false)
      expect(await store.claim(claimOf(row, { skipNoProgress: true }))).toBe(false)
      await advance(10_001)
      expect(await store.claim(claimOf(row))).toBe(true)
    })

    test('passes the gate of a refresh without progress, and that gate only', async () => {
      const { store, advance } = harness()
      const first = await storedRow(store)
      await store.commit(commitOf(first, { noProgressForMs: 60_000 }))
      const row = await rowOf(store, first)
      expect(row.lastError).toBe('NO_PROGRESS')
      expect(await store.claim(claimOf(row))).toBe(false)
      const explicit = claimOf(row, { skipNoProgress: true })
      expect(await store.claim(explicit)).toBe(true)
      expect(await store.claim(claimOf(await rowOf(store, row), { skipNoProgress: true }))).toBe(false)
      await advance(explicit.leaseMs + 60_000)
      expect(await store.claim(claimOf(await rowOf(store, row)))).toBe(true)
    })

    test('is granted to one of a hundred at once', async () => {
      const { store, second } = harness()
      const row = await storedRow(store)
      const requests = Array.from({ length: 100 }, () => claimOf(row))
      const granted = await Promise.all(
        requests.map((request, index) => (index % 2 === 0 ? store : (second ?? store)).claim(request)),
      )
      expect(granted.filter(Boolean)).toHaveLength(1)
      const winner: ClaimRequest | undefined = requests[granted.indexOf(true)]
      expect(await rowOf(store, row)).toMatchObject({
        leaseId: winner?.leaseId,
        attemptId: winner?.attemptId,
      })
    })
  })
}

async function failedRow(store: TokenStore, nextAttemptInMs: number): Promise<ConnectionRow> {
  const row = await storedRow(store)
  const { id, generation } = row
  const request = claimOf(row)
  await store.claim(request)
  const { leaseId } = request
  await store.settle({ id, generation, leaseId, attemptId: null, failure: { ...PASSING, nextAttemptInMs } })
  return rowOf(store, row)
}
