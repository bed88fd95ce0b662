import { sql } from 'drizzle-orm'
import { InvalidInputError } from '../../errors.ts'
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
}

/**
 * Opens the token store on PostgreSQL 13 or newer.
 * @throws InvalidInputError the handle is none, the server is read-only, or the tables are not as they must be.
 * @throws StoreUnavailableError the database does not answer.
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<TokenStore> {
  const { database, timeoutMs = 3_000 } = options
  const schema = parseSchemaName(options.schema ?? 'public')
  const source = await openSource(database, timeoutMs)
  try {
    const engine = new PostgresEngine(source, schema, timeoutMs)
    await refuseReadOnly(engine)
    if (options.migrate ?? true) await migrate(source, schema)
    else await checkSchema(source, schema)
    return new SqlStore(engine)
  } catch (error) {
    await source[Symbol.asyncDispose]()
    throw error
  }
}

async function refuseReadOnly(engine: PostgresEngine): Promise<void> {
  const [found] = await engine.run(
    db => db.select({ readOnly: postgresDialect.isReadOnly }).from(sql`(select 1) as look`),
    { repeatable: true },
  )
  if (!found?.readOnly) return
  throw new InvalidInputError(
    'The PostgreSQL server is read-only (a standby, or default_transaction_read_only). Connect to the primary.',
  )
}
