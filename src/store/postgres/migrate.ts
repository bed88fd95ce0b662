import { sql } from 'drizzle-orm'
import { InvalidInputError } from '../../errors.ts'
import { refuseUnknownNames } from '../../known-names.ts'
import type { DatabaseHandle } from '../../ports/database-handle.ts'
import type { Migration } from '../migration.ts'
import type { Database } from '../sql-engine.ts'
import { adoptTable } from './adoption.ts'
import { storeFailure } from './failure.ts'
import { postgresMigrations } from './migrations/all.ts'
import { tablesIn } from './schema.ts'
import { openSource, type PostgresSource } from './source.ts'

/** A large table takes its time, and nine processes wait for the tenth. */
const MIGRATION_LIMIT_MS = 60_000

/**
 * Brings the schema up to date. Safe to call at every start and from many processes at once; when the schema
 * is current it writes nothing and locks nothing. Adopts a table `oauth_tokens` that has the ten original
 * columns: every value stays as it is.
 *
 * @param database A URL, a `pg.Pool`, or a Drizzle database on `pg`, postgres.js or PGlite.
 * @returns the names of the migrations it applied; none when the schema was current.
 * @throws InvalidInputError a table `oauth_tokens` exists that cannot be adopted. Nothing was changed.
 * @throws StoreUnavailableError the database does not answer, or the role may not create tables.
 *
 * @example
 * await runMigrations(drizzle(process.env.DATABASE_URL), { schema: 'auth' })
 */
export async function runMigrations(
  database: DatabaseHandle,
  options: {
    /** Of the tables. Default `public`. */
    readonly schema?: string | undefined
  } = {},
): Promise<readonly string[]> {
  refuseUnknownNames(options, ['schema'], { owner: 'runMigrations()', noun: 'option' })
  const { schema = 'public' } = options
  const source = await openSource(database, MIGRATION_LIMIT_MS)
  try {
    return await migrate(source, parseSchemaName(schema))
  } finally {
    await source[Symbol.asyncDispose]()
  }
}

/** As {@link runMigrations}, on a source that is open. */
export async function migrate(source: PostgresSource, schema: string): Promise<readonly string[]> {
  try {
    const pending = await pendingMigrations(source.db, schema)
    if (pending.length === 0) return []
    return await source.transaction(db => applyPending(db, schema), MIGRATION_LIMIT_MS)
  } catch (error) {
    throw storeFailure(error, {})
  }
}

/** @throws InvalidInputError migrations are missing. */
export async function checkSchema(source: PostgresSource, schema: string): Promise<void> {
  const pending = await pendingMigrations(source.db, schema).catch((error: unknown) => {
    throw storeFailure(error, {})
  })
  if (pending.length === 0) return
  throw new InvalidInputError(
    `The schema ${schema} is not up to date: ${pending.map(({ name }) => name).join(', ')} missing. ` +
      'Run `evergrant migrate` with a role that may create tables, or open with `migrate: true`.',
  )
}

/** @throws InvalidInputError */
export function parseSchemaName(schema: string): string {
  if (/^[A-Za-z_][\w$-]{0,62}$/.test(schema)) return schema
  throw new InvalidInputError(
    'The name of the schema (--schema, or the option schema) is none: letters, digits, _, $ and -, at most 63, no ' +
      'digit first.',
  )
}

/** The migrations that the schema lacks. */
export async function pendingMigrations(db: Database, schema: string): Promise<readonly Migration[]> {
  // Not `to_regclass`: after a wait for the lock it may still answer from the catalog cache of before.
  const exists = (table: string) => sql<boolean>`exists (
    select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = ${schema} and c.relname = ${table}
  )`
  const [found] = await db
    .select({ tokens: exists('oauth_tokens'), migrations: exists('evergrant_migrations') })
    .from(sql`(select 1) as look`)
  if (!found?.tokens || !found.migrations) return postgresMigrations
  const { evergrantMigrations: t } = tablesIn(schema)
  const applied = new Set((await db.select({ id: t.id }).from(t)).map(({ id }) => id))
  return postgresMigrations.filter(({ id }) => !applied.has(id))
}

async function applyPending(db: Database, schema: string): Promise<readonly string[]> {
  await db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`evergrant ${schema}`}, 0))`)
  const pending = await pendingMigrations(db, schema)
  if (pending.length === 0) return []

  await makeSchema(db, schema)
  await db.execute(sql`select set_config('search_path', ${`"${schema}"`}, true)`)
  // Do not stand in the way of an application that holds a lock on the table for long.
  await db.execute(sql`set local lock_timeout = '10s'`)
  await db.execute(
    sql`create table if not exists evergrant_migrations (
      id integer primary key,
      name text not null,
      applied_at timestamptz not null default now()
    )`,
  )
  const { evergrantMigrations: t } = tablesIn(schema)
  for (const { id, name, statements } of pending) {
    if (id === 1) await adoptTable(db, schema)
    for (const statement of statements) await db.execute(sql.raw(statement))
    await db.insert(t).values({ id, name }).onConflictDoNothing()
  }
  return pending.map(({ name }) => name)
}

// Where it exists, `create schema if not exists` would still need the right to create it.
async function makeSchema(db: Database, schema: string): Promise<void> {
  const [found] = await db
    .select({ exists: sql<boolean>`exists (select from pg_catalog.pg_namespace where nspname = ${schema})` })
    .from(sql`(select 1) as look`)
  if (!found?.exists) await db.execute(sql.raw(`create schema "${schema}"`))
}
