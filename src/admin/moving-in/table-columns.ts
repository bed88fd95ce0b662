import { InvalidInputError } from '../../errors.ts'
import type { Cell, ForeignDatabase, ForeignRow, ForeignTable } from '../../store/foreign-database.ts'

/** What a source's table looks like: a role for each column, by the names that it may have. */
export interface TableShape<Role extends string> {
  /** As `--from` names it. */
  readonly kind: string
  /** Where nobody names a table. */
  readonly usualNames: readonly string[]
  readonly needed: Readonly<Record<string, Role>>
  readonly optional: Readonly<Record<string, Role>>
}

/** A table that was found, and the columns that it has for the roles. */
export interface FoundTable<Role extends string> {
  readonly table: ForeignTable
  readonly columns: ReadonlyMap<Role, string>
}

/**
 * Finds the table of a source.
 * @throws InvalidInputError there is none, it lacks columns, or there are several
 */
export async function findTable<Role extends string>(
  database: ForeignDatabase,
  shape: TableShape<Role>,
  name: string | undefined,
): Promise<FoundTable<Role>> {
  const wanted = name === undefined ? shape.usualNames : [name]
  const tables = await database.tables(wanted)
  const [first] = tables
  if (first === undefined) {
    throw new InvalidInputError(
      `The source has no table ${wanted.map(word => JSON.stringify(word)).join(' or ')}. ` +
        'Name the one that it is with --table (in code: table), with its schema where that is not on the search path.',
    )
  }
  const fitting = tables.filter(table => lackingOf(table, shape).length === 0)
  const [found, another] = fitting
  if (found === undefined) throw misfit(first, shape)
  if (another !== undefined) {
    throw new InvalidInputError(
      `The source has several such tables: ${fitting.map(table => table.name).join(', ')}. ` +
        'Name the one that it is with --table (in code: table).',
    )
  }
  return { table: found, columns: columnsOf(found, shape) }
}

/** The cell of a role in a row; null where there is no such column. */
export function cellIn<Role extends string>(
  row: ForeignRow,
  { columns }: FoundTable<Role>,
  role: Role,
): Cell | null {
  return row[columns.get(role) ?? ''] ?? null
}

function lackingOf<Role extends string>(
  table: ForeignTable,
  { needed }: TableShape<Role>,
): readonly string[] {
  const there = table.columns.map(plain)
  return Object.keys(needed).filter(name => !there.includes(plain(name)))
}

function misfit<Role extends string>(table: ForeignTable, shape: TableShape<Role>): InvalidInputError {
  return new InvalidInputError(
    `The table ${table.name} of the source is none of the kind "${shape.kind}": it lacks ` +
      `${lackingOf(table, shape).join(', ')}. It has: ${table.columns.join(', ')}. Name another with --table, or the ` +
      'kind that it is with --from (in code: table and from).',
  )
}

/** @throws InvalidInputError two columns for one role */
function columnsOf<Role extends string>(
  table: ForeignTable,
  { needed, optional }: TableShape<Role>,
): ReadonlyMap<Role, string> {
  const found = new Map<Role, string>()
  for (const [name, role] of Object.entries({ ...needed, ...optional })) {
    const [column, another] = table.columns.filter(candidate => plain(candidate) === plain(name))
    if (another !== undefined) {
      throw new InvalidInputError(
        `The table ${table.name} of the source has both ${column} and ${another}. Nobody knows which one counts: ` +
          'make a view with one of them, and name it with --table (in code: table).',
      )
    }
    if (column !== undefined) found.set(role, column)
  }
  return found
}

// Adapters write `userId`, `user_id` and `userid` for the same column.
function plain(name: string): string {
  return name.toLowerCase().replaceAll('_', '')
}
