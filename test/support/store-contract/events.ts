import { describe, expect, test } from 'vitest'
import type { RecordedEvent, RecordedEventType } from '../../../src/ports/event-log.ts'
import type { ConnectionKey, ConnectionRow, FailureRecord, TokenStore } from '../../../src/ports/store.ts'
import {
  claimOf,
  commitOf,
  firstPut,
  freshKey,
  PASSING,
  plantOf,
  rejectOf,
  rowOf,
  type StoreHarness,
  storedRow,
} from './harness.ts'

const DAY = 24 * 3_600_000
const REFUSED_ONCE: FailureRecord = {
  code: 'REAUTHORIZATION_REQUIRED',
  nextAttemptInMs: -1,
  status: 'suspect',
  statusReason: 'refused',
}
const REFUSED: FailureRecord = { ...REFUSED_ONCE, status: 'reauthorization_required' }

/** What is remembered of connections. */
export function eventsContract(harness: () => StoreHarness): void {
  comingAndGoing(harness)
  statuses(harness)
  nothingToTell(harness)
  pages(harness)
  retention(harness)
}

function comingAndGoing(harness: () => StoreHarness): void {
  describe('the event log', () => {
    test('tells of a connection from its first tokens to the revocation, after it is gone as well', async () => {
      const { store } = harness()
      const first = await storedRow(store)
      await store.put(replacement(first))
      const second = await rowOf(store, first)
      await store.delete({ ...first, revoke: true, seed: null })
      await store.revocations.confirm(first.id)
      await store.revocations.confirm(first.id)
      const events = await eventsOf(store, first)
      expect(events.map(({ type, reason, generation }) => ({ type, reason, generation }))).toEqual([
        { type: 'connected', reason: null, generation: 1 },
        { type: 'reconnected', reason: null, generation: 2 },
        { type: 'deleted', reason: 'revoke', generation: 2 },
        { type: 'revoked', reason: null, generation: null },
      ])
      for (const event of events) {
        const { clientId, provider } = first
        expect(event).toMatchObject({ clientId, provider, connectionId: first.id })
      }
      expect(events.map(({ at }) => at)).toEqual(events.map(({ at }) => at).toSorted((a, b) => a - b))
      // Two statements of a transaction need not run in the same millisecond.
      expect(Math.abs((events[1]?.at ?? 0) - second.updatedAt)).toBeLessThan(1_000)
    })

    test('tells rows of one connection apart, and where tokens came from', async () => {
      const { store } = harness()
      const first = await storedRow(store, { origin: 'imported' })
      await store.delete({ ...first, revoke: false, seed: null })
      const second = await storedRow(store, { grant: { kind: 'keep' } }, first)
      expect((await eventsOf(store, first)).map(toldInShort)).toEqual([
        ['connected', 'imported', first.id],
        ['deleted', null, first.id],
        ['connected', null, second.id],
      ])
    })

    test('tells of seeds, and of nothing where one was not planted', async () => {
      const { store } = harness()
      const request = plantOf(freshKey())
      await store.plant(request)
      const first = await rowOf(store, request)
      const other = plantOf(freshKey(), { seed: request.seed })
      expect(await store.plant(other)).toBe('not_owner')
      expect(await store.plant(request)).toBe('exists')
      await store.plant({ ...request, seed: { ...request.seed, digest: 'corrected' }, replaces: first })
      const second = await rowOf(store, request)
      expect((await eventsOf(store, request)).map(toldInShort)).toEqual([
        ['seeded', null, first.id],
        ['deleted', 'replaced', first.id],
        ['seeded', null, second.id],
      ])
      expect(await eventsOf(store, other)).toEqual([])
    })

    test('tells of an empty row once', async () => {
      const { store } = harness()
      const key = freshKey()
      expect(await store.insertEmpty(key, {})).toBe(true)
      expect(await store.insertEmpty(key, {})).toBe(false)
      expect(await typesOf(store, key)).toEqual(['connected'])
    })
  })
}

