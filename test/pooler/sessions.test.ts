import { readFileSync } from 'node:fs'
import pg from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import type { TokenStore } from '../../src/ports/store.ts'
import { openPostgresStore } from '../../src/store/postgres/open.ts'
import { PATIENT_MS } from '../support/patience.ts'
import { POOL_SIZE } from '../support/pgbouncer.ts'
import { startPostgres } from '../support/postgres-server.ts'
import {
  claimOf,
  commitOf,
  freshKey,
  plantOf,
  rejectOf,
  rowOf,
  storedRow,
} from '../support/store-contract/harness.ts'

const server = await startPostgres()
afterAll(() => server.stop())

const open = (): Promise<TokenStore> =>
  openPostgresStore({ database: server.url(), timeoutMs: PATIENT_MS, schema: 'vault' })

/** Everything that a service does with its store, many times at once. */
async function everything(store: TokenStore): Promise<void> {
  const one = async (): Promise<void> => {
    const row = await storedRow(store)
    expect(await store.claim(claimOf(row))).toBe(true)
    expect(await store.commit(commitOf(row))).toBe(true)
    const planted = plantOf(freshKey())
    expect(await store.plant(planted)).toBe('planted')
    await store.reject(rejectOf(await rowOf(store, planted)))
    await store.delete({ ...planted, revoke: true, seed: planted.seed })
    await store.list({ limit: 10, after: null })
    expect(await store.revocations.pending(planted)).toHaveLength(1)
  }
  await Promise.all(Array.from({ length: 20 }, one))
}

/** Holds every server connection of the pooler at once, each in a transaction of its own. */
async function onEveryServerConnection<Result>(
  look: (client: pg.Client) => Promise<Result>,
): Promise<Result[]> {
  const clients = Array.from({ length: POOL_SIZE }, () => new pg.Client({ connectionString: server.url() }))
  try {
    for (const client of clients) {
      await client.connect()
      await client.query('begin')
    }
    return await Promise.all(clients.map(look))
  } finally {
    await Promise.all(clients.map(client => client.end()))
  }
}

describe('through PgBouncer in transaction mode', () => {
  test('F16: statements lose their names once, and never again; no call fails', async () => {
    const lost = (): number =>
      [
        ...readFileSync(server.logFile, 'utf8').matchAll(
          /ERROR: +prepared statement .* (?:does not|already) exist/g,
        ),
      ].length
    const store = await open()
    const row = await storedRow(store)
    await Promise.all(Array.from({ length: 50 }, () => store.read(row)))
    const first = lost()
    // Ten clients give the same name to one of two server connections: eight of them come too late.
    expect(first).toBeGreaterThan(0)

    await Promise.all(Array.from({ length: 200 }, () => store.read(row)))
    await everything(store)
    expect(lost()).toBe(first)
    await store[Symbol.asyncDispose]()
  })

  test('F16: nothing is left behind on a server connection: no setting, lock, temporary table, cursor or channel', async () => {
    const store = await open()
    await everything(store)
    await store[Symbol.asyncDispose]()

    const left = await onEveryServerConnection(async client => {
      const rows = async (text: string): Promise<unknown[]> => (await client.query(text)).rows
      return {
        // What PgBouncer itself sets, for each of its clients.
        settings: await rows(`select name, setting from pg_settings where source = 'session' and name not in
          ('application_name', 'client_encoding', 'DateStyle', 'TimeZone', 'standard_conforming_strings')`),
        searchPath: await rows('show search_path'),
        locks: await rows("select * from pg_locks where locktype = 'advisory'"),
        tables: await rows("select relname from pg_class where relpersistence = 't'"),
        cursors: await rows('select name from pg_cursors'),
        channels: await rows('select pg_listening_channels()'),
      }
    })
    const nothing = {
      settings: [],
      searchPath: [{ search_path: '"$user", public' }],
      locks: [],
      tables: [],
      cursors: [],
      channels: [],
    }
    expect(left).toEqual([nothing, nothing])
  })

  test('no transaction stays open', async () => {
    const store = await open()
    await everything(store)
    const client = new pg.Client({ connectionString: server.directUrl() })
    await client.connect()
    const transactions =
      'select state from pg_stat_activity where xact_start is not null and pid <> pg_backend_pid()'
    const { rows } = await client.query(`${transactions} and backend_type = 'client backend'`)
    await client.end()
    await store[Symbol.asyncDispose]()
    expect(rows).toEqual([])
  })
})
