import type { Column, SQL } from 'drizzle-orm'
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core'
import type { ErrorSubject } from '../errors.ts'
import type { PostgresTables } from './postgres/schema.ts'

/**
 * Drizzle, as the statements of {@link SqlStore} are written. They are written once, in the types of
 * PostgreSQL: Drizzle's builders for SQLite have the same methods and other types.
 */
export type Database = PgDatabase<PgQueryResultHKT, Record<string, unknown>>

/** A statement that a Drizzle builder made and that gives rows. */
export interface Query<Row> extends PromiseLike<Row[]> {
  toSQL(): { readonly sql: string }
  execute(values: Placeholders): PromiseLike<Row[]>
  prepare(name: string): { execute(values: Placeholders): Promise<Row[]> }
}

/** Values of the `sql.placeholder`s of a statement. */
export type Placeholders = Record<string, unknown>

/** How the statement is to be run, and whose it is. */
export interface RunOptions {
  /** The connection that an error names. */
  readonly subject?: ErrorSubject
  /** Repeat it after a lost connection even when the server may have run it: true for reads only. */
  readonly repeatable?: boolean
}

/** Runs statements; rejects with `StoreUnavailableError` only. */
export interface SqlSession {
  run<Row>(statement: (db: Database) => Query<Row>, options?: RunOptions): Promise<Row[]>
  /**
   * Runs `body` in one transaction, all over again after a conflict. An error of `body` rolls it back;
   * {@link Rollback} does just that.
   */
  transaction<T>(body: (session: SqlSession) => Promise<T>, options?: RunOptions): Promise<T>
}

/** Thrown by the body of a transaction to undo it: no failure, and given on as it is. */
export class Rollback extends Error {}

/** What the two dialects write differently. An instant is a `timestamptz`, or an integer in SQLite. */
export interface SqlDialect {
  /** The database's clock. */
  readonly now: SQL
  /** An instant so many ms from now; `Infinity` is an instant as well. */
  after(ms: number): SQL
  /** An instant of ms since the epoch. */
  instant(ms: number): SQL
  /** An instant so many ms behind another; before it, where they are negative. */
  plus(instant: SQL, ms: number): SQL
  /** The later of two instants, and the earlier. */
  later(one: SQL, other: SQL): SQL
  earlier(one: SQL, other: SQL): SQL
  /** The instant, or one in ms since the epoch where that is earlier. */
  atMost(instant: SQL, latest: number): SQL
  /** An instant as ms since the epoch. */
  epochMs(instant: Column | SQL): SQL<number | null>
  /** An instant as text that loses nothing, and back. */
  exactText(instant: Column): SQL<string>
  fromExactText(text: string): SQL
  /** Whether the server takes no writes now: a standby, whose rows may be old. Null: it always takes them. */
  readonly isReadOnly: SQL<boolean> | null
  /**
   * Whether the instant has passed, until which something lasts. Where the clock is the host's, also whether it lies so
   * far ahead that the clock was set back.
   */
  isOver(instant: Column, longestMs: number): SQL
}

/** A database that {@link SqlStore} can be put on. */
export interface SqlEngine extends SqlSession, AsyncDisposable {
  /** Builds a statement with placeholders once, to be run often. */
  prepared<Row>(
    statement: (db: Database) => Query<Row>,
  ): (values: Placeholders, options?: RunOptions) => Promise<Row[]>
  readonly kind: 'postgres' | 'sqlite'
  readonly tables: PostgresTables
  readonly dialect: SqlDialect
  /**
   * A session inside the caller's own transaction.
   * @throws InvalidInputError `tx` is no transaction that this engine can join.
   */
  joined(tx: unknown): SqlSession
}
