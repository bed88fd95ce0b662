import { sql } from 'drizzle-orm'
import { EvergrantError, StoreUnavailableError } from '../../errors.ts'
import type { DatabaseHandle } from '../../ports/database-handle.ts'
import {
  type Cell,
  type ForeignDatabase,
  type ForeignRow,
  type ForeignTable,
  LONGEST_TEXT,
  quotedName,
  ROWS_AT_A_TIME,
} from '../foreign-database.ts'
import type { Database } from '../sql-engine.ts'
import { codeOf, storeFailure } from './failure.ts'
import { openSource, type PostgresSource } from './source.ts'

const CONNECT_MS = 10_000
/** For one statement: a foreign table may have no index that helps, and a view may be slow. */
const STATEMENT_MS = 60_000

/**
 * Opens a PostgreSQL database that is not ours. Each look is one transaction that the server keeps read-only.
 * @throws InvalidInputError the handle is none
 */
export async function openForeignPostgres(database: DatabaseHandle): Promise<ForeignDatabase> {
  const source = await openSource(database, CONNECT_MS)
  return {
    tables: names =>
      readOnly(source, async db => {
        const tables = new Map<string, ForeignTable>()
        for (const name of names.flatMap(spellings)) {
          const table = await tableOf(db, name)
          if (table !== null) tables.set(table.name, table)
        }
        return [...tables.values()]
      }),
    read: (table, columns, visitor) =>
      passing(visitor, visit =>
        readOnly(source, async db => {
          const kinds = await kindsOf(db, table.name)
          const fields = columns.map((name, index) => ({
            name,
            key: `c${index}`,
            kind: kinds.get(name) ?? 'other',
          }))
          const list = fields.map(field => `${textOf(field)} as ${field.key}`).join(', ')
          await db.execute(
            sql.raw(`declare evergrant_rows no scroll cursor for select ${list} from ${table.name}`),
          )
          for (;;) {
            const found = await rowsOf(db, `fetch ${ROWS_AT_A_TIME} from evergrant_rows`)
            if (found.length > 0) await visit(found.map(row => foreignRow(row, fields)))
            if (found.length < ROWS_AT_A_TIME) return
          }
        }),
      ),
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  }
}

async function readOnly<Result>(
  source: PostgresSource,
  body: (db: Database) => Promise<Result>,
): Promise<Result> {
  try {
    return await source.transaction(async db => {
      await db.execute(sql`set transaction isolation level repeatable read, read only`)
      return body(db)
    }, STATEMENT_MS)
  } catch (error) {
    throw failureOf(error)
  }
}

/** What the visitor throws comes out as it is: it is no fault of the source. */
async function passing(visitor: Visit, read: (visit: Visit) => Promise<void>): Promise<void> {
  let thrown: { readonly error: unknown } | null = null
  const visit: Visit = rows =>
    visitor(rows).catch(error => {
      thrown = { error }
      throw error
    })
  await read(visit).catch(failure => Promise.reject(thrown === null ? failure : thrown.error))
}

type Visit = Parameters<ForeignDatabase['read']>[2]

/** `auth.account` is the table of a schema, or has a full stop in its name. */
function spellings(name: string): readonly string[] {
  const dot = name.indexOf('.')
  const parted = dot > 0 ? [`${quotedName(name.slice(0, dot))}.${quotedName(name.slice(dot + 1))}`] : []
  return [...parted, quotedName(name)]
}

async function tableOf(db: Database, spelling: string): Promise<ForeignTable | null> {
  const columns = await db
    .select({ table: sql<string>`c.oid::regclass::text`, column: sql<string>`a.attname::text` })
    .from(sql`pg_catalog.pg_class c join pg_catalog.pg_attribute a on a.attrelid = c.oid`)
    .where(
      sql`c.oid = to_regclass(${spelling}) and c.relkind in ('r', 'p', 'v', 'm', 'f') and a.attnum > 0
        and not a.attisdropped`,
    )
    .orderBy(sql`a.attnum`)
  const [first] = columns
  return first === undefined ? null : { name: first.table, columns: columns.map(({ column }) => column) }
}

type Kind = Cell['kind']

/** What the columns hold, by their names. */
async function kindsOf(db: Database, table: string): Promise<ReadonlyMap<string, Kind>> {
  const columns = await db
    .select({
      name: sql<string>`a.attname::text`,
      kind: sql<Kind>`case
        when t.typname = 'timestamptz' then 'instant'
        when t.typname in ('json', 'jsonb') then 'json'
        when t.typname = 'uuid' or t.typcategory in ('S', 'E') then 'text'
        when t.typcategory = 'N' and t.typname <> 'money' then 'number'
        else 'other' end`,
    })
    .from(sql`pg_catalog.pg_attribute a join pg_catalog.pg_type t on t.oid = a.atttypid`)
    .where(sql`a.attrelid = to_regclass(${table}) and a.attnum > 0 and not a.attisdropped`)
  return new Map(columns.map(({ name, kind }) => [name, kind]))
}

interface Field {
  readonly name: string
  readonly key: string
  readonly kind: Kind
}

/** The text of a column; null stays null, and what is too long becomes longer than any text of use. */
function textOf({ name, kind }: Field): string {
  const column = quotedName(name)
  switch (kind) {
    case 'instant':
      return `extract(epoch from ${column})::text`
    case 'other':
      return `case when ${column} is null then null else '' end`
    default:
      return `left(${column}::text, ${LONGEST_TEXT + 1})`
  }
}

function foreignRow(row: Readonly<Record<string, unknown>>, fields: readonly Field[]): ForeignRow {
  return Object.fromEntries(fields.map(field => [field.name, cellOf(row[field.key], field.kind)]))
}

function cellOf(value: unknown, kind: Kind): Cell | null {
  if (value === null || value === undefined) return null
  const text = String(value)
  if (kind === 'other' || text.length > LONGEST_TEXT) return { kind: 'other', text: '' }
  return { kind, text }
}

// An array from postgres.js, an object around one from the others.
async function rowsOf(db: Database, text: string): Promise<readonly Record<string, unknown>[]> {
  const result: unknown = await db.execute(sql.raw(text))
  const rows: unknown =
    Array.isArray(result) || typeof result !== 'object' || result === null
      ? result
      : Reflect.get(result, 'rows')
  return Array.isArray(rows) ? rows : []
}

/** The error that users see: that it is the source, our words and a code. */
function failureOf(error: unknown): unknown {
  if (error instanceof EvergrantError) return error
  const reason = codeOf(error)
  if (reason === '42501') {
    return new StoreUnavailableError(
      `Source: the role may not read the table. Grant it SELECT there (${reason}).`,
      reason,
      {},
      false,
    )
  }
  const failure = storeFailure(error, {})
  if (!(failure instanceof StoreUnavailableError)) return failure
  return new StoreUnavailableError(`Source: ${failure.message}`, reason, {}, failure.retryable)
}
