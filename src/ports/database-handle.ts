// Structural types: they name what is called, so that no type of a driver or an ORM is needed to read ours, and a
// second copy of one in a user's project fits as well.

/** A method, whatever it takes and gives. */
type Method = (...args: never[]) => unknown

/** Something with the methods of a `pg.Pool`. A single `pg.Client` is none: it would mix statements of two calls. */
export interface PostgresPool {
  /** Connections of the pool, idle ones included: what tells a pool from a client. */
  readonly totalCount: number
  /** Connections that nobody uses. */
  readonly idleCount: number
  /** Lends a connection. */
  readonly connect: Method
  /** Runs one statement on any connection. */
  readonly query: Method
  /** Ends the pool. Evergrant never calls it on a pool that was handed in. */
  readonly end: Method
  /** Adds a listener. */
  readonly on: Method
  /** Removes a listener. */
  readonly off: Method
}

/** What databases and transactions of Drizzle have in common. */
interface DrizzleQueries {
  /** Starts a SELECT. */
  readonly select: Method
  /** Starts a SELECT DISTINCT ON: Drizzle has it for PostgreSQL only. */
  readonly selectDistinctOn: Method
  /** Starts an INSERT. */
  readonly insert: Method
  /** Starts an UPDATE. */
  readonly update: Method
  /** Starts a DELETE. */
  readonly delete: Method
  /** Runs raw SQL. */
  readonly execute: Method
  /** Runs a function inside a transaction. */
  readonly transaction: Method
}

/** Something with the methods of a Drizzle database for PostgreSQL: on `pg`, postgres.js or PGlite. */
export interface DrizzleDatabase extends DrizzleQueries {
  /** Only transactions have it: a transaction ends, and a service would go on with it. */
  readonly rollback?: undefined
}

/** Something with the methods of a Drizzle transaction for PostgreSQL: what `db.transaction()` gives its function. */
export interface DrizzleTransaction extends DrizzleQueries {
  /** Rolls back, by throwing. */
  readonly rollback: Method
}

/** Where connections are kept: a URL (`postgres:…`, `file:…`, `memory:`), a pool, or a Drizzle database. */
export type DatabaseHandle = string | PostgresPool | DrizzleDatabase
