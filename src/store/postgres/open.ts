import { sql } from 'drizzle-orm'
import { InvalidInputError, StoreUnavailableError } from '../../errors.ts'
import type { DatabaseHandle } from '../../ports/database-handle.ts'
import type { TokenStore } from '../../ports/store.ts'
import { SqlStore } from '../sql-store.ts'
import { postgresDialect } from './dialect.ts'
import { PostgresEngine } from './engine.ts'
import { checkSchema, migrate, parseSchemaName } from './migrate.ts'
import { openSource } from './source.ts'

export interface PostgresStoreOptions {
  /** A URL (then the pool is ours), a `pg.Pool`, or a Drizzle database on `pg`, postgres.js or PGlite. */
  readonly database: DatabaseHandle
  /** Default `public`. */
  readonly schema?: string | undefined
  /** Default true. False: the schema must be current, and nothing is written. */
  readonly migrate?: boolean | undefined
  /** How long a call of the store takes at most. Default 3000. */
  readonly timeoutMs?: number | undefined
  /** How long events are kept, in ms. Default 90 days. */
  readonly eventRetentionMs?: number | undefined
  /** Default false: a role that may not write is refused at once. True: somebody only looks. */
  readonly looksOnly?: boolean | undefined
}

/**
 * Opens the token store on PostgreSQL 13 or newer.
 * @throws InvalidInputError the handle is none, the server is read-only, or the tables are not as they must be.
 * @throws StoreUnavailableError the database does not answer, or the role may not record events.
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<TokenStore> {
  const { database, timeoutMs = 3_000 } = options
  const schema = parseSchemaName(options.schema ?? 'public')
  const source = await openSource(database, timeoutMs)
  try {
    const engine = new PostgresEngine(source, schema, timeoutMs)
    await refuseUnwritable(engine, schema, options.looksOnly ?? false)
    if (options.migrate ?? true) await migrate(source, schema)
    else await checkSchema(source, schema)
    return new SqlStore(engine, options.eventRetentionMs)
  } catch (error) {
    await source[Symbol.asyncDispose]()
    throw error
  }
}

async function refuseUnwritable(engine: PostgresEngine, schema: string, looksOnly: boolean): Promise<void> {
  const [found] = await engine.run(
    db =>
      db
        .select({
          readOnly: postgresDialect.isReadOnly,
          // Null: no such table yet; who makes it may write it.
          records: sql<
            boolean | null
          >`has_table_privilege(to_regclass(${`"${schema}".oauth_token_events`}), 'insert')`,
        })
        .from(sql`(select 1) as look`),
    { repeatable: true },
  )
  if (found?.readOnly) {
    throw new InvalidInputError(
      'The PostgreSQL server is read-only (a standby, or default_transaction_read_only). Connect to the primary.',
    )
  }
  // Better now than when the first grant is refused: what cannot be recorded is not changed either.
  if (found?.records !== false || looksOnly) return
  throw new StoreUnavailableError(
    `The database role may not write "${schema}".oauth_token_events, which tells what became of connections. Grant it ` +
      'select, insert and delete there (42501).',
    '42501',
    {},
    false,
  )
}
