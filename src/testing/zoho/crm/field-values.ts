import { own } from './json-objects.ts'
import { isDate, parseInstant } from './times.ts'

const MS_PER_DAY = 86_400_000

/** What queries need to know of a field. */
export interface QueryField {
  readonly api_name: string
  readonly data_type: string
  /** Of a lookup: the module of the other record. */
  readonly module?: string | undefined
}

/** A record as queries read it. */
export type Row = Readonly<Record<string, unknown>>

/** The field of a module by its API name. */
export type FieldOf = (apiName: string) => QueryField | undefined

/** How the values of a field compare; several data types share one. */
export type ValueKind =
  | 'text'
  | 'long_text'
  | 'choice'
  | 'choices'
  | 'flag'
  | 'number'
  | 'id'
  | 'date'
  | 'instant'
  | 'lookup'
  | 'other'

/** A value that compares with others of its kind: ids as bigint, days since the epoch, instants as ms. */
export type Comparable = string | number | bigint | boolean

const kinds = new Map<string, ValueKind>([
  ...['text', 'email', 'phone', 'website', 'formula'].map(type => [type, 'text'] as const),
  ['textarea', 'long_text'],
  ['picklist', 'choice'],
  ['autonumber', 'choice'],
  ['multiselectpicklist', 'choices'],
  ['boolean', 'flag'],
  ...['integer', 'currency', 'decimal', 'double', 'percent'].map(type => [type, 'number'] as const),
  ['bigint', 'id'],
  ['date', 'date'],
  ['datetime', 'instant'],
  ...['lookup', 'ownerlookup', 'userlookup', 'multi_module_lookup'].map(type => [type, 'lookup'] as const),
])

/** How the values of a data type compare. */
export function kindOf(dataType: string): ValueKind {
  return kinds.get(dataType) ?? 'other'
}

/** The value of a field; a box that was never ticked is false. */
export function storedValue(record: Row, { api_name, data_type }: QueryField): unknown {
  return own(record, api_name) ?? (data_type === 'boolean' ? false : null)
}

/** A value as a query writes it. Null: it is none of this kind. */
export function operandOf(kind: ValueKind, text: string): Comparable | null {
  switch (kind) {
    case 'flag':
      return text === 'true' ? true : text === 'false' ? false : null
    case 'number':
      return /^[+-]?\d{1,40}(?:\.\d{1,40})?$/.test(text) ? Number(text) : null
    case 'id':
      return /^-?\d{1,20}$/.test(text) ? BigInt(text) : null
    case 'date':
      return isDate(text) ? Date.parse(`${text}T00:00:00Z`) / MS_PER_DAY : null
    case 'instant':
      return parseInstant(text)
    case 'text':
    case 'long_text':
    case 'choice':
    case 'choices':
    case 'lookup':
      return text
    case 'other':
      return null
  }
}

/** A record's value in the form of {@link operandOf}; of a lookup its id. Null: there is none. */
export function comparableOf(kind: ValueKind, stored: unknown): Comparable | null {
  if (typeof stored === 'object' && stored !== null) {
    const id = kind === 'lookup' ? own(stored, 'id') : null
    return typeof id === 'string' ? id : null
  }
  if (typeof stored === 'string') return operandOf(kind, stored)
  return typeof stored === 'number' || typeof stored === 'boolean' ? operandOf(kind, String(stored)) : null
}

/** Below 0, 0 or above 0; text without regard to case, as Zoho's database compares. */
export function compare(one: Comparable, other: Comparable): number {
  const [left, right] = [caseless(one), caseless(other)]
  return left < right ? -1 : left > right ? 1 : 0
}

function caseless(value: Comparable): Comparable {
  return typeof value === 'string' ? value.toLowerCase() : value
}

/** One thing to sort by. */
export interface SortKey<Row> {
  readonly order: 'asc' | 'desc'
  readonly of: (row: Row) => Comparable | null
}

/** Sorts by the first key, then by the next; rows without a value come first, as nulls do in Zoho's database. */
export function sortedBy<Row>(rows: readonly Row[], keys: readonly SortKey<Row>[]): readonly Row[] {
  return rows
    .map(row => ({ row, values: keys.map(({ of }) => of(row)) }))
    .sort((one, other) => {
      for (const [at, { order }] of keys.entries()) {
        const difference = compareNulls(one.values[at] ?? null, other.values[at] ?? null)
        if (difference !== 0) return order === 'asc' ? difference : -difference
      }
      return 0
    })
    .map(({ row }) => row)
}

function compareNulls(one: Comparable | null, other: Comparable | null): number {
  if (one === null || other === null) return Number(one !== null) - Number(other !== null)
  return compare(one, other)
}
