import Libsql from 'libsql'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { StoreUnavailableError } from '../../src/errors.ts'
import type { ConnectionKey, ConnectionRow, TokenStore } from '../../src/ports/store.ts'
import { openPostgresStore } from '../../src/store/postgres/open.ts'
import { PATIENT_MS } from '../support/patience.ts'
import { freshDatabase } from '../support/postgres.ts'
import { sqliteHarness } from '../support/sql-harness.ts'
import {
  claimOf,
  commitOf,
  firstPut,
  freshKey,
  PASSING,
  plantOf,
  rowOf,
  still,
  storedRow,
} from '../support/store-contract/harness.ts'

const REFUSED = {
  code: 'REAUTHORIZATION_REQUIRED',
  nextAttemptInMs: null,
  status: 'reauthorization_required',
  statusReason: 'refused',
} as const

interface Bench {
  readonly store: TokenStore
  /** From now on no event can be written. */
  breakEvents(): Promise<void>
  mendEvents(): Promise<void>
  close(): Promise<void>
}

const database = await freshDatabase()

async function onPostgres(): Promise<Bench> {
  const store = await openPostgresStore({ timeoutMs: PATIENT_MS, database: database.url })
  return {
    store,
    breakEvents: async () => {
      await database.query('alter table oauth_token_events add constraint broken check (false) not valid')
    },
    mendEvents: async () => {
      await database.query('alter table oauth_token_events drop constraint broken')
    },
    close: async () => store[Symbol.asyncDispose](),
  }
}

async function onSqlite(): Promise<Bench> {
  const harness = await sqliteHarness()
  const hand = new Libsql(harness.path)
  hand.exec('pragma busy_timeout = 5000')
  return {
    store: harness.store,
    breakEvents: async () => {
      hand.exec(
        `create trigger broken before insert on oauth_token_events begin select raise(abort, 'broken'); end`,
      )
    },
    mendEvents: async () => {
      hand.exec('drop trigger broken')
    },
    close: async () => {
      hand.close()
      await harness.close()
    },
  }
}

type Write = (store: TokenStore, row: ConnectionRow) => Promise<unknown>

const WRITES: readonly (readonly [name: string, write: Write])[] = [
  ['a commit over a refusal', (store, row) => store.commit(commitOf(row))],
  [
    'a salvaged refresh token',
    (store, row) => store.salvage({ ...row, refreshToken: 's', failure: PASSING }),
  ],
  [
    'a refusal',
    (store, row) =>
      store.settle({ ...row, leaseId: row.leaseId ?? 'none', attemptId: null, failure: REFUSED }),
  ],
  [
    'another grant',
    (store, row) => store.put(firstPut(row, { expected: { id: row.id, generation: row.generation } })),
  ],
  ['a deletion', (store, row) => store.delete({ ...row, revoke: true, seed: null })],
  ['another seed', (store, row) => store.plant(plantOf(row, { replaces: row }))],
]

describe.each([
  ['PostgreSQL', onPostgres],
  ['SQLite', onSqlite],
])('on %s', (_, open) => {
  let bench: Bench
  beforeAll(async () => {
    bench = await open()
  })
  afterAll(() => bench.close())

  test.each(WRITES)('a change whose event cannot be written is not made: %s', async (_name, write) => {
    const { store } = bench
    const row = await suspectAndClaimed(store)
    await bench.breakEvents()
    try {
      await expect(write(store, row)).rejects.toThrow(StoreUnavailableError)
    } finally {
      await bench.mendEvents()
    }
    expect(still(await rowOf(store, row))).toEqual(still(row))
    expect(await typesOf(store, row)).toEqual(['connected', 'suspect'])
    expect(await store.revocations.of(row.id)).toBeNull()
    await write(store, row)
    expect((await typesOf(store, row)).length).toBeGreaterThan(2)
  })

  test('what tells nothing needs no table of events: an ordinary refresh goes on', async () => {
    const { store } = bench
    const row = await storedRow(store)
    await bench.breakEvents()
    try {
      expect(await store.claim(claimOf(row))).toBe(true)
      expect(await store.commit(commitOf(row))).toBe(true)
    } finally {
      await bench.mendEvents()
    }
  })
})

describe('on PostgreSQL, a commit that waits for the lock of a row', () => {
  test.each([
    ['tells that the grant has recovered, where others had marked it meanwhile', 'commit', ['recovered']],
    ['tells nothing, where the others gave up', 'rollback', []],
  ])('%s', async (_, end, types) => {
    const store = await openPostgresStore({ timeoutMs: PATIENT_MS, database: database.url })
    const row = await storedRow(store)
    const other = new pg.Client({ connectionString: database.url })
    await other.connect()
    await other.query('begin')
    await other.query(`update oauth_tokens set status = 'suspect' where id = $1`, [row.id])
    const committed = store.commit(commitOf(row))
    await expect.poll(waiting, { timeout: 5_000 }).toBe(1)
    await other.query(end)
    expect(await committed).toBe(true)
    expect((await typesOf(store, row)).slice(1)).toEqual(types)
    await other.end()
    await store[Symbol.asyncDispose]()
  })
})

async function waiting(): Promise<unknown> {
  const [found] = await database.query(
    `select count(*)::int as count from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock' and query like 'update%'`,
  )
  return found?.count
}

async function suspectAndClaimed(store: TokenStore): Promise<ConnectionRow> {
  const row = await storedRow(store, {}, freshKey())
  await store.claim(claimOf(row))
  const { id, generation, leaseId } = await rowOf(store, row)
  const failure = { ...REFUSED, status: 'suspect', nextAttemptInMs: -1 } as const
  await store.settle({ id, generation, leaseId: leaseId ?? 'none', attemptId: null, failure })
  await store.claim(claimOf(await rowOf(store, row)))
  return rowOf(store, row)
}

async function typesOf(store: TokenStore, { clientId, provider }: ConnectionKey): Promise<readonly string[]> {
  const events = await store.eventLog.page({ clientId, provider, limit: 100, before: null })
  return events.map(({ type }) => type).toReversed()
}
