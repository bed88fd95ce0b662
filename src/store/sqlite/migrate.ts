import { getTableColumns } from 'drizzle-orm'
import { InvalidInputError } from '../../errors.ts'
import type { Migration } from '../migration.ts'
import { retryWhileBusy } from './busy.ts'
import type { SqliteConnection } from './connection.ts'
import { sqliteMigrations } from './migrations/all.ts'
import { sqliteTables } from './schema.ts'

const MIGRATION_LIMIT_MS = 30_000

/**
 * Brings the file up to date; writes nothing when it is. Safe from many processes at once.
 * @returns the names of the migrations it applied
 * @throws InvalidInputError the file has an `oauth_tokens` of another kind. Nothing was changed.
 */
export async function migrate(connection: SqliteConnection): Promise<readonly string[]> {
  return retryWhileBusy(MIGRATION_LIMIT_MS, () =>
    pendingMigrations(connection).length > 0 ? applyPending(connection) : [],
  )
}

/** @throws InvalidInputError migrations are missing. */
export function checkSchema(connection: SqliteConnection): void {
  const pending = pendingMigrations(connection)
  if (pending.length === 0) return
  throw new InvalidInputError(
    `The SQLite file is not up to date: ${pending.map(({ name }) => name).join(', ')} missing. ` +
      'Run `evergrant migrate`, or open with `migrate: true`.',
  )
}

function applyPending(connection: SqliteConnection): readonly string[] {
  connection.exec('begin immediate')
  try {
    refuseForeignTable(connection)
    connection.exec(
      'create table if not exists evergrant_migrations (id integer primary key, name text not null, applied_at integer not null)',
    )
    // Another process may have been faster.
    const pending = pendingMigrations(connection)
    for (const { id, name, statements, newColumns = [] } of pending) {
      for (const statement of statements) connection.exec(statement)
      addMissingColumns(connection, newColumns)
      connection.rows(
        `insert into evergrant_migrations values (?, ?, cast(unixepoch('subsec') * 1000 as integer))
          on conflict do nothing returning id`,
        [id, name],
      )
    }
    connection.exec('commit')
    return pending.map(({ name }) => name)
  } catch (error) {
    if (connection.inTransaction) connection.exec('rollback')
    throw error
  }
}

/** The migrations that the file lacks. */
export function pendingMigrations(connection: SqliteConnection): readonly Migration[] {
  const tables = connection
    .rows(
      `select name from sqlite_master where type = 'table' and name in ('oauth_tokens', 'evergrant_migrations')`,
    )
    .flat()
  if (tables.length < 2) return sqliteMigrations
  const applied = connection.rows('select id from evergrant_migrations').flat()
  return sqliteMigrations.filter(({ id }) => !applied.includes(id))
}

function addMissingColumns(
  connection: SqliteConnection,
  columns: NonNullable<Migration['newColumns']>,
): void {
  for (const [table, name, type] of columns) {
    if (!columnsOf(connection, table).includes(name)) {
      connection.exec(`alter table ${table} add column ${name} ${type}`)
    }
  }
}

function columnsOf(connection: SqliteConnection, table: string): readonly unknown[] {
  return connection.rows(`select name from pragma_table_info('${table}')`).flat()
}

function refuseForeignTable(connection: SqliteConnection): void {
  const existing = columnsOf(connection, 'oauth_tokens')
  const added = sqliteMigrations
    .flatMap(({ newColumns = [] }) => newColumns)
    .filter(([table]) => table === 'oauth_tokens')
    .map(([, name]) => name)
  const missing = Object.values(getTableColumns(sqliteTables.oauthTokens))
    .map(({ name }) => name)
    .filter(name => !existing.includes(name) && !added.includes(name))
  if (existing.length === 0 || missing.length === 0) return
  throw new InvalidInputError(
    `The SQLite file has a table oauth_tokens that is not Evergrant's: it lacks the columns ${missing.join(', ')}. ` +
      'Name another file. Nothing was changed.',
  )
}
