import type { FreshDatabase } from './postgres.ts'

const TABLES = `select c.oid::int as oid, c.relname as name from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') order by c.relname`

const COLUMNS = `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as required,
    pg_get_expr(d.adbin, d.adrelid) as value, a.attidentity = 'a' as counted
  from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped order by a.attnum`

// NOT NULL is told with the columns: since PostgreSQL 18 it is a constraint, too.
const CONSTRAINTS = `select conname as name, pg_get_constraintdef(oid) as definition from pg_constraint
  where conrelid = $1 and contype <> 'n' order by conname`

const INDEXES = `select pg_get_indexdef(indexrelid) as definition from pg_index
  where indrelid = $1 and not exists (select from pg_constraint where conindid = indexrelid) order by 1`

/** The schema `public` as SQL, made from the catalogue: the same text on every version of PostgreSQL. */
export async function dumpSchema(database: FreshDatabase): Promise<string> {
  const parts: string[] = []
  for (const { oid, name } of await database.query(TABLES)) {
    const columns = (await database.query(COLUMNS, [oid])).map(
      column =>
        `  ${column.name} ${column.type}${column.required ? ' not null' : ''}${column.counted ? ' generated always as identity' : ''}${column.value ? ` default ${column.value}` : ''}`,
    )
    const constraints = (await database.query(CONSTRAINTS, [oid])).map(
      constraint => `  constraint ${constraint.name} ${constraint.definition}`,
    )
    parts.push(`create table ${name} (\n${[...columns, ...constraints].join(',\n')}\n);\n`)
    for (const { definition } of await database.query(INDEXES, [oid])) parts.push(`${definition};\n`)
  }
  return parts.join('\n')
}
