import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type {
  ConnectionKey,
  ConnectionRow,
  DueRequest,
  PutRequest,
  TokenStore,
} from '../../../src/ports/store.ts'
import { claimOf, HOUR, PASSING, rejectOf, rowOf, type StoreHarness, still, storedRow } from './harness.ts'

/** What is due for a refresh that nobody asks for. */
export function dueContract(harness: () => StoreHarness): void {
  const pageOf = (provider: string, change: Partial<DueRequest> = {}): DueRequest => ({
    provider,
    needsRefreshToken: true,
    longestLeaseMs: 60_000,
    longestGateMs: 600_000,
    limit: 100,
    after: null,
    ...change,
  })
  const clientsOf = async (store: TokenStore, provider: string): Promise<readonly string[]> =>
    (await store.due(pageOf(provider))).rows.map(row => row.clientId)

  /** A connection at a provider of its own test, due since `dueForMs`. */
  const due = (
    store: TokenStore,
    provider: string,
    dueForMs: number,
    change: Partial<PutRequest> = {},
  ): Promise<ConnectionRow> => storedRow(store, { refreshInMs: -dueForMs, ...change }, keyAt(provider))

  describe('due', () => {
    test('gives whole rows, and what has been due longest first', async () => {
      const { store } = harness()
      const provider = freshProvider()
      const second = await due(store, provider, 2_000)
      const first = await due(store, provider, 3_000)
      const third = await due(store, provider, 1_000)
      const { rows, next } = await store.due(pageOf(provider))
      expect(rows.map(still)).toEqual([first, second, third].map(still))
      expect(next).toBeNull()
    })

    test('passes over what is not due, another provider’s, and what no refresh token can refresh', async () => {
      const { store } = harness()
      const provider = freshProvider()
      await storedRow(store, { refreshInMs: HOUR }, keyAt(provider))
      await storedRow(store, { refreshInMs: null, expiresInMs: null }, keyAt(provider))
      await due(store, freshProvider(), 1_000)
      await due(store, provider, 1_000, { grant: { kind: 'keep' } })
      const mine = await due(store, provider, 1_000)
      expect(await clientsOf(store, provider)).toEqual([mine.clientId])
    })

    test('gives those without a refresh token, too, where none is needed', async () => {
      const { store } = harness()
      const provider = freshProvider()
      const mine = await due(store, provider, 2_000)
      const bare = await due(store, provider, 1_000, { grant: { kind: 'keep' } })
      const { rows } = await store.due(pageOf(provider, { needsRefreshToken: false }))
      expect(rows.map(row => row.clientId)).toEqual([mine.clientId, bare.clientId])
    })

    test('passes over a lease that lives, a back-off that lasts, and a grant that is dead', async () => {
      const { store, advance } = harness()
      const provider = freshProvider()
      const leased = await due(store, provider, 3_000)
      await store.claim(claimOf(leased))
      const failed = await due(store, provider, 2_000)
      await settled(store, failed, { ...PASSING, nextAttemptInMs: 10_000 })
      const dead = await due(store, provider, 1_000)
      await settled(store, dead, {
        ...PASSING,
        nextAttemptInMs: null,
        status: 'reauthorization_required',
        statusReason: 'refused',
      })
      const suspect = await due(store, provider, 500)
      await settled(store, suspect, { ...PASSING, nextAttemptInMs: null, status: 'suspect' })
      expect(await clientsOf(store, provider)).toEqual([suspect.clientId])

      await advance(16_000)
      expect(await clientsOf(store, provider)).toEqual([leased.clientId, failed.clientId, suspect.clientId])
    })

    test('gives every row once, page after page, whatever is written meanwhile', async () => {
      const { store } = harness()
      const provider = freshProvider()
      const row = await due(store, provider, 1_000)
      const rest = await Promise.all(Array.from({ length: 6 }, () => due(store, provider, 1_000)))
      const seen: string[] = []
      let after: string | null = null
      do {
        const page = await store.due(pageOf(provider, { limit: 2, after }))
        seen.push(...page.rows.map(({ id }) => id))
        // What was refreshed meanwhile moves nothing.
        if (after === null) await store.reject(rejectOf(page.rows[0] ?? row))
        after = page.next
      } while (after !== null)
      expect(seen.toSorted()).toEqual([row, ...rest].map(({ id }) => id).toSorted())
    })
  })
}

const freshProvider = (): string => `due-${randomUUID()}`
const keyAt = (provider: string): ConnectionKey => ({ clientId: `client-${randomUUID()}`, provider })

async function settled(store: TokenStore, row: ConnectionRow, failure: typeof PASSING): Promise<void> {
  await store.claim(claimOf(row))
  const { id, generation, leaseId } = await rowOf(store, row)
  await store.settle({ id, generation, leaseId: leaseId ?? '', attemptId: null, failure })
}
