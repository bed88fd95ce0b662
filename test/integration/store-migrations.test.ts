import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'
import { drizzle as drizzleNodePostgres } from 'drizzle-orm/node-postgres'
import { getTableConfig } from 'drizzle-orm/pg-core'
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite'
import { drizzle as drizzlePostgresJs } from 'drizzle-orm/postgres-js'
import pg from 'pg'
import postgres from 'postgres'
import { describe, expect, test } from 'vitest'
import { InvalidInputError, StoreUnavailableError } from '../../src/errors.ts'
import { runMigrations, tablesIn } from '../../src/schema.ts'
import { openPostgresStore } from '../../src/store/postgres/open.ts'
import { PATIENT_MS } from '../support/patience.ts'
import { isPooled } from '../support/pgbouncer.ts'
import { freshDatabase } from '../support/postgres.ts'
import { dumpSchema } from '../support/schema-dump.ts'
import { firstPut, freshKey, plantOf, rowOf, storedRow } from '../support/store-contract/harness.ts'

const SCHEMA_FILE = fileURLToPath(new URL('../../docs/schema.sql', import.meta.url))

describe('a new database', async () => {
  const database = await freshDatabase()

  test('has the schema that docs/schema.sql shows', async () => {
    await runMigrations(database.url)
    const dump = await dumpSchema(database)
    // UPDATE_SCHEMA=1 writes the file anew, to be looked at and committed.
    if (process.env.UPDATE_SCHEMA === '1') writeFileSync(SCHEMA_FILE, dump)
    expect(dump).toBe(readFileSync(SCHEMA_FILE, 'utf8'))
  })

  test('has the tables that Drizzle knows', async () => {
    for (const table of Object.values(tablesIn('public'))) {
      const { name, columns } = getTableConfig(table)
      const found = await database.query(
        `select attname as name, format_type(atttypid, atttypmod) as type, attnotnull as "notNull"
          from pg_attribute where attrelid = $1::regclass and attnum > 0 order by attnum`,
        [name],
      )
      expect(found).toEqual(
        columns.map(column => ({ name: column.name, type: column.getSQLType(), notNull: column.notNull })),
      )
    }
  })

  test('gets no tables in a schema that was not meant: an option that does not exist is refused', async () => {
    await expect(runMigrations(database.url, { shema: 'other' } as never)).rejects.toThrow(
      'runMigrations() has no option "shema". Did you mean "schema"? There is: schema.',
    )
  })

  test('is written and locked by the first migration only', async () => {
    await runMigrations(database.url)
    const locker = new pg.Client({ connectionString: database.url })
    await locker.connect()
    await locker.query('begin')
    await locker.query('lock table oauth_tokens, oauth_seed_owners, oauth_seed_uses in access exclusive mode')
    await locker.query('lock table evergrant_migrations in exclusive mode')
    try {
      await runMigrations(await database.urlWith({ default_transaction_read_only: 'on' }))
    } finally {
      await locker.query('rollback')
      await locker.end()
    }
  })

  test('whose table was dropped gets it again', async () => {
    await database.query('drop table oauth_tokens')
    await runMigrations(database.url)
    expect(await dumpSchema(database)).toBe(readFileSync(SCHEMA_FILE, 'utf8'))
  })
})

describe('migrations through', async () => {
  const nodePostgres = await freshDatabase()
  const postgresJs = await freshDatabase()
  const pool = await freshDatabase()

  test('Drizzle on node-postgres leave its pool open', async () => {
    const db = drizzleNodePostgres(nodePostgres.url)
    await runMigrations(db)
    await runMigrations(db)
    expect((await db.execute('select count(*)::int as rows from oauth_tokens')).rows).toEqual([{ rows: 0 }])
    await db.$client.end()
  })

  test('Drizzle on postgres.js', async () => {
    const sql = postgres(postgresJs.url, { onnotice: () => {} })
    await runMigrations(drizzlePostgresJs(sql), { schema: 'vault' })
    await runMigrations(drizzlePostgresJs(sql), { schema: 'vault' })
    expect(await sql`select count(*)::int as rows from vault.oauth_tokens`).toEqual([{ rows: 0 }])
    await sql.end()
  })

  test('Drizzle on PGlite', async () => {
    const client = new PGlite()
    await runMigrations(drizzlePglite(client))
    await runMigrations(drizzlePglite(client))
    expect((await client.query('select count(*)::int as rows from oauth_tokens')).rows).toEqual([{ rows: 0 }])
    await client.close()
  })

  test('a pg.Pool', async () => {
    const handed = new pg.Pool({ connectionString: pool.url })
    await runMigrations(handed)
    expect((await handed.query('select count(*)::int as rows from oauth_tokens')).rows).toEqual([{ rows: 0 }])
    await handed.end()
  })
})

