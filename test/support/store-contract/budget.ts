import { describe, expect, test } from 'vitest'
import type { Allowance } from '../../../src/lifecycle/budget.ts'
import type { ConnectionRow, TokenStore } from '../../../src/ports/store.ts'
import {
  claimOf,
  commitOf,
  firstPut,
  PASSING,
  rejectOf,
  rowOf,
  type StoreHarness,
  still,
  storedRow,
} from './harness.ts'

const MINUTE = 60_000
/** Two at once, then one in a minute. */
const allowance: Allowance = { costMs: MINUTE, aheadMs: MINUTE, mostMs: 2 * MINUTE }

/** The provider's budget of refreshes, counted in the statement that claims, and the reports that keep to it. */
export function budgetContract(harness: () => StoreHarness): void {
  describe('a budget of refreshes', () => {
    test('is counted by each claim, and refuses those that are too many', async () => {
      const { store, advance } = harness()
      const row = await storedRow(store)
      expect(await spend(store, row)).toBe(true)
      expect(await aheadOf(store, row)).toBeCloseTo(MINUTE, -3)
      expect(await spend(store, row)).toBe(true)
      const used = await rowOf(store, row)
      expect(await spend(store, row)).toBe(false)
      expect(still(await rowOf(store, row))).toEqual(still(used))
      await advance(MINUTE)
      expect(await spend(store, row)).toBe(true)
      expect(await spend(store, row)).toBe(false)
    })

    test('that was not used does not grow', async () => {
      const { store, advance } = harness()
      const row = await storedRow(store)
      await spend(store, row)
      await advance(60 * MINUTE)
      await spend(store, row)
      expect(await aheadOf(store, row)).toBeCloseTo(MINUTE, -3)
    })

    test('leaves alone who has none', async () => {
      const { store } = harness()
      const row = await storedRow(store)
      expect(await spend(store, row, null)).toBe(true)
      expect(await aheadOf(store, row)).toBeNull()
    })

    test('gets back what did not reach the provider', async () => {
      const { store } = harness()
      const row = await storedRow(store)
      for (let tries = 0; tries < 5; tries += 1) {
        expect(await spend(store, row, allowance, allowance.costMs)).toBe(true)
      }
      expect(await aheadOf(store, row)).toBeLessThanOrEqual(0)
    })

    test('is used up at once, by one request, where the clock was set back', async () => {
      const { store, advance } = harness()
      const row = await storedRow(store)
      await spend(store, row)
      await advance(-60 * MINUTE)
      expect(await spend(store, row)).toBe(true)
      expect(await aheadOf(store, row)).toBeCloseTo(2 * MINUTE, -3)
      expect(await spend(store, row)).toBe(false)
    })

    test.each<[string, (store: TokenStore, row: ConnectionRow) => Promise<boolean>]>([
      ['commit', (store, row) => store.commit(commitOf(row))],
      ['salvage', (store, row) => store.salvage({ ...row, refreshToken: 'saved', failure: PASSING })],
      ['succeed', (store, row) => store.succeed({ ...row, refreshToken: 'successor' })],
      ['restore', (store, row) => store.restore({ ...row, refreshToken: 'restored', ...RESTORED })],
      ['put without another refresh token', (store, row) => store.put(nextPut(row, { kind: 'keep' }))],
    ])('is not forgotten by a %s', async (_, write) => {
      const { store } = harness()
      const row = await storedRow(store)
      await spend(store, row)
      const spent = await rowOf(store, row)
      expect(await write(store, spent)).toBe(true)
      expect((await rowOf(store, row)).budgetUntil).toBe(spent.budgetUntil)
    })

    test('is new with another refresh token', async () => {
      const { store } = harness()
      const row = await storedRow(store)
      await spend(store, row)
      await store.put(nextPut(row, { kind: 'replace', refreshToken: 'refresh-9' }))
      expect((await rowOf(store, row)).budgetUntil).toBeNull()
    })
  })

  describe('the report of a rejected token', () => {
    test('is acted on once in a while', async () => {
      const { store, advance } = harness()
      const row = await storedRow(store)
      const report = { pauseMs: 30_000 }
      expect(await store.reject(rejectOf(row, report))).toBe(true)
      await store.commit(commitOf(row))
      const next = await rowOf(store, row)
      expect(await store.reject(rejectOf(next, report))).toBe(false)
      expect(still(await rowOf(store, row))).toEqual(still(next))
      await advance(30_001)
      expect(await store.reject(rejectOf(next, report))).toBe(true)
    })

    test('is acted on where the clock was set back, and when somebody has stored a token since', async () => {
      const { store, advance } = harness()
      const row = await storedRow(store)
      await store.reject(rejectOf(row))
      await advance(-60 * MINUTE)
      expect(await store.reject(rejectOf(row, { pauseMs: 30_000 }))).toBe(true)
      await store.put(nextPut(row, { kind: 'keep' }))
      expect(await store.reject(rejectOf(await rowOf(store, row), { pauseMs: 30_000 }))).toBe(true)
    })

    test('is not acted on where no refresh could follow', async () => {
      const { store, advance } = harness()
      const row = await storedRow(store)
      await spend(store, row)
      await spend(store, row)
      expect(await store.reject(rejectOf(row, { allowance }))).toBe(false)
      await advance(MINUTE)
      expect(await store.reject(rejectOf(row, { allowance }))).toBe(true)
      // A report is no request.
      expect(await spend(store, row)).toBe(true)
    })
  })
}

const RESTORED = { accessToken: 'expired', longestLeaseMs: -1 } as const

function nextPut(row: ConnectionRow, grant: Parameters<TokenStore['put']>[0]['grant']) {
  return firstPut(row, { expected: row, grant })
}

/** A claim, and its end. */
async function spend(
  store: TokenStore,
  row: ConnectionRow,
  from: Allowance | null = allowance,
  refundMs?: number,
): Promise<boolean> {
  const claim = claimOf(await rowOf(store, row), { allowance: from })
  if (!(await store.claim(claim))) return false
  const { id, generation } = row
  return store.settle({ id, generation, leaseId: claim.leaseId, attemptId: null, failure: null, refundMs })
}

/** How far ahead of the database's clock the budget is used; null: it never was. */
async function aheadOf(store: TokenStore, row: ConnectionRow): Promise<number | null> {
  const { budgetUntil, now } = await rowOf(store, row)
  return budgetUntil === null ? null : budgetUntil - now
}