function statuses(harness: () => StoreHarness): void {
  describe('a status that turns', () => {
    test('is told once on the way down, with its reason, and once on the way up', async () => {
      const { store } = harness()
      const row = await storedRow(store)
      await fail(store, row, REFUSED_ONCE)
      await fail(store, row, { ...REFUSED_ONCE, code: 'PROVIDER_UNAVAILABLE' })
      await fail(store, row, { ...REFUSED, statusReason: 'lost_rotation' })
      await store.put(replacement(await rowOf(store, row)))
      await fail(store, row, REFUSED_ONCE)
      await store.commit(commitOf(await rowOf(store, row)))
      await store.commit(commitOf(await rowOf(store, row)))
      expect((await eventsOf(store, row)).slice(1).map(inShort)).toEqual([
        ['suspect', 'refused', 1],
        ['reauthorization_required', 'lost_rotation', 1],
        ['reconnected', null, 2],
        ['recovered', null, 2],
        ['suspect', 'refused', 2],
        ['recovered', null, 3],
      ])
    })

    test('is told where the lifeboat brings the grant back', async () => {
      const { store } = harness()
      const row = await storedRow(store)
      await fail(store, row, REFUSED)
      const { id, generation } = await rowOf(store, row)
      const restoration = { id, generation, accessToken: 'kept', longestLeaseMs: 60_000 } as const
      await store.restore({ ...restoration, refreshToken: 'restored' })
      await store.restore({ ...restoration, generation: generation + 1, refreshToken: 'again' })
      expect((await typesOf(store, row)).slice(1)).toEqual([
        'reauthorization_required',
        'lifeboat_replayed',
        'recovered',
        'lifeboat_replayed',
      ])
    })

    test('is told where a commit meets a row that others have marked since it was read', async () => {
      const { store } = harness()
      const row = await storedRow(store)
      await fail(store, row, REFUSED_ONCE)
      expect(await store.commit(commitOf(row))).toBe(true)
      expect((await typesOf(store, row)).slice(1)).toEqual(['suspect', 'recovered'])
    })

    test('is told where a refresh token was salvaged over a refusal', async () => {
      const { store } = harness()
      const row = await storedRow(store)
      await fail(store, row, REFUSED_ONCE)
      await store.salvage({ ...row, refreshToken: 'saved', failure: PASSING })
      expect((await eventsOf(store, row)).slice(2).map(inShort)).toEqual([
        ['salvaged', 'PROVIDER_UNAVAILABLE', 2],
        ['recovered', null, 2],
      ])
    })

    test.each([
      ['settle', 'reauthorization_required'],
      ['commit', 'recovered'],
      ['salvage', 'salvaged'],
      ['restore', 'lifeboat_replayed'],
      ['put', 'reconnected'],
      ['delete', 'deleted'],
    ] as const)(
      'is told once, however often and from wherever the write is sent: %s',
      async (write, type) => {
        const { store, second } = harness()
        const stores = [store, second ?? store]
        for (let round = 0; round < 5; round += 1) {
          const row = await storedRow(store)
          await fail(store, row, REFUSED_ONCE)
          if (write === 'settle') await store.claim(claimOf(await rowOf(store, row)))
          const found = await rowOf(store, row)
          const sent = Array.from({ length: 8 }, (_, index) => send(stores[index % 2] ?? store, write, found))
          const took = await Promise.all(sent)
          expect(took.filter(Boolean)).toHaveLength(1)
          const types = await typesOf(store, row)
          expect(types.filter(told => told === type)).toHaveLength(1)
          const turned = write === 'settle' || write === 'delete' ? 0 : 1
          expect(types.filter(told => told === 'recovered')).toHaveLength(turned)
        }
      },
    )
  })
}

function nothingToTell(harness: () => StoreHarness): void {
  test('an ordinary refresh, a passing failure, tokens stored beside the same grant and a rejection tell nothing', async () => {
    const { store } = harness()
    const row = await storedRow(store)
    await store.claim(claimOf(row))
    await store.commit(commitOf(await rowOf(store, row)))
    await fail(store, row, PASSING)
    await store.claim(claimOf(await rowOf(store, row), { leaseId: 'given-up' }))
    await store.settle({ ...(await rowOf(store, row)), leaseId: 'given-up', attemptId: null, failure: null })
    await store.put({ ...replacement(await rowOf(store, row)), grant: { kind: 'keep' } })
    await store.succeed({ ...(await rowOf(store, row)), refreshToken: 'successor' })
    await store.reject(rejectOf(await rowOf(store, row)))
    expect(await typesOf(store, row)).toEqual(['connected'])
  })

  test('a write that matches no row tells nothing', async () => {
    const { store } = harness()
    const row = await storedRow(store)
    await fail(store, row, REFUSED_ONCE)
    const stale = { ...(await rowOf(store, row)), generation: 7 }
    for (const write of ['settle', 'commit', 'salvage', 'restore', 'put'] as const) {
      expect(await send(store, write, stale)).toBe(false)
    }
    await store.put(firstPut(row))
    await store.delete({ ...freshKey(), revoke: true, seed: null })
    await store.revocations.confirm(row.id)
    expect(await typesOf(store, row)).toEqual(['connected', 'suspect'])
  })
}

