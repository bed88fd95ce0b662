import { InvalidInputError } from '../../errors.ts'
import { describe } from '../../input.ts'
import { refuseUnknownNames } from '../../known-names.ts'
import { bare } from '../../pasted-text.ts'
import type { DatabaseHandle } from '../../ports/database-handle.ts'
import type { ForeignDatabase, ForeignRow } from '../../store/foreign-database.ts'
import { parseFileUrl } from '../../store/sqlite/file-url.ts'
import { nameOfDatabase } from '../find-database.ts'
import type { RowSource, SourceRow } from './source-row.ts'
import { type FoundTable, findTable, type TableShape } from './table-columns.ts'
import { tokenRowOf, tokenTable } from './token-table.ts'

/** A table of the shape of `oauth_tokens`, in another database or under another name, with plaintext tokens. */
export interface TokenTableSource {
  /** A token table. */
  readonly from: 'table'
  /** `postgres://…`, a `pg.Pool`, a Drizzle Postgres database; `file:…` or a path: a SQLite file. */
  readonly database: DatabaseHandle
  /** Default `oauth_tokens`. In PostgreSQL also with its schema: `auth.oauth_tokens`. */
  readonly table?: string | undefined
}

/** Where connections are taken from. */
export type ImportSource = TokenTableSource

const NAMES: Readonly<Record<ImportSource['from'], readonly string[]>> = {
  table: ['from', 'database', 'table'],
}

/**
 * Opens a source, to read it.
 * @throws InvalidInputError it is none
 * @throws StoreUnavailableError its database does not answer
 */
export async function openRowSource(source: ImportSource): Promise<RowSource> {
  const names = Object.hasOwn(NAMES, source.from) ? NAMES[source.from] : undefined
  if (names === undefined) {
    throw new InvalidInputError(
      `from must be one of ${Object.keys(NAMES).join(', ')}; got ${describe(source.from)}.`,
    )
  }
  refuseUnknownNames(source, names, { owner: `A source from "${source.from}"`, noun: 'field' })
  return openTable(source.database, tokenTable, source.table, tokenRowOf, '')
}

async function openTable<Role extends string>(
  handle: DatabaseHandle,
  shape: TableShape<Role>,
  name: string | undefined,
  rowOf: (row: ForeignRow, found: FoundTable<Role>) => SourceRow,
  againstDuplicates: string,
): Promise<RowSource> {
  const { database, place } = await openDatabase(handle)
  try {
    const found = await findTable(database, shape, name)
    return {
      name: `table ${found.table.name} of ${place}`,
      againstDuplicates,
      read: visit =>
        database.read(found.table, [...found.columns.values()], rows =>
          visit(rows.map(row => rowOf(row, found))),
        ),
      [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
    }
  } catch (error) {
    await database[Symbol.asyncDispose]()
    throw error
  }
}

interface OpenedDatabase {
  readonly database: ForeignDatabase
  /** In words that may be printed. */
  readonly place: string
}

async function openDatabase(handle: DatabaseHandle): Promise<OpenedDatabase> {
  if (handle === '') {
    throw new InvalidInputError(
      'The source is not named. Set EVERGRANT_SOURCE_URL to the URL of its database, or name a SQLite file with ' +
        '--source (in code: database).',
    )
  }
  const url = typeof handle === 'string' ? bare(handle, 'The source') : null
  if (url !== null && !/^postgres(ql)?:/i.test(url)) {
    // Not quoted: a mistyped URL may hold a password.
    if (/^(?!file:)[a-z][\w+.-]*:|:[^/]*@/i.test(url)) {
      throw new InvalidInputError(
        'The source must be a URL that begins with postgres:, postgresql: or file:, or the path of a SQLite file.',
      )
    }
    const path = parseFileUrl(url)
    const { openForeignSqlite } = await import('../../store/sqlite/foreign-database.ts')
    return { database: await openForeignSqlite(path), place: path }
  }
  const { openForeignPostgres } = await import('../../store/postgres/foreign-database.ts')
  return { database: await openForeignPostgres(url ?? handle), place: nameOfDatabase(url ?? handle) }
}
