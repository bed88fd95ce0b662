import { InvalidInputError } from '../../errors.ts'
import { describe } from '../../input.ts'
import { refuseUnknownNames } from '../../known-names.ts'
import { bare } from '../../pasted-text.ts'
import type { DatabaseHandle } from '../../ports/database-handle.ts'
import { type ForeignDatabase, type ForeignRow, ROWS_AT_A_TIME } from '../../store/foreign-database.ts'
import { parseFileUrl } from '../../store/sqlite/file-url.ts'
import { nameOfDatabase } from '../find-database.ts'
import { type AccountClient, accountRows, authjsTable, betterAuthTable } from './accounts.ts'
import type { RowSource, SourceRow } from './source-row.ts'
import { type FoundTable, findTable, type TableShape } from './table-columns.ts'
import { tokenRowOf, tokenTable } from './token-table.ts'
import { readZohoStore, type TextInput, type ZohoSdkClient } from './zoho-sdk.ts'

/** A table of the shape of `oauth_tokens`, in another database or under another name, with plaintext tokens. */
export interface TokenTableSource {
  /** A token table. */
  readonly from: 'table'
  /** `postgres://…`, a `pg.Pool`, a Drizzle Postgres database; `file:…` or a path: a SQLite file. */
  readonly database: DatabaseHandle
  /** Default `oauth_tokens`. In PostgreSQL also with its schema: `auth.oauth_tokens`. */
  readonly table?: string | undefined
}

/** The accounts of users at their providers, as a sign-in library keeps them. */
export interface AccountsSource {
  /** The library: better-auth, or Auth.js (NextAuth). */
  readonly from: 'better-auth' | 'authjs'
  /** As {@link TokenTableSource.database}. */
  readonly database: DatabaseHandle
  /** Default: `account` or `accounts`, whichever has the columns. */
  readonly table?: string | undefined
  /** Who the client of a connection becomes: the library's user (default), or the account's id at the provider. */
  readonly client?: AccountClient | undefined
}

/** The token store of Zoho's SDKs for Node.js and TypeScript. */
export interface ZohoSdkSource {
  /** The CSV file of its `FileStore`, or a dump of the MySQL table of its `DBStore`: the text says which. */
  readonly from: 'zoho-sdk'
  /** The path of the file; or the text itself in pieces, for instance `process.stdin`. */
  readonly input: TextInput
  /** The table in a dump. Default `oauthtoken`. */
  readonly table?: string | undefined
  /** Who the client of a connection becomes: the user that the SDK was told of (default), or the id of the row. */
  readonly client?: ZohoSdkClient | undefined
  /** What the grants are for. Default `zoho_crm`. */
  readonly provider?: string | undefined
}

/** Where connections are taken from. */
export type ImportSource = TokenTableSource | AccountsSource | ZohoSdkSource

const NAMES: Readonly<Record<ImportSource['from'], readonly string[]>> = {
  table: ['from', 'database', 'table'],
  'better-auth': ['from', 'database', 'table', 'client'],
  authjs: ['from', 'database', 'table', 'client'],
  'zoho-sdk': ['from', 'input', 'table', 'client', 'provider'],
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
  switch (source.from) {
    case 'table':
      return openTable(source, tokenTable, tokenRowOf, '')
    case 'better-auth':
      return openTable(source, betterAuthTable, accountRows(clientOf(source)), SEVERAL_ACCOUNTS)
    case 'authjs':
      return openTable(source, authjsTable, accountRows(clientOf(source)), SEVERAL_ACCOUNTS)
    case 'zoho-sdk':
      return openZohoStore(source)
  }
}

/** Such a store is small: it is read once, and kept. */
async function openZohoStore(source: ZohoSdkSource): Promise<RowSource> {
  const { input, table, client = 'user', provider = 'zoho_crm' } = source
  if (client !== 'user' && client !== 'id') {
    throw new InvalidInputError(
      'The client of a row is "user" or "id": say which one with --client (in code: client).',
    )
  }
  if (typeof input !== 'string' && !(input instanceof Object && Symbol.asyncIterator in input)) {
    throw new InvalidInputError(
      `input must be the path of a file, or a text in pieces; got ${describe(input)}.`,
    )
  }
  const rows = await readZohoStore(input, { table, client, provider })
  return {
    name: typeof input === 'string' ? input : 'the input',
    againstDuplicates: client === 'user' ? ': take the one away whose grant is not in use' : '',
    read: async visit => {
      for (let start = 0; start < rows.length; start += ROWS_AT_A_TIME) {
        await visit(rows.slice(start, start + ROWS_AT_A_TIME))
      }
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

const SEVERAL_ACCOUNTS =
  ': where a user has several accounts, --client account (in code: client) makes each a connection of its own'

function clientOf({ client = 'user' }: AccountsSource): AccountClient {
  if (client === 'user' || client === 'account') return client
  throw new InvalidInputError(
    'The client of an account is "user" or "account": say which one with --client (in code: client).',
  )
}

async function openTable<Role extends string>(
  { database: handle, table }: Pick<TokenTableSource, 'database' | 'table'>,
  shape: TableShape<Role>,
  rowOf: (row: ForeignRow, found: FoundTable<Role>) => SourceRow,
  againstDuplicates: string,
): Promise<RowSource> {
  const { database, place } = await openDatabase(handle)
  try {
    const found = await findTable(database, shape, table)
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
