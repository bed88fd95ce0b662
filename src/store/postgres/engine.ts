import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { is } from 'drizzle-orm'
import { PgTransaction } from 'drizzle-orm/pg-core'
import { InvalidInputError } from '../../errors.ts'
import { closedStore } from '../closed-store.ts'
import type { Database, Placeholders, Query, RunOptions, SqlEngine, SqlSession } from '../sql-engine.ts'
import { withTimeLimit } from '../time-limit.ts'
import { postgresDialect } from './dialect.ts'
import {
  codeOf,
  isConflict,
  isConnectionLost,
  isNameLost,
  isPlanStale,
  isUnsent,
  storeFailure,
} from './failure.ts'
import { type PostgresTables, tablesIn } from './schema.ts'
import type { PostgresSource } from './source.ts'

/** PostgreSQL under the store: every call ends within `timeoutMs`, and conflicts are run again. */
export class PostgresEngine implements SqlEngine {
  readonly kind = 'postgres'
  readonly dialect: SqlEngine['dialect'] = postgresDialect
  readonly tables: PostgresTables
  readonly #source: PostgresSource
  readonly #timeoutMs: number
  #named: boolean
  #closed = false

  constructor(source: PostgresSource, schema: string, timeoutMs: number) {
    this.tables = tablesIn(schema)
    this.#source = source
    this.#timeoutMs = timeoutMs
    this.#named = source.named
  }

  run<Row>(statement: (db: Database) => Query<Row>, options: RunOptions = {}): Promise<Row[]> {
    return this.#persist(() => statement(this.#source.db), options)
  }

  prepared<Row>(
    statement: (db: Database) => Query<Row>,
  ): (values: Placeholders, options?: RunOptions) => Promise<Row[]> {
    const query = statement(this.#source.db)
    const named = query.prepare(nameOf(query.toSQL().sql))
    return (values, options = {}) =>
      this.#persist(() => (this.#named ? named : query).execute(values), options)
  }

  transaction<Result>(
    body: (session: SqlSession) => Promise<Result>,
    options: RunOptions = {},
  ): Promise<Result> {
    return this.#persist(
      () =>
        this.#source.transaction(db => body(new TransactionSession(db, this.#timeoutMs)), this.#timeoutMs),
      options,
    )
  }

  joined(tx: unknown): SqlSession {
    if (!is(tx, PgTransaction)) {
      throw new InvalidInputError(
        '`tx` is no transaction of a Drizzle PostgreSQL database. Pass the argument that db.transaction() gives.',
      )
    }
    return new TransactionSession(tx as Database, this.#timeoutMs)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#source[Symbol.asyncDispose]()
  }

  async #persist<Result>(attempt: () => PromiseLike<Result>, options: RunOptions): Promise<Result> {
    const { subject = {}, repeatable = false } = options
    if (this.#closed) throw closedStore(subject)
    try {
      return await withTimeLimit(this.#timeoutMs, async expired => {
        for (let attempts = 1; ; attempts += 1) {
          try {
            return await attempt()
          } catch (error) {
            if (expired() || !this.#mayRepeat(error, attempts, repeatable)) throw error
          }
          await pause(Math.random() * Math.min(2 ** attempts, 100))
        }
      })
    } catch (error) {
      throw storeFailure(error, subject)
    }
  }

  #mayRepeat(error: unknown, attempts: number, repeatable: boolean): boolean {
    const code = codeOf(error)
    if (isNameLost(code) || isPlanStale(code)) this.#named = false
    if (isPlanStale(code)) return attempts === 1
    if (isNameLost(code) || isConflict(code)) return true
    // No server: once more and no oftener, so that an outage is told soon.
    if (isUnsent(error)) return attempts === 1
    // A pooled connection that had ended: the others of the pool may have, too.
    return repeatable && isConnectionLost(code) && attempts <= STALE_CONNECTIONS
  }
}

const STALE_CONNECTIONS = 20

/** Statements inside a transaction. They have no names and are never repeated alone: only the whole could be. */
class TransactionSession implements SqlSession {
  readonly #db: Database
  readonly #timeoutMs: number

  constructor(db: Database, timeoutMs: number) {
    this.#db = db
    this.#timeoutMs = timeoutMs
  }

  async run<Row>(statement: (db: Database) => Query<Row>, { subject = {} }: RunOptions = {}): Promise<Row[]> {
    try {
      return await withTimeLimit(this.#timeoutMs, () => statement(this.#db))
    } catch (error) {
      throw storeFailure(error, subject)
    }
  }

  transaction<Result>(body: (session: SqlSession) => Promise<Result>): Promise<Result> {
    return body(this)
  }
}

// The name follows from the text: two stores on one pool must not give one name to two statements.
function nameOf(text: string): string {
  return `evergrant_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`
}
