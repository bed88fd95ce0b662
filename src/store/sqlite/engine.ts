import { drizzle } from 'drizzle-orm/sqlite-proxy'
import { InvalidInputError } from '../../errors.ts'
import { closedStore } from '../closed-store.ts'
import type { PostgresTables } from '../postgres/schema.ts'
import type {
  Database,
  Placeholders,
  Query,
  RunOptions,
  SqlDialect,
  SqlEngine,
  SqlSession,
} from '../sql-engine.ts'
import { retryWhileBusy } from './busy.ts'
import type { SqliteConnection } from './connection.ts'
import { sqliteDialect } from './dialect.ts'
import { storeFailure } from './failure.ts'
import { sqliteTables } from './schema.ts'

/**
 * SQLite under the store: one connection, on which statements run one after the other.
 *
 * A transaction has the connection to itself: its statements are synchronous, so that between BEGIN and COMMIT
 * the process does nothing else than run its body, and statements of others wait for its end.
 */
export class SqliteEngine implements SqlEngine {
  readonly kind = 'sqlite'
  readonly dialect: SqlDialect = sqliteDialect
  // The one place where SQLite's tables and builders take the types of PostgreSQL's (see Database).
  readonly tables: PostgresTables = sqliteTables as unknown as PostgresTables
  readonly #connection: SqliteConnection
  readonly #timeoutMs: number
  readonly #db: Database
  #transaction: Promise<void> | undefined
  #closed = false

  constructor(connection: SqliteConnection, timeoutMs: number) {
    this.#connection = connection
    this.#timeoutMs = timeoutMs
    this.#db = onConnection(async (text, values) => {
      while (this.#transaction !== undefined) await this.#transaction
      return connection.rows(text, values)
    })
  }

  run<Row>(statement: (db: Database) => Query<Row>, options: RunOptions = {}): Promise<Row[]> {
    return this.#persist(() => statement(this.#db), options)
  }

  prepared<Row>(
    statement: (db: Database) => Query<Row>,
  ): (values: Placeholders, options?: RunOptions) => Promise<Row[]> {
    const query = statement(this.#db).prepare('')
    return (values, options = {}) => this.#persist(() => query.execute(values), options)
  }

  transaction<Result>(
    body: (session: SqlSession) => Promise<Result>,
    options: RunOptions = {},
  ): Promise<Result> {
    return this.#persist(async () => {
      while (this.#transaction !== undefined) await this.#transaction
      this.#connection.exec('begin immediate')
      const { promise, resolve } = withResolver()
      this.#transaction = promise
      try {
        const result = await body(new TransactionSession(this.#connection))
        this.#connection.exec('commit')
        return result
      } catch (error) {
        // A full disk rolls back by itself.
        if (this.#connection.inTransaction) this.#connection.exec('rollback')
        throw error
      } finally {
        this.#transaction = undefined
        resolve()
      }
    }, options)
  }

  joined(): SqlSession {
    throw new InvalidInputError('`tx` works with a PostgreSQL database only. This store is a SQLite file.')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#transaction
    this.#connection.close()
  }

  async #persist<Result>(attempt: () => PromiseLike<Result>, { subject = {} }: RunOptions): Promise<Result> {
    if (this.#closed) throw closedStore(subject)
    try {
      return await retryWhileBusy(this.#timeoutMs, attempt)
    } catch (error) {
      throw storeFailure(error, subject)
    }
  }
}

/** Statements inside a transaction, which has the lock already. */
class TransactionSession implements SqlSession {
  readonly #db: Database

  constructor(connection: SqliteConnection) {
    this.#db = onConnection(async (text, values) => connection.rows(text, values))
  }

  async run<Row>(statement: (db: Database) => Query<Row>): Promise<Row[]> {
    return statement(this.#db)
  }

  transaction<Result>(body: (session: SqlSession) => Promise<Result>): Promise<Result> {
    return body(this)
  }
}

function onConnection(rows: (text: string, values: unknown[]) => Promise<unknown[][]>): Database {
  return drizzle(async (text, values) => ({ rows: await rows(text, values) })) as unknown as Database
}

function withResolver(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => {}
  const promise = new Promise<void>(resolvePromise => {
    resolve = resolvePromise
  })
  return { promise, resolve }
}
