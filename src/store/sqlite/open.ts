import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { EvergrantError, InvalidInputError } from '../../errors.ts'
import type { TokenStore } from '../../ports/store.ts'
import { SqlStore } from '../sql-store.ts'
import { retryWhileBusy } from './busy.ts'
import { configure, openConnection, type SqliteConnection } from './connection.ts'
import { SqliteEngine } from './engine.ts'
import { CannotOpen, openFailure } from './failure.ts'
import { parseFileUrl } from './file-url.ts'
import { checkSchema, migrate } from './migrate.ts'
import { holdsSealedValues } from './sealed-values.ts'

const DEFAULT_TIMEOUT_MS = 3_000

export interface SqliteStoreOptions {
  /** `file:tokens.db`, `file:///var/lib/app/tokens.db`, or a path. Made with mode 0600 when it does not exist. */
  readonly url: string
  /** Default true. False: the file must exist and be current, and nothing is written. */
  readonly migrate?: boolean | undefined
  /** How long a call waits at most for other processes. Default 3000. */
  readonly timeoutMs?: number | undefined
  /** How long events are kept, in ms. Default 90 days. */
  readonly eventRetentionMs?: number | undefined
}

/**
 * Opens the token store on a SQLite file, which several processes of one machine may share.
 * @throws InvalidInputError the file cannot be used.
 * @throws StoreUnavailableError another process holds it for too long.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<TokenStore> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS } = options
  const path = parseFileUrl(options.url)
  const mayCreate = options.migrate ?? true
  if (!mayCreate && !existsSync(path)) {
    throw new InvalidInputError(
      `The database file ${path} does not exist. Run \`evergrant migrate\` to make it.`,
    )
  }
  return withConnection(path, timeoutMs, async connection => {
    if (mayCreate) await migrate(connection)
    else checkSchema(connection)
    return new SqlStore(new SqliteEngine(connection, timeoutMs), options.eventRetentionMs)
  })
}

/**
 * Brings a file up to date, and makes it when it does not exist; opens no store.
 * @returns the names of the migrations it applied; none when the file was current
 * @throws InvalidInputError the file cannot be used.
 * @throws StoreUnavailableError another process holds it for too long.
 */
export async function migrateSqliteFile(url: string): Promise<readonly string[]> {
  return withConnection(parseFileUrl(url), DEFAULT_TIMEOUT_MS, async connection => {
    const applied = await migrate(connection)
    connection.close()
    return applied
  })
}

/**
 * Whether a file holds anything that is sealed; makes none and no tables.
 * @throws InvalidInputError the file cannot be used.
 * @throws StoreUnavailableError another process holds it for too long.
 */
export async function sqliteFileHoldsSealedValues(
  url: string,
  timeoutMs: number = DEFAULT_TIMEOUT_MS,
): Promise<boolean> {
  const path = parseFileUrl(url)
  if (!existsSync(dirname(path))) throw openFailure(new CannotOpen('no directory'), path)
  if (!existsSync(path)) return false
  return withConnection(path, timeoutMs, async connection => {
    const holds = await retryWhileBusy(timeoutMs, () => holdsSealedValues(connection))
    connection.close()
    return holds
  })
}

/** The connection stays open when `use` succeeds. */
async function withConnection<Result>(
  path: string,
  timeoutMs: number,
  use: (connection: SqliteConnection) => Promise<Result>,
): Promise<Result> {
  try {
    const connection = await openConnection(path)
    try {
      await retryWhileBusy(timeoutMs, () => configure(connection))
      return await use(connection)
    } catch (error) {
      connection.close()
      throw error
    }
  } catch (error) {
    throw error instanceof EvergrantError ? error : openFailure(error, path)
  }
}
