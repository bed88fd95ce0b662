import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { PGlite } from '@electric-sql/pglite'
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite'
import { drizzle as drizzlePostgresJs } from 'drizzle-orm/postgres-js'
import Libsql from 'libsql'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { StoreUnavailableError } from '../../src/errors.ts'
import type { ConnectionRow, TokenStore } from '../../src/ports/store.ts'
import { openPostgresStore } from '../../src/store/postgres/open.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
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

const CANARY = 'canary-7f3a91c2'

/** Every call that carries a secret or reads one. */
function secretCalls(store: TokenStore, row: ConnectionRow): (() => Promise<unknown>)[] {
  const seed = { variable: 'CANARY', digest: CANARY }
  const secrets = { accessToken: CANARY, refreshToken: CANARY, metadata: { [CANARY]: CANARY }, scopes: CANARY }
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
    const everything = [
      inspect(error, { showHidden: true, depth: 9 }),
      JSON.stringify(error, Object.getOwnPropertyNames(error)),
      String(error.stack),
    ].join('\n')
    expect(everything).not.toContain(CANARY)
    expect(everything).not.toMatch(/params|Failing row|insert into|select "/i)
    expect(error.cause).toBeUndefined()
    if (error instanceof StoreUnavailableError) reasons.push(error.reason)
  }
  return [...new Set(reasons)].sort()
}

const ROW_FAULT = `create function fault() returns trigger language plpgsql as
  $$ begin raise exception 'row %', new using errcode = current_setting('test.fault'); end $$`

const POSTGRES_FAULTS: [string, string[], string[]][] = [
  ['a check constraint', ['alter table oauth_tokens add check (length(access_token) < 9) not valid'], ['23514']],
  ['a column that is too short', ['alter table oauth_tokens alter access_token type varchar(9)'], ['22001']],
  ['a unique index of somebody', ['create unique index on oauth_tokens ((0))', 'alter table oauth_seed_uses add unique (digest, state)'], ['23505']],
  ['a trigger that prints the row', ['create trigger fault before insert or update on oauth_tokens for each row execute function fault()'], ['P0001']],
  ['a missing column', ['alter table oauth_tokens drop column refresh_token'], ['42703']],
  ['a missing table', ['drop table oauth_tokens', 'drop table oauth_seed_uses'], ['42P01']],
  ['a table of another kind', ['alter table oauth_tokens alter metadata type text', 'alter table oauth_tokens alter id type text'], []],
]

describe.each(['a URL', 'postgres.js', 'PGlite'])('PostgreSQL by %s', async driver => {
  const database = await freshDatabase()
  let store: TokenStore
  let row: ConnectionRow
  let query: (text: string) => Promise<unknown> = database.query
  let close = async (): Promise<void> => {}

  beforeAll(async () => {
    let handle: string | object = database.url
    if (driver === 'postgres.js') {
      const sql = postgres(database.url, { onnotice: () => {} })
      handle = drizzlePostgresJs(sql)
      close = () => sql.end()
    }
    if (driver === 'PGlite') {
      const client = new PGlite()
      handle = drizzlePglite(client)
      query = text => client.query(text)
      close = () => client.close()
    }
    store = await openPostgresStore({ database: handle })
    row = await storedRow(store, { accessToken: 'short' })
    await query(`alter database ${driver === 'PGlite' ? 'postgres' : new URL(database.url).pathname.slice(1)} set test.fault = 'P0001'`)
    await query(ROW_FAULT)
  })
  afterAll(async () => {
    await store[Symbol.asyncDispose]()
    await close()
  })

  test.each(POSTGRES_FAULTS)('%s gives its SQLSTATE and no secret', async (_, faults, expected) => {
    await query('begin')
    await query('rollback')
    for (const text of faults) await query(text)
    expect(await failures(secretCalls(store, row))).toEqual(expect.arrayContaining(expected))
  })
})
