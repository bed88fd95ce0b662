import { sql } from 'drizzle-orm'
import type { Database } from '../sql-engine.ts'

/** What the service does with each table, and so what its role must be granted. docs/guide has it as SQL. */
const NEEDED: ReadonlyMap<string, readonly string[]> = new Map([
  ['evergrant_migrations', ['select']],
  ['oauth_tokens', ['select', 'insert', 'update', 'delete']],
  ['oauth_seed_owners', ['select', 'insert', 'update']],
  ['oauth_seed_uses', ['select', 'insert', 'update']],
  ['oauth_token_revocations', ['select', 'insert', 'update']],
])

/** The grants that the role of this connection lacks, like `update on oauth_tokens`; none: it may do its work. */
export async function missingPrivileges(db: Database, schema: string): Promise<readonly string[]> {
  const [found] = await db
    .select({ usage: sql<boolean>`has_schema_privilege(${schema}, 'usage')` })
    .from(sql`(select 1) as look`)
  // Without it, a table of the schema cannot even be named.
  if (!found?.usage) return [`usage on schema ${schema}`]

  const wanted = [...NEEDED].flatMap(([table, verbs]) => verbs.map(verb => ({ table, verb })))
  const rows = await Promise.all(
    wanted.map(async ({ table, verb }) => {
      const name = `"${schema}".${table}`
      const [row] = await db
        .select({ granted: sql<boolean>`has_table_privilege(${name}, ${verb})` })
        .from(sql`(select 1) as look`)
      return row?.granted ? [] : [`${verb} on ${table}`]
    }),
  )
  return rows.flat()
}
