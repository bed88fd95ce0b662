import { comparableOf, compare, type Row } from '../field-values.ts'
import type { QueryRefusal } from '../query-refusal.ts'
import { type Column, type CoqlSource, columnOf } from './columns.ts'
import type { Aggregate, Query } from './query.ts'
import type { Selected } from './selection.ts'

/** One row for each group, in the order of their first records; without `group by` one row for all records. */
export function groupRows(
  query: Query,
  columns: readonly Selected[],
  found: readonly Row[],
  source: CoqlSource,
): readonly Row[] | QueryRefusal {
  const by: Column[] = []
  for (const path of query.groupBy) {
    const column = columnOf(path, query.module, source)
    if ('code' in column) return column
    by.push(column)
  }
  const groups = new Map<string, Row[]>(by.length === 0 ? [['', []]] : [])
  for (const row of found) {
    const key = by.length === 0 ? '' : JSON.stringify(by.map(column => keyOf(column, row)))
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [row])
    else group.push(row)
  }
  return [...groups.values()].map(rows =>
    Object.fromEntries(
      columns.map(({ name, selected, column }) => {
        const values = selected.aggregate === null ? rows.slice(0, 1) : rows
        return [name, aggregated(selected.aggregate, column, values)]
      }),
    ),
  )
}

function keyOf({ kind, of }: Column, row: Row): unknown {
  const value = of(row)
  if (Array.isArray(value)) return value
  const comparable = comparableOf(kind, value)
  return typeof comparable === 'bigint' ? String(comparable) : comparable
}

function aggregated(aggregate: Aggregate | null, { kind, of, shown }: Column, rows: readonly Row[]): unknown {
  const values = rows.map(of).filter(value => value !== null)
  const sum = (): number =>
    values.reduce<number>((total, value) => total + Number(comparableOf(kind, value) ?? 0), 0)
  const extreme = (sign: 1 | -1): unknown =>
    values.reduce<unknown>((best, value) => {
      const [one, other] = [comparableOf(kind, best), comparableOf(kind, value)]
      return one === null || (other !== null && sign * compare(other, one) > 0) ? value : best
    }, null)
  switch (aggregate) {
    case null:
      return rows[0] === undefined ? null : shown(rows[0])
    case 'COUNT':
      return values.length
    case 'SUM':
      return values.length === 0 ? null : sum()
    case 'AVG':
      return values.length === 0 ? null : sum() / values.length
    case 'MIN':
      return extreme(-1)
    case 'MAX':
      return extreme(1)
  }
}
