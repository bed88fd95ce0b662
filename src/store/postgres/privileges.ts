import { sql } from 'drizzle-orm'
import type { Database } from '../sql-engine.ts'

/** What the service does with each table, and so what its role must be granted. docs/guide has it as SQL. */
const NEEDED: ReadonlyMap<string, readonly string[]> = new Map([
  ['evergrant_migrations', ['select']],
  ['oauth_tokens', ['select', 'insert', 'update', 'delete']],
  ['oauth_seed_owners', ['select', 'insert', 'update']],
  ['oauth_seed_uses', ['select', 'insert', 'update']],
  ['oauth_token_revocations', ['select', 'insert', 'update']],
  ['oauth_token_keys', ['select', 'insert', 'delete']],
  ['oauth_token_events', ['select', 'insert', 'delete']],
  ['oauth_flows', ['select', 'insert', 'update', 'delete']],
])

/**
 * The grants that the role of this connection lacks, like `select, update on oauth_tokens`; none: it may do its
 * work. Tables that are not there yet are passed over.
 */
export async function missingPrivileges(db: Database, schema: string): Promise<readonly string[]> {
  const [found] = await db
    .select({
      exists: sql<boolean>`exists (select from pg_catalog.pg_namespace where nspname = ${schema})`,
      usage: sql<boolean>`(select has_schema_privilege(oid, 'usage') from pg_catalog.pg_namespace where nspname = ${schema})`,
    })
    .from(sql`(select 1) as look`)
  if (!found?.exists) return []
  // Without it, a table of the schema cannot even be named.
  if (!found.usage) return [`usage on schema "${schema}"`]
  const missing = await Promise.all(
    [...NEEDED].map(([table, verbs]) => missingOn(db, `"${schema}".${table}`, verbs)),
  )
  return missing.flat()
}

async function missingOn(db: Database, table: string, verbs: readonly string[]): Promise<readonly string[]> {
  const granted = (verb: string) => sql<boolean | null>`has_table_privilege(to_regclass(${table}), ${verb})`
  const [found] = await db
    .select(Object.fromEntries(verbs.map(verb => [verb, granted(verb)])))
    .from(sql`(select 1) as look`)
  const missing = verbs.filter(verb => found?.[verb] === false)
  return missing.length === 0 ? [] : [`${missing.join(', ')} on ${table}`]
}
