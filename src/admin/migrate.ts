import { chooseDatabase } from '../database.ts'
import { readEnvironment } from '../environment.ts'
import { InvalidInputError } from '../errors.ts'
import { type NamesOf, refuseUnknownNames } from '../known-names.ts'
import type { DatabaseHandle } from '../ports/database-handle.ts'
import { type DatabasePlace, findDatabase } from './find-database.ts'

/** Which tables. */
export interface MigrateOptions {
  /** As `open` takes it. Default: the environment's, else the embedded one. */
  readonly database?: DatabaseHandle | undefined
  /** PostgreSQL schema of the tables. Default `public`. */
  readonly schema?: string | undefined
}

const NAMES: NamesOf<MigrateOptions> = { database: true, schema: true }

/** What a migration did. */
export interface MigrationReport {
  /** Where the tables are. */
  readonly database: DatabasePlace
  /** Names, in their order. None: the tables were current. */
  readonly applied: readonly string[]
}

/**
 * Makes the tables, or brings them up to date; writes nothing when they are. Safe from many processes at once.
 * @throws InvalidInputError a table is in the way, which the message describes; nothing was changed
 * @throws StoreUnavailableError the database does not answer, or the role may not create tables
 */
export async function migrate(options: MigrateOptions = {}): Promise<MigrationReport> {
  refuseUnknownNames(options, Object.keys(NAMES), { owner: 'migrate()', noun: 'option' })
  const { database, schema } = options
  const place = findDatabase({ database, schema })
  return { database: place, applied: await applyMigrations(database, schema) }
}

async function applyMigrations(database: unknown, schema: string | undefined): Promise<readonly string[]> {
  const choice = chooseDatabase(database, readEnvironment())
  switch (choice.kind) {
    case 'memory':
      throw new InvalidInputError(
        'A database in memory has no tables. Name another in DATABASE_URL, or with --data-dir.',
      )
    case 'sqlite': {
      if (choice.directory !== null) {
        const { makeDataDirectory } = await import('../store/sqlite/data-directory.ts')
        await makeDataDirectory(choice.directory)
      }
      const { migrateSqliteFile } = await import('../store/sqlite/open.ts')
      return migrateSqliteFile(choice.path)
    }
    case 'postgres': {
      const { runMigrations } = await import('../store/postgres/migrate.ts')
      return runMigrations(choice.database, { schema })
    }
  }
}
