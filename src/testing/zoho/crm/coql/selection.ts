import { invalidQuery, type QueryRefusal } from '../query-refusal.ts'
import { type Column, type CoqlSource, columnOf } from './columns.ts'
import { nameOf, type Query, type SelectedColumn } from './query.ts'

/** A column of the answer that was found, under the name that it has there. */
export interface Selected {
  readonly column: Column
  readonly selected: SelectedColumn
  readonly name: string
}

/** Finds the columns of an answer; each has a name of its own. */
export function selectionOf(query: Query, source: CoqlSource): readonly Selected[] | QueryRefusal {
  const wrong = doubled(query) ?? wrongAlias(query.columns)
  if (wrong !== null) return wrong
  const found: Selected[] = []
  for (const selected of query.columns) {
    const column = columnOf(selected.path, query.module, source)
    if ('code' in column) return column
    if (!canAggregate(selected, column)) {
      return {
        code: 'INVALID_DATA',
        details: { reason: 'unsupported aggregate function', column: nameOf(selected) },
        message: 'invalid data',
      }
    }
    if (isGrouped(query) && selected.aggregate === null && !query.groupBy.includes(selected.path)) {
      return invalidQuery({ column_name: selected.path }, 'unsupported column')
    }
    found.push({ column, selected, name: selected.alias ?? nameOf(selected) })
  }
  return found
}

/** Whether the answer has a row for each group instead of each record. */
export function isGrouped({ columns, groupBy }: Query): boolean {
  return groupBy.length > 0 || columns.some(({ aggregate }) => aggregate !== null)
}

function canAggregate({ aggregate }: SelectedColumn, { kind }: Column): boolean {
  if (aggregate === 'SUM' || aggregate === 'AVG') return kind === 'number'
  if (aggregate === 'MIN' || aggregate === 'MAX') return ['number', 'id', 'date', 'instant'].includes(kind)
  return true
}

function doubled({ columns, groupBy, orderBy }: Query): QueryRefusal | null {
  const column = firstDouble(columns, nameOf)
  if (column !== undefined) {
    const { path, aggregate } = column
    return aggregate === null
      ? duplicate({ column_name: path }, 'duplicate select column')
      : duplicate({ column_name: path, aggregate }, 'duplicate aggregate function')
  }
  const group = firstDouble(groupBy, path => path)
  if (group !== undefined) return duplicate({ column_name: group }, 'duplicate group by column')
  const order = firstDouble(orderBy, nameOf)
  return order === undefined ? null : duplicate({ column_name: order.path }, 'duplicate order by column')
}

function duplicate(details: QueryRefusal['details'], message: string): QueryRefusal {
  return { code: 'DUPLICATE_DATA', details, message }
}

function firstDouble<Item>(items: readonly Item[], nameOfItem: (item: Item) => string): Item | undefined {
  const names = items.map(nameOfItem)
  return items.find((_, index) => names.indexOf(names[index] ?? '') < index)
}

function wrongAlias(columns: readonly SelectedColumn[]): QueryRefusal | null {
  const aliased = columns.filter(({ alias }) => alias !== null)
  const again = firstDouble(aliased, ({ alias }) => alias ?? '')
  if (again !== undefined) {
    const referred = aliased.filter(({ alias }) => alias === again.alias).map(({ path }) => path)
    return {
      code: 'DUPLICATE_ALIAS',
      details: { referred_columns: referred, alias: again.alias },
      message: 'same alias cannot refer more than one column',
    }
  }
  const bare = new Set(columns.filter(({ alias }) => alias === null).map(nameOf))
  const taken = aliased.find(({ alias }) => bare.has(alias ?? ''))
  if (taken === undefined) return null
  return invalidQuery(
    { column_name: taken.path, alias: taken.alias },
    'column name or property name given in select columns without alias name cannot be an alias name for other select columns',
  )
}
