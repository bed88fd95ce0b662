import { existsSync } from 'node:fs'
import { EvergrantError, InvalidInputError, StoreUnavailableError } from '../../errors.ts'
import {
  type Cell,
  type ForeignDatabase,
  type ForeignRow,
  type ForeignTable,
  LONGEST_TEXT,
  quotedName,
  ROWS_AT_A_TIME,
} from '../foreign-database.ts'
import { retryWhileBusy } from './busy.ts'
import { openToRead, type SqliteReader } from './connection.ts'
import { codeOf, openFailure } from './failure.ts'

const PATIENCE_MS = 10_000

/**
 * Opens a SQLite file that is not ours. No lock is held between two looks, so that those who write to it need not
 * wait for whatever is done with the rows.
 * @throws InvalidInputError the file does not exist, or cannot be read
 */
export async function openForeignSqlite(path: string): Promise<ForeignDatabase> {
  if (!existsSync(path)) throw new InvalidInputError(`The source ${path} does not exist. Correct its path.`)
  const connection = await opened(path)
  const rows = (text: string, values?: unknown[]): Promise<unknown[][]> =>
    look(path, connection, text, values)
  await rows('select 1 from sqlite_master limit 1')
  return {
    tables: async names => {
      const tables = new Map<string, ForeignTable>()
      for (const name of names) {
        const table = await tableOf(rows, name)
        if (table !== null) tables.set(table.name, table)
      }
      return [...tables.values()]
    },
    read: async (table, columns, visit) => {
      for await (const page of pagesOf(rows, table, columns)) await visit(page)
    },
    [Symbol.asyncDispose]: async () => connection.close(),
  }
}

type Rows = (text: string, values?: unknown[]) => Promise<unknown[][]>

async function opened(path: string): Promise<SqliteReader> {
  try {
    return await openToRead(path)
  } catch (error) {
    throw failureOf(error, path)
  }
}

async function look(
  path: string,
  connection: SqliteReader,
  text: string,
  values?: unknown[],
): Promise<unknown[][]> {
  try {
    return await retryWhileBusy(PATIENCE_MS, () => connection.rows(text, values))
  } catch (error) {
    throw failureOf(error, path)
  }
}

async function tableOf(rows: Rows, name: string): Promise<ForeignTable | null> {
  const found = await rows(
    `select t.name, c.name from pragma_table_list t, pragma_table_xinfo(t.name) c
      where t.schema = 'main' and t.name = ? collate nocase and t.type in ('table', 'view') and c.hidden <> 1
      order by c.cid`,
    [name],
  )
  const [first] = found
  return first === undefined
    ? null
    : { name: String(first[0]), columns: found.map(([, column]) => String(column)) }
}

async function* pagesOf(
  rows: Rows,
  table: ForeignTable,
  columns: readonly string[],
): AsyncGenerator<readonly ForeignRow[]> {
  const cells = columns.map(cellsOf).join(', ')
  const from = quotedName(table.name)
  const rowid = await rowidOf(rows, table)
  if (rowid === null) {
    // A view, or a table without a row id: nothing says where to go on, so it is read at once.
    const all = await rows(`select null, ${cells} from ${from}`)
    for (let start = 0; start < all.length; start += ROWS_AT_A_TIME) {
      yield all.slice(start, start + ROWS_AT_A_TIME).map(row => foreignRow(row, columns))
    }
    return
  }
  // As text: a row id has 64 bits, and a number here has 53.
  const select = `select cast(${rowid} as text), ${cells} from ${from}`
  const next = `order by ${rowid} limit ${ROWS_AT_A_TIME}`
  let page = await rows(`${select} ${next}`)
  while (page.length > 0) {
    yield page.map(row => foreignRow(row, columns))
    page = await rows(`${select} where ${rowid} > cast(? as integer) ${next}`, [page.at(-1)?.[0]])
  }
}

/** A name of the row id that no column has taken; null: there is none. */
async function rowidOf(rows: Rows, { name, columns }: ForeignTable): Promise<string | null> {
  const [found] = await rows(
    `select 1 from pragma_table_list where schema = 'main' and name = ? and type = 'table' and wr = 0`,
    [name],
  )
  if (found === undefined) return null
  const taken = columns.map(column => column.toLowerCase())
  return ['rowid', '_rowid_', 'oid'].find(alias => !taken.includes(alias)) ?? null
}

/** Its type and its text, in hex: libSQL would cut it at a NUL. */
function cellsOf(name: string): string {
  const column = quotedName(name)
  const useful = `typeof(${column}) <> 'blob' and octet_length(${column}) <= ${4 * LONGEST_TEXT}`
  return `typeof(${column}), case when ${useful} then hex(${column}) end`
}

function foreignRow([, ...values]: readonly unknown[], columns: readonly string[]): ForeignRow {
  return Object.fromEntries(
    columns.map((name, index) => [name, cellOf(values[2 * index], values[2 * index + 1])]),
  )
}

function cellOf(type: unknown, hex: unknown): Cell | null {
  if (type === 'null') return null
  const text = typeof hex === 'string' ? Buffer.from(hex, 'hex').toString('utf8') : null
  if (text === null || text.length > LONGEST_TEXT) return { kind: 'other', text: '' }
  return { kind: type === 'text' ? 'text' : 'number', text }
}

/** The error that users see: that it is the source, our words and a code. */
function failureOf(error: unknown, path: string): Error {
  if (error instanceof EvergrantError) return error
  const code = codeOf(error)
  switch (code) {
    case 'SQLITE_CANTOPEN':
    case 'SQLITE_READONLY':
      return new InvalidInputError(
        `The source ${path} cannot be read. Run this as a user who may read it and write beside it, where SQLite keeps ` +
          'its log; or name a copy.',
      )
    case 'SQLITE_NOTADB':
    case 'SQLITE_CORRUPT':
      return openFailure(error, path)
    case 'SQLITE_BUSY':
    case 'SQLITE_LOCKED':
      return new StoreUnavailableError(
        `Source: another process holds the lock on the SQLite file for too long (${code}).`,
        code,
      )
    default:
      return new StoreUnavailableError(`Source: SQLite cannot read the table (${code}).`, code, {}, false)
  }
}
