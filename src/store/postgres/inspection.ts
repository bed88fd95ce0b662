import { sql } from 'drizzle-orm'
import type { PoolClient } from 'pg'
import type { DatabaseHandle } from '../../ports/database-handle.ts'
import type { Database } from '../sql-engine.ts'
import { codeOf, storeFailure } from './failure.ts'
import { type Link, linkOf } from './link.ts'
import { parseSchemaName, pendingMigrations } from './migrate.ts'
import { missingPrivileges } from './privileges.ts'
import { openSource, type PostgresSource } from './source.ts'

/**
 * What lies between us and the server.
 * - `direct`: each connection keeps its server process (a pooler in session mode looks the same).
 * - `transaction`: a server process for one transaction at a time.
 * - `statement`: for one statement at a time, so that there are no transactions.
 * - `unknown`: the driver gives no two connections.
 */
export type Pooling = 'direct' | 'transaction' | 'statement' | 'unknown'

/** A PostgreSQL server as it is seen from here. */
export interface PostgresFacts {
  /** `15.18`. */
  readonly version: string
  /** `150018`. */
  readonly versionNumber: number
  readonly role: string
  readonly isReadOnly: boolean
  /** The server's clock, in ms since the epoch. */
  readonly now: number
  readonly pooling: Pooling
  readonly link: Link
  /** Names of migrations that the schema lacks. None where the role may not even look. */
  readonly pending: readonly string[]
  /** Grants that the role lacks on what is there. */
  readonly missingPrivileges: readonly string[]
}

/**
 * Looks at a server and changes nothing.
 * @throws InvalidInputError the handle or the schema's name is none
 * @throws StoreUnavailableError the database does not answer
 */
export async function inspectPostgres(
  database: DatabaseHandle,
  {
    schema = 'public',
    timeoutMs = 3_000,
  }: { readonly schema?: string | undefined; readonly timeoutMs?: number },
): Promise<PostgresFacts> {
  const name = parseSchemaName(schema)
  const source = await openSource(database, timeoutMs)
  try {
    return await look(source, name, timeoutMs)
  } catch (error) {
    throw storeFailure(error, {})
  } finally {
    await source[Symbol.asyncDispose]()
  }
}

async function look(source: PostgresSource, schema: string, timeoutMs: number): Promise<PostgresFacts> {
  const server = await serverOf(source.db)
  const lacking = await missingPrivileges(source.db, schema)
  return {
    ...server,
    ...(await between(source, timeoutMs)),
    // What may not be read is not known to be missing.
    pending: lacking.length > 0 ? [] : (await pendingMigrations(source.db, schema)).map(({ name }) => name),
    missingPrivileges: lacking,
  }
}

async function serverOf(
  db: Database,
): Promise<Pick<PostgresFacts, 'version' | 'versionNumber' | 'role' | 'isReadOnly' | 'now'>> {
  const [found] = await db
    .select({
      version: sql<string>`current_setting('server_version')`,
      versionNumber: sql<string>`current_setting('server_version_num')`,
      role: sql<string>`current_user::text`,
      isReadOnly: sql<boolean>`current_setting('transaction_read_only') = 'on'`,
      now: sql<number>`floor(extract(epoch from clock_timestamp()) * 1000)::float8`,
    })
    .from(sql`(select 1) as look`)
  return {
    version: String(found?.version).split(' ')[0] ?? '',
    versionNumber: Number(found?.versionNumber),
    role: String(found?.role),
    isReadOnly: found?.isReadOnly === true,
    now: Number(found?.now),
  }
}

async function between(
  source: PostgresSource,
  timeoutMs: number,
): Promise<Pick<PostgresFacts, 'pooling' | 'link'>> {
  let seen: Pick<PostgresFacts, 'pooling' | 'link'> = { pooling: 'unknown', link: 'unknown' }
  if (!(await hasTransactions(source, timeoutMs))) seen = { ...seen, pooling: 'statement' }
  // A pool of one connection has no second: then nothing is known.
  await source
    .pair?.(async (first, second) => {
      const pooling = seen.pooling === 'statement' ? seen.pooling : await poolingOf(first, second)
      seen = { pooling, link: linkOf(first) }
    })
    .catch(() => {})
  return seen
}

// PgBouncer refuses `begin` in statement mode as a violation of the protocol.
async function hasTransactions(source: PostgresSource, timeoutMs: number): Promise<boolean> {
  try {
    await source.transaction(db => serverOf(db), timeoutMs)
    return true
  } catch (error) {
    if (codeOf(error) === '08P01') return false
    throw error
  }
}

const ROUNDS = 4

/** Two connections that are open at once have two server processes, unless somebody lends them. */
async function poolingOf(first: PoolClient, second: PoolClient): Promise<Pooling> {
  const processOf = async (client: PoolClient): Promise<unknown> =>
    (await client.query('select pg_backend_pid() as pid')).rows[0]?.pid
  for (let round = 0; round < ROUNDS; round += 1) {
    if ((await processOf(first)) === (await processOf(second))) return 'transaction'
  }
  return 'direct'
}
