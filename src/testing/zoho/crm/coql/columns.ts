import { kindOf, type QueryField, type Row, storedValue, type ValueKind } from '../field-values.ts'
import { own } from '../json-objects.ts'
import { invalidQuery, type QueryRefusal } from '../query-refusal.ts'

/** Where queries find modules, their fields and records. */
export interface CoqlSource {
  /** The fields of a module by their names. Null: there is no such module. */
  readonly fields: (module: string) => ReadonlyMap<string, QueryField> | null
  /** The records of a module, in the order of their ids. */
  readonly all: (module: string) => readonly Row[]
  /** Null: there is no such record. */
  readonly get: (module: string, id: string) => Row | null
  /** A record's value as an answer prints it. */
  readonly show: (module: string, row: Row, field: QueryField) => unknown
}

/** A column that was found. */
export interface Column {
  readonly path: string
  readonly kind: ValueKind
  /** The field at the end of the path, and the module that it belongs to. */
  readonly field: QueryField
  readonly module: string
  /** Its value for a record, as it is stored. */
  readonly of: (row: Row) => unknown
  /** The same as an answer prints it. */
  readonly shown: (row: Row) => unknown
}

/** Zoho's limit on the lookups of a path. */
const MOST_RELATIONS = 2

/** Where lookups of users lead. */
export const USERS = 'users'

const idField: QueryField = { api_name: 'id', data_type: 'bigint' }

/** Finds a column of a module, through lookups where its path has dots. */
export function columnOf(path: string, module: string, source: CoqlSource): Column | QueryRefusal {
  const names = path.split('.')
  const last = names.pop() ?? ''
  if (names.length > MOST_RELATIONS) return unknownColumn(path)
  let at = module
  const steps: { readonly name: string; readonly module: string }[] = []
  for (const name of names) {
    const target = targetOf(fieldOf(name, at, source))
    if (target === null) return unknownColumn(path)
    steps.push({ name, module: target })
    at = target
  }
  const field = fieldOf(last, at, source)
  if (field === undefined) return unknownColumn(path)
  const reach = (row: Row): Row | null =>
    steps.reduce<Row | null>((from, step) => (from === null ? null : follow(from, step, source)), row)
  const valueAt = (row: Row, read: (reached: Row) => unknown): unknown => {
    const reached = reach(row)
    return reached === null ? null : read(reached)
  }
  const end = at
  return {
    ...{ path, kind: kindOf(field.data_type), field, module: end },
    of: row => valueAt(row, reached => storedValue(reached, field)),
    shown: row => valueAt(row, reached => source.show(end, reached, field)),
  }
}

function unknownColumn(path: string): QueryRefusal {
  return invalidQuery({ column_name: path }, 'column given seems to be invalid')
}

function fieldOf(name: string, module: string, source: CoqlSource): QueryField | undefined {
  return source.fields(module)?.get(name) ?? (name === 'id' ? idField : undefined)
}

function targetOf(field: QueryField | undefined): string | null {
  if (field?.data_type === 'ownerlookup' || field?.data_type === 'userlookup') return USERS
  return field?.module ?? null
}

function follow(
  row: Row,
  step: { readonly name: string; readonly module: string },
  source: CoqlSource,
): Row | null {
  const id = own(own(row, step.name), 'id')
  return typeof id === 'string' ? source.get(step.module, id) : null
}
