import { entityKind, is, sql } from 'drizzle-orm'
import { PgDatabase, PgTransaction } from 'drizzle-orm/pg-core'
import type { Pool, PoolClient, PoolConfig } from 'pg'
import { InvalidInputError } from '../../errors.ts'
import type { DatabaseHandle } from '../../ports/database-handle.ts'
import type { Database } from '../sql-engine.ts'
import { breaksConnection } from './failure.ts'
import { PoolClients, type QueryClient } from './pool-client.ts'
import { checkPostgresUrl, UNREADABLE_URL } from './url.ts'

/** Where statements go: a pool of ours, a user's pool, a user's Drizzle database. */
export interface PostgresSource extends AsyncDisposable {
  readonly db: Database
  /** Whether statements may have names: where a pooler loses them, that shows and is healed. */
  readonly named: boolean
  /** Two connections at the same time; null: the driver gives none. */
  readonly pair: ((use: UsePair) => Promise<void>) | null
  /** No statement of it waits longer than `limitMs` where the connection is ours to destroy. */
  transaction<Result>(body: (db: Database) => Promise<Result>, limitMs: number): Promise<Result>
}

/** What is done with two connections of `pg`. */
export type UsePair = (first: PoolClient, second: PoolClient) => Promise<void>

/** @throws InvalidInputError none of the handles, or a driver is not installed. */
export async function openSource(database: DatabaseHandle, timeoutMs: number): Promise<PostgresSource> {
  if (typeof database === 'string') return ownPool(database, timeoutMs)
  if (isPool(database)) return poolSource(new PoolClients(database, timeoutMs), 'theirs')
  if (isClient(database)) throw new InvalidInputError(`The database is a single pg.Client, ${WHY_A_POOL}`)
  if (!is(database, PgDatabase)) {
    throw new InvalidInputError(
      'The database is neither a URL (postgres://…) nor a pg.Pool nor a Drizzle database for PostgreSQL.',
    )
  }
  if (is(database, PgTransaction)) {
    throw new InvalidInputError(
      'The database is a transaction, which ends before the service does. Open the service on the database itself, ' +
        'and pass the transaction to storeTokens() and deleteToken() as { tx }.',
    )
  }
  if (entityOf(database) === 'PostgresJsDatabase') return postgresJsSource(database as Database)
  if (entityOf(database) !== 'NodePgDatabase') return drizzleSource(database as Database)
  const client = '$client' in database ? database.$client : undefined
  if (isPool(client)) return poolSource(new PoolClients(client, timeoutMs), 'theirs')
  throw new InvalidInputError(`The Drizzle database runs on a single pg.Client, ${WHY_A_POOL}`)
}

const WHY_A_POOL =
  'where statements of one call would slip into the transaction of another. Make it on a pg.Pool.'

async function ownPool(url: string, timeoutMs: number): Promise<PostgresSource> {
  checkPostgresUrl(url)
  const { Client, Pool: OwnPool } = await importPg()
  const config: PoolConfig = {
    connectionString: url,
    max: 10,
    allowExitOnIdle: true,
    keepAlive: true,
    fallback_application_name: 'evergrant',
    // Nobody waits for a connection any more by then: its place in the pool gets free.
    connectionTimeoutMillis: 2 * timeoutMs,
  }
  try {
    new Client(config)
  } catch (error) {
    // The error of the parser holds the URL, and the URL a password.
    throw new InvalidInputError(isFileFault(error) ? UNREADABLE_FILE : UNREADABLE_URL)
  }
  return poolSource(new PoolClients(new OwnPool(config), timeoutMs), 'ours')
}

const UNREADABLE_FILE =
  'A file that the database URL names cannot be read: look at its sslrootcert, sslcert and sslkey. ' +
  'Each is the path of a PEM file on this machine.'

function isFileFault(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}

const INSTALL_PG = 'PostgreSQL needs the package pg. Install it: npm install pg'

async function importPg(): Promise<Pick<typeof import('pg'), 'Client' | 'Pool'>> {
  const { default: pg } = await import('pg').catch(() => {
    throw new InvalidInputError(INSTALL_PG)
  })
  return pg
}

function importDriver(): Promise<typeof import('drizzle-orm/node-postgres')> {
  return import('drizzle-orm/node-postgres').catch(() => {
    throw new InvalidInputError(INSTALL_PG)
  })
}

async function poolSource(clients: PoolClients, owner: 'ours' | 'theirs'): Promise<PostgresSource> {
  const { drizzle } = await importDriver()
  // Drizzle calls nothing but `query` on it.
  const on = (client: QueryClient): Database => drizzle({ client: client as unknown as Pool })
  return {
    db: on(clients),
    named: true,
    pair: use => clients.withPair(use),
    transaction: (body, limitMs) =>
      clients.withClient(limitMs, async client => {
        await client.query({ text: 'begin isolation level read committed' })
        try {
          const result = await body(on(client))
          await client.query({ text: 'commit' })
          return result
        } catch (error) {
          // On a connection that is gone or silent, only another wait would come of it.
          if (!breaksConnection(error)) await client.query({ text: 'rollback' })
          throw error
        }
      }),
    [Symbol.asyncDispose]: async () => (owner === 'ours' ? clients.end() : clients.leave()),
  }
}

/**
 * postgres.js gives its own COMMIT a name, unless `prepare` is off. Where a pooler loses the name, the driver
 * repeats the COMMIT on the transaction that this has aborted: it is rolled back, and reported as committed
 * (porsager/postgres#1212). So ours are committed before, without a name, and the driver commits an empty one.
 */
function postgresJsSource(db: Database): PostgresSource {
  const source = drizzleSource(db)
  return {
    ...source,
    transaction: (body, limitMs) =>
      source.transaction(async tx => {
        const result = await body(tx)
        await tx.execute(sql`commit and chain`)
        return result
      }, limitMs),
  }
}

function drizzleSource(db: Database): PostgresSource {
  return {
    db,
    named: false,
    pair: null,
    transaction: body => db.transaction(body, { isolationLevel: 'read committed' }),
    [Symbol.asyncDispose]: async () => {},
  }
}

function entityOf(database: object): unknown {
  return Reflect.get(database.constructor, entityKind)
}

function isClient(value: object): boolean {
  return ['connect', 'query', 'end', 'escapeIdentifier'].every(
    name => typeof Reflect.get(value, name) === 'function',
  )
}

function isPool(value: unknown): value is Pool {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['connect', 'query', 'end', 'on', 'off'].every(name => typeof Reflect.get(value, name) === 'function') &&
    'totalCount' in value
  )
}
