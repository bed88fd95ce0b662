import { getTableColumns, type SQLWrapper, sql } from 'drizzle-orm'
import { InvalidInputError } from '../../errors.ts'
import type { Database } from '../sql-engine.ts'
import { tablesIn } from './schema.ts'

/** A column of a table that exists already. */
interface ExistingColumn {
  readonly name: string
  readonly type: string
  readonly notNull: boolean
  readonly hasDefault: boolean
  /** `varchar(n)` and not `varchar`. */
  readonly limited: boolean
  /** Of a table, and not of a view. */
  readonly ofTable: boolean
}

const TEXT = ['text', 'character varying']
const JSON_TYPES = ['jsonb', 'json']
const INSTANT = ['timestamp with time zone']

/** The columns that a table must have to be adopted, with the types that they may have. */
const ORIGINAL: ReadonlyMap<string, readonly string[]> = new Map([
  ['id', ['uuid']],
  ['client_id', TEXT],
  ['provider', TEXT],
  ['access_token', TEXT],
  ['refresh_token', TEXT],
  ['token_expiry', INSTANT],
  ['scopes', TEXT],
  ['metadata', JSON_TYPES],
  ['created_at', INSTANT],
  ['updated_at', INSTANT],
])

const NULLABLE = ['access_token', 'refresh_token', 'token_expiry', 'scopes', 'metadata']

/**
 * Makes an `oauth_tokens` that somebody else created ready for the migrations: its constraints are loosened,
 * its values stay as they are. Does nothing when there is no such table.
 * @throws InvalidInputError the table cannot be used; nothing was changed.
 */
export async function adoptTable(db: Database, schema: string): Promise<void> {
  const columns = await describe(db, schema)
  if (columns.length === 0) return
  const problems = problemsOf(columns)
  if (problems.length === 0) {
    problems.push(...(await unnamed(db, schema)), ...(await duplicates(db, schema)))
  }
  if (problems.length > 0) {
    throw new InvalidInputError(
      `The table ${schema}.oauth_tokens cannot be used by Evergrant: ${problems.join('; ')}. ` +
        'Change it, or give Evergrant a schema of its own (--schema, or the option schema). Nothing was changed.',
    )
  }
  for (const change of loosened(columns)) await db.execute(sql.raw(`alter table oauth_tokens ${change}`))
}

function describe(db: Database, schema: string): Promise<ExistingColumn[]> {
  return db
    .select({
      name: sql<string>`a.attname::text`,
      type: sql<string>`format_type(a.atttypid, null)`,
      notNull: sql<boolean>`a.attnotnull`,
      hasDefault: sql<boolean>`a.atthasdef or a.attidentity <> ''`,
      limited: sql<boolean>`a.atttypmod >= 0`,
      ofTable: sql<boolean>`c.relkind in ('r', 'p')`,
    })
    .from(
      sql`pg_catalog.pg_attribute a
        join pg_catalog.pg_class c on c.oid = a.attrelid
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace`,
    )
    .where(sql`n.nspname = ${schema} and c.relname = 'oauth_tokens' and a.attnum > 0 and not a.attisdropped`)
    .orderBy(sql`a.attnum`)
}

function problemsOf(columns: readonly ExistingColumn[]): string[] {
  if (!columns.every(column => column.ofTable)) return ['it is not a table']
  const lifecycle = lifecycleTypes()
  const names = new Set(columns.map(column => column.name))
  const missing = [...ORIGINAL.keys()].filter(name => !names.has(name))
  const problems = missing.length === 0 ? [] : [`it lacks the columns ${missing.join(', ')}`]
  for (const { name, type, notNull, hasDefault } of columns) {
    const allowed = ORIGINAL.get(name) ?? lifecycle.get(name)
    if (allowed === undefined) {
      if (notNull && !hasDefault) problems.push(`its column ${name} is NOT NULL and has no default`)
    } else if (!allowed.includes(type)) {
      problems.push(`its column ${name} is ${type} and not ${allowed[0]}`)
    }
  }
  return problems
}

/** The columns that the migration adds: they exist already where drizzle-kit made the table. */
function lifecycleTypes(): Map<string, readonly string[]> {
  return new Map(
    Object.values(getTableColumns(tablesIn('public').oauthTokens))
      .filter(column => !ORIGINAL.has(column.name))
      .map(column => [column.name, [column.getSQLType()]]),
  )
}

/** What no call could ask for: nobody would get its tokens back once they are sealed. */
async function unnamed(db: Database, schema: string): Promise<string[]> {
  const { oauthTokens: t } = tablesIn(schema)
  const isName = (column: SQLWrapper) => sql`${column} collate "C" ~ '^[!-~]([ -~]{0,253}[!-~])?$'`
  const [found] = await db
    .select({ count: sql<string>`count(*)`, first: sql<string>`min(${t.id}::text)` })
    .from(t)
    .where(sql`(${isName(t.clientId)} and ${isName(t.provider)}) is not true`)
  if (found === undefined || found.count === '0') return []
  return [
    `client_id and provider must be 1 to 255 printable ASCII characters without a space at either end, and ` +
      `${found.count} of its rows have others or none, the first with id ${found.first}`,
  ]
}

async function duplicates(db: Database, schema: string): Promise<string[]> {
  const { oauthTokens: t } = tablesIn(schema)
  const [duplicate] = await db
    .select({ clientId: t.clientId, provider: t.provider })
    .from(t)
    .groupBy(t.clientId, t.provider)
    .having(sql`count(*) > 1`)
    .limit(1)
  if (duplicate === undefined) return []
  return [
    `it has several rows for client ${duplicate.clientId}, provider ${duplicate.provider}; keep one of each`,
  ]
}

/** Null is a value in these columns, and sealed tokens are longer than the tokens. No value changes. */
function loosened(columns: readonly ExistingColumn[]): string[] {
  return columns.flatMap(({ name, notNull, limited, type }) => [
    ...(NULLABLE.includes(name) && notNull ? [`alter column ${name} drop not null`] : []),
    ...(ORIGINAL.get(name) === TEXT && limited ? [`alter column ${name} type ${type}`] : []),
  ])
}
