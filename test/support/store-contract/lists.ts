import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { ConnectionSummary, ListRequest, TokenStore } from '../../../src/ports/store.ts'
import { claimOf, freshKey, PASSING, rowOf, type StoreHarness, still, storedRow } from './harness.ts'

/** Pages of connections. */
export function listsContract(harness: () => StoreHarness): void {
  describe('list', () => {
    test('shows everything of a row but its secrets', async () => {
      const { store } = harness()
      const row = await storedRow(store)
      const [summary] = await store.list(pageOf({ clientId: row.clientId }))
      const { accessToken: _, refreshToken: __, now: ___, ...rest } = row
      expect(summary).toMatchObject({ ...rest, hasAccessToken: true, hasRefreshToken: true })
      expect(JSON.stringify(summary)).not.toMatch(/access-1|refresh-1/)
    })

    test('tells which tokens there are', async () => {
      const { store } = harness()
      const key = freshKey()
      await store.insertEmpty(key, {})
      expect(await store.list(pageOf({ clientId: key.clientId }))).toMatchObject([
        { hasAccessToken: false, hasRefreshToken: false },
      ])
    })

    test('filters by client, provider and status', async () => {
      const { store } = harness()
      const provider = `provider-${randomUUID()}`
      const active = await storedRow(store, {}, freshKey(provider))
      const suspect = await storedRow(store, {}, freshKey(provider))
      await makeSuspect(store, suspect)
      await storedRow(store, {}, { clientId: active.clientId, provider: 'another' })
      const ids = async (filter: Partial<ListRequest>): Promise<string[]> =>
        (await store.list(pageOf(filter))).map(({ id }) => id).sort()

      expect(await ids({ provider })).toEqual([active.id, suspect.id].sort())
      expect(await ids({ provider, status: 'suspect' })).toEqual([suspect.id])
      expect(await ids({ provider, clientId: active.clientId })).toEqual([active.id])
      expect(await ids({ provider, clientId: active.clientId, status: 'suspect' })).toEqual([])
    })

    test('gives each connection once over pages of any size, ordered by client, then provider', async () => {
      const { store } = harness()
      const prefix = `page-${randomUUID()}`
      for (const client of ['b', 'a', 'c']) {
        for (const provider of ['y', 'x', 'z']) {
          await storedRow(store, {}, { clientId: `${prefix}-${client}`, provider: `${prefix}-${provider}` })
        }
      }
      const expected = ['a', 'b', 'c'].flatMap(client =>
        ['x', 'y', 'z'].map(provider => `${prefix}-${client} ${prefix}-${provider}`),
      )
      for (const limit of [1, 2, 4, 9, 50]) {
        const pages = await allPages(store, limit)
        expect(
          pages
            .map(({ clientId, provider }) => `${clientId} ${provider}`)
            .filter(name => name.startsWith(prefix)),
        ).toEqual(expected)
      }
    })

    test('goes on after a connection that was deleted meanwhile', async () => {
      const { store } = harness()
      const { clientId } = freshKey()
      for (const provider of ['a', 'b', 'c']) await storedRow(store, {}, { clientId, provider })
      await store.delete({ clientId, provider: 'b', revoke: false, seed: null })
      const page = await store.list(pageOf({ clientId, after: { clientId, provider: 'b' } }))
      expect(page.map(({ provider }) => provider)).toEqual(['c'])
    })

    test('an unchanged row is listed unchanged', async () => {
      const { store } = harness()
      const row = await storedRow(store)
      await store.list(pageOf({ clientId: row.clientId }))
      expect(still(await rowOf(store, row))).toEqual(still(row))
    })
  })
}

function pageOf(change: Partial<ListRequest>): ListRequest {
  return { limit: 100, after: null, ...change }
}

async function allPages(store: TokenStore, limit: number): Promise<ConnectionSummary[]> {
  const all: ConnectionSummary[] = []
  for (;;) {
    const last = all.at(-1)
    const page = await store.list(pageOf({ limit, after: last ?? null }))
    expect(page.length).toBeLessThanOrEqual(limit)
    if (page.length === 0) return all
    all.push(...page)
  }
}

async function makeSuspect(store: TokenStore, row: Awaited<ReturnType<typeof rowOf>>): Promise<void> {
  const claim = claimOf(row)
  await store.claim(claim)
  const { id, generation } = row
  const failure = { ...PASSING, status: 'suspect' } as const
  await store.settle({ id, generation, leaseId: claim.leaseId, attemptId: null, failure })
}
