import { comparableOf, type Row, type SortKey, sortedBy } from '../field-values.ts'
import { invalidQuery, type QueryRefusal } from '../query-refusal.ts'
import { type CoqlSource, columnOf } from './columns.ts'
import { type Subquery, whereTest } from './conditions.ts'
import { groupRows } from './groups.ts'
import { nameOf, type Query } from './query.ts'
import { isGrouped, type Selected, selectionOf } from './selection.ts'

/** What a query gives. */
export type QueryAnswer =
  | {
      readonly kind: 'rows'
      readonly rows: readonly Row[]
      /** Whether there are more behind them. */
      readonly more: boolean
      readonly columns: readonly Selected[]
    }
  | { readonly kind: 'refused'; readonly refusal: QueryRefusal }

/** Answers a query from the records of a CRM. Each row of records has its `id`, asked for or not. */
export function runQuery(query: Query, source: CoqlSource): QueryAnswer {
  let subqueries = 0
  const subquery: Subquery = (inner, operator) => {
    const sequence = subqueries++
    if (inner.columns.length > 1) {
      const names = inner.columns.map(nameOf)
      const message = 'subquery should contains only one column'
      return refused(invalidQuery({ sub_query_sequence: sequence, column_name: names }, message))
    }
    const answer = run(inner, source, subquery)
    if (answer.kind === 'refused') return answer
    const [column] = answer.columns
    const values = answer.rows.map(row => row[column?.name ?? 'id'])
    if (values.length > 1 && operator !== 'in' && operator !== 'not in') {
      const message = 'subquery return more than one values which is incompatible for the operator'
      return refused(invalidQuery({ sub_query_sequence: sequence, operator }, message))
    }
    return { kind: 'values', values }
  }
  return run(query, source, subquery)
}

function refused(refusal: QueryRefusal): { readonly kind: 'refused'; readonly refusal: QueryRefusal } {
  return { kind: 'refused', refusal }
}

function run(query: Query, source: CoqlSource, subquery: Subquery): QueryAnswer {
  if (source.fields(query.module) === null) {
    const message = 'the given module is not supported in api'
    return refused({ code: 'INVALID_MODULE', details: {}, message })
  }
  const columns = selectionOf(query, source)
  if ('code' in columns) return refused(columns)
  const where = whereTest(query.where, query.module, source, subquery)
  if (where.kind === 'refused') return where
  const found = source.all(query.module).filter(where.test)
  const rows = isGrouped(query)
    ? groupsOf(query, columns, found, source)
    : recordsOf(query, columns, found, source)
  if ('code' in rows) return refused(rows)
  const end = query.offset + query.limit
  return { kind: 'rows', rows: rows.slice(query.offset, end), more: rows.length > end, columns }
}

function recordsOf(
  query: Query,
  columns: readonly Selected[],
  found: readonly Row[],
  source: CoqlSource,
): readonly Row[] | QueryRefusal {
  const keys: SortKey<Row>[] = []
  for (const { path, order } of query.orderBy) {
    const named = columns.find(({ selected }) => selected.alias === path)?.column
    const column = named ?? columnOf(path, query.module, source)
    if ('code' in column) return column
    keys.push({ order, of: row => comparableOf(column.kind, column.of(row)) })
  }
  // Rows beyond the page are only counted.
  const page = query.offset + query.limit
  return sortedBy(found, keys).map((row, index) =>
    index < query.offset || index >= page
      ? row
      : Object.fromEntries([...columns.map(({ name, column }) => [name, column.shown(row)]), ['id', row.id]]),
  )
}

function groupsOf(
  query: Query,
  columns: readonly Selected[],
  found: readonly Row[],
  source: CoqlSource,
): readonly Row[] | QueryRefusal {
  const groups = groupRows(query, columns, found, source)
  if ('code' in groups) return groups
  const keys: SortKey<Row>[] = []
  for (const ordered of query.orderBy) {
    const column = columns.find(({ name, selected }) => [name, nameOf(selected)].includes(nameOf(ordered)))
    if (column === undefined) return invalidQuery({ column_name: ordered.path }, 'unsupported column')
    const kind =
      ordered.aggregate === 'COUNT' || column.selected.aggregate === 'COUNT' ? 'number' : column.column.kind
    keys.push({ order: ordered.order, of: row => comparableOf(kind, row[column.name]) })
  }
  return sortedBy(groups, keys)
}