function pages(harness: () => StoreHarness): void {
  test('the event log is read the newest first, by client, provider, type and time, a page at a time', async () => {
    const { store, advance } = harness()
    const row = await storedRow(store)
    const sibling = await storedRow(store, {}, { ...row, provider: 'another' })
    await fail(store, row, REFUSED)
    const [before] = await eventsOf(store, row)
    await advance(DAY)
    await store.put(replacement(await rowOf(store, row)))
    const { clientId, provider } = row
    const page = async (query: object): Promise<unknown> =>
      (await store.eventLog.page({ clientId, limit: 10, before: null, ...query })).map(toldInShort)

    const all = [
      ['recovered', null, row.id],
      ['reconnected', null, row.id],
      ['reauthorization_required', 'refused', row.id],
      ['connected', null, sibling.id],
      ['connected', null, row.id],
    ]
    expect(await page({})).toEqual(all)
    expect(await page({ provider: 'another' })).toEqual([all[3]])
    expect(await page({ type: 'connected' })).toEqual([all[3], all[4]])
    const [first] = await store.eventLog.page({ clientId, provider, limit: 1, before: null })
    const since = first?.at ?? 0
    expect(await page({ since })).toEqual(all.slice(0, 2))
    expect(await page({ since: since + 1 })).toEqual([])
    expect(await page({ before: first?.id })).toEqual(all.slice(1))
    expect(await page({ limit: 2, before: before?.id })).toEqual([])
    expect(await page({ limit: 2 })).toEqual(all.slice(0, 2))
  })
}

function retention(harness: () => StoreHarness): void {
  test('an event that has outlived its time is deleted, and no younger one', async () => {
    const { store, advance } = harness()
    const old = await storedRow(store)
    await advance(60 * DAY)
    const young = await storedRow(store)
    await advance(31 * DAY)
    // Each time some: there are those of the tests before.
    while ((await store.eventLog.expire()) > 0);
    expect(await typesOf(store, old)).toEqual([])
    expect(await typesOf(store, young)).toEqual(['connected'])
    expect(await store.read(old)).not.toBeNull()
  })

  test('the store does so by itself, as events are written', async () => {
    const { store, advance } = harness()
    const old = await storedRow(store)
    await advance(91 * DAY)
    for (let events = 0; events < 32; events += 1) await storedRow(store)
    await expect.poll(() => typesOf(store, old)).toEqual([])
  })
}

function replacement(row: ConnectionRow): ReturnType<typeof firstPut> {
  return firstPut(row, {
    expected: { id: row.id, generation: row.generation },
    grant: { kind: 'replace', refreshToken: 'another' },
  })
}

/** Claims the row and settles with this failure. */
async function fail(store: TokenStore, key: ConnectionKey, failure: FailureRecord): Promise<void> {
  await store.claim(claimOf(await rowOf(store, key)))
  const { id, generation, leaseId } = await rowOf(store, key)
  const done = await store.settle({
    id,
    generation,
    leaseId: leaseId ?? 'none',
    attemptId: null,
    failure: { ...failure, nextAttemptInMs: -1 },
  })
  if (!done) throw new Error('not settled')
}

type Write = 'settle' | 'commit' | 'salvage' | 'restore' | 'put' | 'delete'

async function send(store: TokenStore, write: Write, row: ConnectionRow): Promise<boolean> {
  const { id, generation } = row
  switch (write) {
    case 'settle':
      return store.settle({
        id,
        generation,
        leaseId: row.leaseId ?? 'none',
        attemptId: null,
        failure: REFUSED,
      })
    case 'commit':
      return store.commit(commitOf(row))
    case 'salvage':
      return store.salvage({ id, generation, leaseId: null, refreshToken: 'saved', failure: PASSING })
    case 'restore':
      return store.restore({
        id,
        generation,
        refreshToken: 'r',
        accessToken: 'expired',
        longestLeaseMs: 60_000,
      })
    case 'put':
      return store.put(replacement(row))
    case 'delete':
      return (await store.delete({ ...row, revoke: false, seed: null })) !== null
  }
}

/** The oldest first. */
async function eventsOf(
  store: TokenStore,
  { clientId, provider }: ConnectionKey,
): Promise<readonly RecordedEvent[]> {
  return (await store.eventLog.page({ clientId, provider, limit: 100, before: null })).toReversed()
}

async function typesOf(store: TokenStore, key: ConnectionKey): Promise<readonly RecordedEventType[]> {
  return (await eventsOf(store, key)).map(({ type }) => type)
}

function inShort({ type, reason, generation }: RecordedEvent): unknown {
  return [type, reason, generation]
}

function toldInShort({ type, reason, connectionId }: RecordedEvent): unknown {
  return [type, reason, connectionId]
}
