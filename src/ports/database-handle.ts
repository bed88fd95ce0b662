// Structural types: they name what is called, so that no type of a driver or an ORM is needed to read ours, and a
// second copy of one in a user's project fits as well.

/** Something with the methods of a `pg.Pool`. A single `pg.Client` is none: it would mix statements of two calls. */
export interface PostgresPool {
  /** Connections of the pool, idle ones included: what tells a pool from a client. */
  readonly totalCount: number
  /** Connections that nobody uses. */
  readonly idleCount: number
  /** Lends a connection. */
  readonly connect: (...args: never[]) => unknown
  /** Runs one statement on any connection. */
  readonly query: (...args: never[]) => unknown
  /** Ends the pool. Evergrant never calls it on a pool that was handed in. */
  readonly end: (...args: never[]) => unknown
  /** Adds a listener. */
  readonly on: (...args: never[]) => unknown
  /** Removes a listener. */
  readonly off: (...args: never[]) => unknown
}

/** Something with the methods of a Drizzle database for PostgreSQL: on `pg`, postgres.js or PGlite. */
export interface DrizzleDatabase {
  /** Starts a SELECT. */
  readonly select: (...args: never[]) => unknown
  /** Starts a SELECT DISTINCT ON: Drizzle has it for PostgreSQL only. */
  readonly selectDistinctOn: (...args: never[]) => unknown
  /** Starts an INSERT. */
  readonly insert: (...args: never[]) => unknown
  /** Starts an UPDATE. */
  readonly update: (...args: never[]) => unknown
  /** Starts a DELETE. */
  readonly delete: (...args: never[]) => unknown
  /** Runs raw SQL. */
  readonly execute: (...args: never[]) => unknown
  /** Runs a function inside a transaction. */
  readonly transaction: (...args: never[]) => unknown
  /** Only transactions have it: a transaction ends, and a service would go on with it. */
  readonly rollback?: undefined
}

/** Something with the methods of a Drizzle transaction for PostgreSQL: what `db.transaction()` gives its function. */
export interface DrizzleTransaction extends Omit<DrizzleDatabase, 'rollback'> {
  /** Rolls back, by throwing. */
  readonly rollback: (...args: never[]) => unknown
}

/** Where connections are kept: a URL (`postgres:…`, `file:…`, `memory:`), a pool, or a Drizzle database. */
export type DatabaseHandle = string | PostgresPool | DrizzleDatabase
