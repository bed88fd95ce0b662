import { EvergrantError } from '../../errors.ts'
import { retryWhileBusy } from './busy.ts'
import { openConnection } from './connection.ts'
import { openFailure } from './failure.ts'
import { pendingMigrations } from './migrate.ts'

/** A SQLite file as it is seen from here. */
export interface SqliteFacts {
  /** Names of migrations that the file lacks. */
  readonly pending: readonly string[]
}

const LIMIT_MS = 3_000

/**
 * Looks at a file that is there and changes nothing in it.
 * @throws InvalidInputError the file cannot be used
 * @throws StoreUnavailableError another process holds it for too long
 */
export async function inspectSqlite(path: string): Promise<SqliteFacts> {
  try {
    const connection = await openConnection(path)
    try {
      const pending = await retryWhileBusy(LIMIT_MS, () => pendingMigrations(connection))
      return { pending: pending.map(({ name }) => name) }
    } finally {
      connection.close()
    }
  } catch (error) {
    throw error instanceof EvergrantError ? error : openFailure(error, path)
  }
}