describe('another schema', async () => {
  const database = await freshDatabase()

  test('is made, and keeps its tokens apart, whatever search_path a role has', async () => {
    const url = await database.urlWith({ search_path: 'elsewhere' })
    const key = freshKey()
    const inPublic = await openPostgresStore({ timeoutMs: PATIENT_MS, database: url })
    const inOther = await openPostgresStore({ timeoutMs: PATIENT_MS, database: url, schema: 'My-Vault' })
    await inPublic.put(firstPut(key, { accessToken: 'public' }))
    await inOther.put(firstPut(key, { accessToken: 'vault' }))
    expect((await rowOf(inPublic, key)).accessToken).toBe('public')
    expect((await rowOf(inOther, key)).accessToken).toBe('vault')
    expect(await inOther.delete({ ...key, revoke: true, seed: null })).not.toBeNull()
    expect((await rowOf(inPublic, key)).accessToken).toBe('public')
    await inPublic[Symbol.asyncDispose]()
    await inOther[Symbol.asyncDispose]()
  })

  test('is made by one of many that want it at once', async () => {
    const rounds = Array.from({ length: 5 }, (_, round) => `vault_${round}`)
    for (const schema of rounds) {
      const applied = await Promise.all(
        Array.from({ length: 8 }, () => runMigrations(database.url, { schema })),
      )
      expect(applied.filter(names => names.length > 0)).toHaveLength(1)
    }
  })

  test.each(['', 'a"b', "a'b", '1a', 'a b', 'x'.repeat(64), 'a.b'])(
    '%j is no name of a schema',
    async schema => {
      await expect(
        openPostgresStore({ timeoutMs: PATIENT_MS, database: database.url, schema }),
      ).rejects.toThrow(InvalidInputError)
      await expect(runMigrations(database.url, { schema })).rejects.toThrow(InvalidInputError)
    },
  )
})

describe('a role without DDL', async () => {
  const database = await freshDatabase()
  const role = `app_${Math.random().toString(36).slice(2)}`
  const appUrl = new URL(database.url)
  appUrl.username = role
  appUrl.password = 'app-password'

  test('is told to migrate, and works once another role did', async () => {
    await database.query(`create role ${role} login password 'app-password'`)
    // As every PostgreSQL since 15 does by itself.
    await database.query('revoke create on schema public from public')
    try {
      const open = (migrate: boolean): ReturnType<typeof openPostgresStore> =>
        openPostgresStore({ timeoutMs: PATIENT_MS, database: appUrl.href, migrate })
      await expect(open(false)).rejects.toThrow(/evergrant migrate/)
      await expect(open(true)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', reason: '42501' })

      await runMigrations(database.url)
      await expect(open(false)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', reason: '42501' })
      await database.query(
        `grant select, insert, update, delete
          on oauth_tokens, oauth_seed_owners, oauth_seed_uses, oauth_token_revocations to ${role}`,
      )
      await database.query(`grant select on evergrant_migrations to ${role}`)
      // What cannot be recorded would not be changed: better refused at the start than at the first refusal.
      await expect(open(false)).rejects.toThrow(
        'The database role may not write "public".oauth_token_events, which tells what became of connections. ' +
          'Grant it select, insert and delete there (42501).',
      )
      const looking = { database: appUrl.href, migrate: false, looksOnly: true }
      await (await openPostgresStore(looking))[Symbol.asyncDispose]()
      await database.query(`grant select, insert, delete on oauth_token_events to ${role}`)
      for (const migrate of [false, true]) {
        const store = await open(migrate)
        const request = plantOf(freshKey())
        expect(await store.plant(request)).toBe('planted')
        const { id } = await rowOf(store, request)
        expect(await store.delete({ ...request, revoke: true, seed: request.seed })).toMatchObject({ id })
        await store.revocations.confirm(id)
        expect((await storedRow(store)).generation).toBe(1)
        await store[Symbol.asyncDispose]()
      }
    } finally {
      await database.query(`drop owned by ${role}`)
      await database.query(`drop role ${role}`)
    }
  })
})

describe('a server that cannot be written', async () => {
  const database = await freshDatabase()

  test('is refused at opening', async () => {
    await runMigrations(database.url)
    const readOnly = await database.urlWith({ default_transaction_read_only: 'on' })
    for (const migrate of [true, false]) {
      await expect(openPostgresStore({ timeoutMs: PATIENT_MS, database: readOnly, migrate })).rejects.toThrow(
        /read-only/,
      )
    }
  })
})

describe('a database that cannot be reached', () => {
  test.each([
    ['nothing listens', (url: URL) => Object.assign(url, { port: '1' }), 'ECONNREFUSED'],
    ['the database does not exist', (url: URL) => Object.assign(url, { pathname: '/no_such' }), '3D000'],
    ['the password is wrong', (url: URL) => Object.assign(url, { password: 'canary-wrong' }), '28P01'],
  ])('gives the typed error where %s', async (_, change, reason) => {
    const { url } = await reachable
    const error: unknown = await openPostgresStore({
      timeoutMs: PATIENT_MS,
      database: change(new URL(url)).href,
    }).catch((failure: unknown) => failure)
    expect(error).toBeInstanceOf(StoreUnavailableError)
    // A pooler has one code for all that it refuses.
    expect(error).toMatchObject({ reason: isPooled() && reason !== 'ECONNREFUSED' ? '08P01' : reason })
    expect(String(error)).not.toMatch(/canary|evergrant-tests/)
  })
})

const reachable = freshDatabase()
