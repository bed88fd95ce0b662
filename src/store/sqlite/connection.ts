import { accessSync, closeSync, constants, existsSync, openSync } from 'node:fs'
import { InvalidInputError } from '../../errors.ts'
import { CannotOpen, isBusy } from './failure.ts'

/** What is used of libSQL, whose interface is that of better-sqlite3. */
interface LibsqlDatabase {
  readonly inTransaction: boolean
  exec(text: string): unknown
  prepare(text: string): LibsqlStatement
  close(): unknown
}

interface LibsqlStatement {
  raw(): LibsqlStatement
  all(values: unknown[]): unknown[]
}

/**
 * How long a statement waits inside SQLite for another process. Short, because the event loop waits with it;
 * the patient waiting is done by {@link retryWhileBusy}.
 */
const BUSY_TIMEOUT_MS = 10

const READ = /^\s*select\b/i

/**
 * One connection to one file. Every call is synchronous.
 *
 * A prepared statement that fails with SQLITE_BUSY is not over for SQLite: it stands where it waited, and libSQL has
 * no call that resets it. While it stands, no transaction of the connection can be committed (a write), or each one
 * that ends leaves its snapshot open (a read), after which every write fails with SQLITE_BUSY_SNAPSHOT and every read
 * is of the past. So no prepared statement ever waits for the write lock, and a read that failed is run to its end
 * before anything else. See docs/decisions/0082-sqlite-statements-that-wait.md.
 */
export class SqliteConnection {
  readonly #database: LibsqlDatabase
  readonly #statements = new Map<string, LibsqlStatement>()
  #interruptedRead: (() => unknown) | undefined

  constructor(database: LibsqlDatabase) {
    this.#database = database
  }

  get inTransaction(): boolean {
    return this.#database.inTransaction
  }

  /** Runs statements that are not kept: what fails here leaves nothing behind. */
  exec(text: string): void {
    this.#finishRead()
    this.#database.exec(text)
  }

  /** Runs a statement that gives rows, a write in a transaction; each row is an array of its values. */
  rows(text: string, values: unknown[] = []): unknown[][] {
    if (this.inTransaction) return this.#all(text, values)
    return READ.test(text) ? this.#read(text, values) : this.#write(text, values)
  }

  #read(text: string, values: unknown[]): unknown[][] {
    this.#finishRead()
    const read = (): unknown[][] => this.#all(text, values)
    try {
      return read()
    } catch (error) {
      if (isBusy(error)) this.#interruptedRead = read
      throw error
    }
  }

  #write(text: string, values: unknown[]): unknown[][] {
    this.exec('begin immediate')
    try {
      const rows = this.#all(text, values)
      this.#database.exec('commit')
      return rows
    } catch (error) {
      if (this.inTransaction) this.#database.exec('rollback')
      throw error
    }
  }

  #finishRead(): void {
    try {
      this.#interruptedRead?.()
    } catch (error) {
      if (isBusy(error)) throw error
    }
    this.#interruptedRead = undefined
  }

  #all(text: string, values: unknown[]): unknown[][] {
    let statement = this.#statements.get(text)
    if (statement === undefined) {
      statement = this.#database.prepare(text).raw()
      this.#statements.set(text, statement)
    }
    return statement.all(values) as unknown[][]
  }

  close(): void {
    this.#statements.clear()
    try {
      // Leaves everything in one file, where nobody else has it open.
      this.#database.exec('pragma wal_checkpoint(truncate)')
    } catch {
      // The log stays beside the file, and the next process reads it.
    }
    this.#database.close()
  }
}

/**
 * Opens a file, and makes it when it does not exist.
 * @throws InvalidInputError libSQL is not installed.
 * @throws CannotOpen
 */
export async function openConnection(path: string): Promise<SqliteConnection> {
  const Libsql = await importLibsql()
  try {
    makeFile(path)
    return new SqliteConnection(new Libsql(path))
  } catch {
    throw new CannotOpen('cannot open')
  }
}

/**
 * Makes the file with a mode of ours: SQLite gives it to the files beside it. A file that is there is not opened
 * here. Closing a descriptor gives up every lock that this process has on the file (§2.2 of
 * https://sqlite.org/howtocorrupt.html), and then the next process to leave it takes away the log that another
 * service of this process still writes to.
 */
function makeFile(path: string): void {
  if (existsSync(path)) accessSync(path, constants.R_OK | constants.W_OK)
  else closeSync(openSync(path, 'a', 0o600))
}

/**
 * Opens a file that is not ours, to read it: no statement of this connection writes, and it makes no file. The
 * option `readonly` of libSQL would not keep statements from writing.
 * @throws InvalidInputError libSQL is not installed.
 * @throws CannotOpen
 */
export async function openToRead(path: string): Promise<SqliteReader> {
  const Libsql = await importLibsql()
  try {
    accessSync(path, constants.R_OK)
    const database = new Libsql(path)
    database.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`)
    database.exec('pragma query_only = on')
    const connection = new SqliteConnection(database)
    return {
      rows: (text, values) => connection.rows(text, values),
      // No checkpoint before: that would write.
      close: () => void database.close(),
    }
  } catch {
    throw new CannotOpen('cannot open')
  }
}

/** A connection that reads. */
export type SqliteReader = Pick<SqliteConnection, 'rows' | 'close'>

/** Settings of a connection, in this order: without the first, the second would fail where two processes open. */
export function configure(connection: SqliteConnection): void {
  connection.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}`)
  connection.exec('pragma journal_mode = wal')
  connection.exec('pragma synchronous = full')
}

async function importLibsql(): Promise<new (path: string) => LibsqlDatabase> {
  try {
    const { default: Libsql } = await import('libsql')
    return Libsql as unknown as new (
      path: string,
    ) => LibsqlDatabase
  } catch {
    throw new InvalidInputError(
      'SQLite needs the package libsql and its binary for this platform. Install it: npm install libsql',
    )
  }
}
