import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { NewRevocation, Revocation, RevocationClaim } from '../../../src/ports/revocations.ts'
import type { ConnectionRow, TokenStore } from '../../../src/ports/store.ts'
import { freshKey, HOUR, type StoreHarness, storedRow } from './harness.ts'

/** Asking the provider again for what it has not confirmed. */
export function revocationsContract(harness: () => StoreHarness): void {
  describe('a revocation that is not confirmed', () => {
    test('is due half a minute after the deletion, when whoever deleted has had their turn', async () => {
      const { store, advance } = harness()
      const row = await deleted(store)
      await advance(20_000)
      expect(await dueOf(store, row)).toEqual([])
      await advance(10_000)
      expect(await dueOf(store, row)).toMatchObject([{ id: row.id, refreshToken: 'refresh-1', attempts: 0 }])
      expect(await store.revocations.due({ providers: [], longestGateMs: HOUR, limit: 10 })).toEqual([])
      expect(await dueOf(store, { provider: 'another' })).toEqual([])
    })

    test('is taken by one of many at once, and by nobody until its pause is over', async () => {
      const { store, second, advance } = harness()
      const row = await deleted(store)
      await advance(30_000)
      const all = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          (index % 2 ? store : (second ?? store)).revocations.claim(claimOf(row)),
        ),
      )
      expect(all.filter(taken => taken)).toHaveLength(1)
      expect(await dueOf(store, row)).toEqual([])
      await advance(60_000)
      expect(await dueOf(store, row)).toMatchObject([{ id: row.id, attempts: 1 }])
    })

    test('waits longer where the provider wants that, and only by whoever asked it', async () => {
      const { store, advance } = harness()
      const row = await deleted(store)
      await store.revocations.claim(claimOf(row))
      const { failed } = store.revocations
      const failure = { id: row.id, attempts: 1, reason: 'HTTP 503', nextAttemptInMs: 2 * HOUR }
      expect(await failed.call(store.revocations, { ...failure, attempts: 0 })).toBe(false)
      expect(await failed.call(store.revocations, failure)).toBe(true)
      await advance(HOUR)
      expect(await dueOf(store, row)).toEqual([])
      await advance(HOUR)
      expect(await dueOf(store, row)).toHaveLength(1)
    })

    test('is due where it would wait longer than it can: the clock was set back', async () => {
      const { store } = harness()
      const row = await deleted(store)
      await store.revocations.claim(claimOf(row, { nextAttemptInMs: 3 * HOUR }))
      const due = await dueOf(store, row)
      expect(due).toHaveLength(store.kind === 'postgres' ? 0 : 1)
    })

    test('is left alone while the connection is there again, except by who deletes it', async () => {
      const { store, advance } = harness()
      const row = await deleted(store)
      await storedRow(store, {}, { clientId: row.clientId, provider: row.provider })
      await advance(30_000)
      expect(await dueOf(store, row)).toEqual([])
      expect(await store.revocations.claim(claimOf(row))).toBe(false)
      expect(await store.revocations.claim(claimOf(row, { besideNewGrant: true }))).toBe(true)
    })

    test('is asked for no more once it is confirmed', async () => {
      const { store, advance } = harness()
      const row = await deleted(store)
      expect(await store.revocations.confirm(row.id)).toBe(true)
      await advance(HOUR)
      expect(await dueOf(store, row)).toEqual([])
      expect(await store.revocations.claim(claimOf(row))).toBe(false)
      const failure = { id: row.id, attempts: 0, reason: 'HTTP 503', nextAttemptInMs: 0 }
      expect(await store.revocations.failed(failure)).toBe(false)
    })

    test('is counted, with how long the oldest waits', async () => {
      const { store, advance } = harness()
      const before = await store.revocations.waiting()
      const row = await deleted(store)
      await advance(60_000)
      await deleted(store)
      const { count, oldest } = await store.revocations.waiting()
      expect(count).toBe(before.count + 2)
      expect(oldest?.waitsMs).toBeGreaterThanOrEqual(60_000)
      await store.revocations.confirm(row.id)
      expect((await store.revocations.waiting()).count).toBe(before.count + 1)
    })

    test('tells why the oldest was not confirmed', async () => {
      const { store } = harness()
      for (const { id } of await everything(store)) await store.revocations.confirm(id)
      expect(await store.revocations.waiting()).toEqual({ count: 0, oldest: null })
      const row = await deleted(store)
      expect((await store.revocations.waiting()).oldest).toMatchObject({ reason: null })
      await store.revocations.claim(claimOf(row))
      const failure = { id: row.id, attempts: 1, reason: 'HTTP 503', nextAttemptInMs: 1_000 }
      await store.revocations.failed(failure)
      expect(await store.revocations.waiting()).toMatchObject({ count: 1, oldest: { reason: 'HTTP 503' } })
    })

    test('of a token that comes to light later is added once', async () => {
      const { store, advance } = harness()
      const orphan: NewRevocation = {
        ...freshKey(),
        id: randomUUID(),
        refreshToken: 'late',
        accessToken: null,
        metadata: { location: 'eu' },
      }
      expect(await store.revocations.add(orphan)).toBe(true)
      expect(await store.revocations.add({ ...orphan, refreshToken: 'another' })).toBe(false)
      await advance(30_000)
      expect(await dueOf(store, orphan)).toContainEqual({ ...orphan, attempts: 0, isBeingAsked: false })
    })

    test('is known to be asked for until its pause is over, or whoever asked has said what came of it', async () => {
      const { store, advance } = harness()
      const row = await deleted(store)
      const { id } = row
      const isBeingAsked = async (): Promise<unknown> => (await store.revocations.of(id))?.isBeingAsked
      expect(await isBeingAsked()).toBe(false)
      await store.revocations.claim(claimOf(row))
      expect(await isBeingAsked()).toBe(true)
      await store.revocations.failed({ id, attempts: 1, reason: 'HTTP 503', nextAttemptInMs: HOUR })
      expect(await isBeingAsked()).toBe(false)
      await store.revocations.claim(claimOf(row, { attempts: 1 }))
      expect(await isBeingAsked()).toBe(true)
      await advance(60_000)
      expect(await isBeingAsked()).toBe(false)
    })

    test('keeps what came for its tokens, and what did not come stays', async () => {
      const { store } = harness()
      const row = await deleted(store)
      const { id } = row
      const { renew } = store.revocations
      const tokens = async (): Promise<unknown> => {
        const found = await store.revocations.of(id)
        return [found?.refreshToken, found?.accessToken, found?.attempts]
      }
      const [, accessToken] = (await tokens()) as (string | null)[]
      expect(await renew.call(store.revocations, { id, refreshToken: 'refresh-2', accessToken: null })).toBe(
        true,
      )
      expect(await tokens()).toEqual(['refresh-2', accessToken, 0])
      expect(await renew.call(store.revocations, { id, refreshToken: null, accessToken: 'access-2' })).toBe(
        true,
      )
      expect(await tokens()).toEqual(['refresh-2', 'access-2', 0])
      await store.revocations.confirm(id)
      expect(await renew.call(store.revocations, { id, refreshToken: 'r', accessToken: 'a' })).toBe(false)
      expect(await tokens()).toEqual([null, null, 0])
      expect(
        await renew.call(store.revocations, { id: randomUUID(), refreshToken: 'r', accessToken: 'a' }),
      ).toBe(false)
    })

    test('comes in an order, so many at a time', async () => {
      const { store, advance } = harness()
      const provider = `provider-${randomUUID()}`
      const rows: ConnectionRow[] = []
      for (let count = 0; count < 3; count += 1) {
        rows.push(await deleted(store, provider))
        await advance(1_000)
      }
      await advance(HOUR)
      const request = { providers: [provider, 'another'], longestGateMs: 2 * HOUR }
      const ids = async (limit: number): Promise<string[]> =>
        (await store.revocations.due({ ...request, limit })).map(({ id }) => id)
      expect(await ids(10)).toEqual(rows.map(({ id }) => id))
      expect(await ids(2)).toEqual(rows.slice(0, 2).map(({ id }) => id))
    })
  })
}

async function deleted(store: TokenStore, provider?: string): Promise<ConnectionRow> {
  const row = await storedRow(store, {}, freshKey(provider))
  await store.delete({ clientId: row.clientId, provider: row.provider, revoke: true, seed: null })
  return row
}

async function everything(store: TokenStore): Promise<readonly Revocation[]> {
  const keys = await store.revocations.connections({})
  return (await Promise.all(keys.map(key => store.revocations.pending(key)))).flat()
}

async function dueOf(
  store: TokenStore,
  { provider, clientId }: { readonly provider: string; readonly clientId?: string },
): Promise<readonly Revocation[]> {
  const due = await store.revocations.due({ providers: [provider], longestGateMs: 2 * HOUR, limit: 1_000 })
  return due.filter(revocation => revocation.clientId === clientId)
}

function claimOf({ id }: ConnectionRow, change: Partial<RevocationClaim> = {}): RevocationClaim {
  return { id, attempts: 0, nextAttemptInMs: 60_000, besideNewGrant: false, ...change }
}
