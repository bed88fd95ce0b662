import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite'
import { drizzle as drizzlePostgresJs } from 'drizzle-orm/postgres-js'
import Libsql from 'libsql'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { StoreUnavailableError } from '../../src/errors.ts'
import type { DatabaseHandle } from '../../src/ports/database-handle.ts'
import type { ConnectionRow, TokenStore } from '../../src/ports/store.ts'
import { openPostgresStore } from '../../src/store/postgres/open.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { PATIENT_MS } from '../support/patience.ts'
import { freshDatabase } from '../support/postgres.ts'
import {
  claimOf,
  commitOf,
  firstPut,
  freshKey,
  PASSING,
  plantOf,
  storedRow,
} from '../support/store-contract/harness.ts'
import { makeCanary, printed } from './canary.ts'

const canary = makeCanary()
const CANARY = canary.mark

/** Every call that carries a secret or reads one. */
function secretCalls(store: TokenStore, row: ConnectionRow): (() => Promise<unknown>)[] {
  const seed = { variable: 'CANARY', digest: CANARY }
  const secrets = {
    accessToken: CANARY,
    refreshToken: CANARY,
    metadata: { [CANARY]: CANARY },
    scopes: CANARY,
  }
  const grant = { kind: 'replace', refreshToken: CANARY } as const
  return [
    () => store.read(row),
    () => store.claim(claimOf(row, { attemptId: CANARY, leaseId: CANARY })),
    () => store.commit(commitOf(row, secrets)),
    () => store.salvage({ ...row, refreshToken: CANARY, failure: PASSING }),
    () => store.succeed({ ...row, refreshToken: CANARY }),
    () => store.settle({ ...row, leaseId: CANARY, attemptId: CANARY, failure: PASSING }),
    () => store.put(firstPut(row, { ...secrets, grant, expected: row })),
    () => store.put(firstPut(freshKey(), { ...secrets, grant })),
    () => store.plant(plantOf(freshKey(), { refreshToken: CANARY, seed, metadata: { [CANARY]: 1 } })),
    () => store.delete({ ...row, revoke: true, seed }),
  ]
}

/** Runs the calls; gives the codes of those that failed, each without a trace of the canary. */
async function failures(calls: readonly (() => Promise<unknown>)[]): Promise<string[]> {
  const reasons: string[] = []
  for (const call of calls) {
    const error: unknown = await call().catch((reason: unknown) => reason)
    if (!(error instanceof Error)) continue
    expect(error).toBeInstanceOf(StoreUnavailableError)
    canary.expectAbsentFrom(error)
    expect(printed(error)).not.toMatch(/params|Failing row|insert into|select "/i)
    expect(error.cause).toBeUndefined()
    if (error instanceof StoreUnavailableError) reasons.push(error.reason)
  }
  return [...new Set(reasons)].sort()
}

const POSTGRES_FAULTS: [string, string[], string][] = [
  [
    'a check constraint',
    ['alter table oauth_tokens add check (length(access_token) < 9) not valid'],
    '23514',
  ],
  ['a column that is too short', ['alter table oauth_tokens alter access_token type varchar(9)'], '22001'],
  ['a unique index of somebody', ['create unique index on oauth_tokens ((0))'], '23505'],
  [
    'a trigger that prints the row',
    [
      `create function fault() returns trigger language plpgsql as
        $$ begin raise exception 'the row is %', new; end $$`,
      'create trigger fault before insert or update on oauth_tokens for each row execute function fault()',
    ],
    'P0001',
  ],
  ['a missing column', ['alter table oauth_tokens drop column refresh_token'], '42703'],
  ['a missing table', ['drop table oauth_seed_uses', 'drop table oauth_tokens'], '42P01'],
  [
    'a column of another type',
    ['alter table oauth_tokens alter attempt_id type integer using null'],
    '22P02',
  ],
]

const DRIVERS: Record<string, (url: string) => Promise<Opened>> = {
  'a URL': async url => ({ database: url, close: async () => {} }),
  'postgres.js': async url => {
    const sql = postgres(url, { onnotice: () => {} })
    return { database: drizzlePostgresJs(sql), close: () => sql.end() }
  },
  PGlite: async () => {
    const client = new PGlite()
    return { database: drizzlePglite(client), query: text => client.exec(text), close: () => client.close() }
  },
}

interface Opened {
  readonly database: DatabaseHandle
  readonly query?: (text: string) => Promise<unknown>
  readonly close: () => Promise<void>
}

describe.each(Object.entries(DRIVERS))('T8: errors of PostgreSQL by %s', async (_, open) => {
  const database = await freshDatabase()
  let opened: Opened
  beforeAll(async () => {
    opened = await open(database.url)
  })
  afterAll(() => opened.close())

  test.each(POSTGRES_FAULTS)('T8: from %s hold a code and no secret', async (_name, faults, expected) => {
    const schema = `fault_${expected.toLowerCase()}`
    const store = await openPostgresStore({ timeoutMs: PATIENT_MS, database: opened.database, schema })
    const row = await storedRow(store, { accessToken: 'short' })
    const query = opened.query ?? database.query
    await query(`begin; set local search_path to ${schema}; ${faults.join('; ')}; commit`)
    expect(await failures(secretCalls(store, row))).toContain(expected)
    await store[Symbol.asyncDispose]()
  })

  test('T8: from text that the database cannot hold hold a code and no secret', async () => {
    const store = await openPostgresStore({
      timeoutMs: PATIENT_MS,
      database: opened.database,
      schema: 'odd_text',
    })
    const put = (): Promise<unknown> => store.put(firstPut(freshKey(), { accessToken: `${CANARY}\0` }))
    expect(await failures([put])).toEqual(['22021'])
    await store[Symbol.asyncDispose]()
  })
})

const SQLITE_FAULTS: [string, string, string][] = [
  [
    'a trigger that prints the row',
    `create trigger fault before update on oauth_tokens begin select raise(abort, '${CANARY}'); end`,
    'SQLITE_CONSTRAINT',
  ],
  ['a unique index of somebody', 'create unique index fault on oauth_tokens ((0))', 'SQLITE_CONSTRAINT'],
  ['a missing column', 'alter table oauth_tokens drop column refresh_token', 'SQLITE_ERROR'],
  ['a missing table', 'drop table oauth_tokens', 'SQLITE_ERROR'],
  ['a lock of another process', 'begin immediate', 'SQLITE_BUSY'],
]

describe('T8: errors of SQLite', () => {
  test.each(SQLITE_FAULTS)('T8: from %s hold a code and no secret', async (_, fault, expected) => {
    const folder = mkdtempSync(join(tmpdir(), 'evergrant-leaks-'))
    const path = join(folder, 'tokens.db')
    const store = await openSqliteStore({ url: path, timeoutMs: 50 })
    const row = await storedRow(store)
    const hand = new Libsql(path)
    hand.exec(fault)
    expect(await failures(secretCalls(store, row))).toContain(expected)
    hand.close()
    await store[Symbol.asyncDispose]()
    expect(await failures(secretCalls(store, row))).toEqual(['ECLOSED'])
    rmSync(folder, { recursive: true, force: true })
  })
})
