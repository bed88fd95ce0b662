import {
  type Comparable,
  comparableOf,
  compare,
  type FieldOf,
  kindOf,
  operandOf,
  type Row,
  storedValue,
  type ValueKind,
} from '../field-values.ts'
import { own } from '../json-objects.ts'
import { invalidQuery, type QueryRefusal } from '../query-refusal.ts'
import { type Condition, type Criteria, type Operator, operators } from './criteria.ts'
import { folded, fuzzyContains, fuzzyStartsWith } from './fuzzy.ts'

/** Criteria made into a test of records, or what is wrong with them. */
export type RecordTest =
  | { readonly kind: 'test'; readonly test: (record: Row) => boolean }
  | { readonly kind: 'refused'; readonly refusal: QueryRefusal }

/** Zoho's limit on the values of `in`. */
const MOST_VALUES = 100
/** In place of a value: the field has none. */
const EMPTY = `$${'{EMPTY}'}`

const ordered = [
  ...(['equals', 'not_equal', 'greater_than', 'greater_equal', 'less_than', 'less_equal'] as const),
  ...(['between', 'in'] as const),
]

/** Which operators the fields of each kind take. */
const operatorsOf: Readonly<Record<ValueKind, readonly Operator[]>> = {
  text: ['equals', 'not_equal', 'starts_with', 'in'],
  long_text: ['equals', 'not_equal', 'starts_with'],
  choice: ['equals', 'not_equal', 'in'],
  choices: ['equals', 'not_equal', 'in', 'starts_with'],
  flag: ['equals', 'not_equal'],
  number: ordered,
  id: ordered,
  date: ordered,
  instant: ordered,
  lookup: ['equals', 'not_equal', 'in'],
  other: [],
}

/** Makes criteria a test of records, with the fuzziness of Zoho's index: {@link sameInIndex}. */
export function testOf(criteria: Criteria, fieldOf: FieldOf): RecordTest {
  if (criteria.kind === 'condition') return testOfCondition(criteria, fieldOf)
  const tests: ((record: Row) => boolean)[] = []
  for (const part of criteria.of) {
    const made = testOf(part, fieldOf)
    if (made.kind === 'refused') return made
    tests.push(made.test)
  }
  return criteria.kind === 'and'
    ? { kind: 'test', test: record => tests.every(test => test(record)) }
    : { kind: 'test', test: record => tests.some(test => test(record)) }
}

function testOfCondition(condition: Condition, fieldOf: FieldOf): RecordTest {
  const { field: name, values } = condition
  const refuse = (reason: string, details: object): RecordTest => {
    return { kind: 'refused', refusal: invalidQuery({ reason, api_name: name, ...details }) }
  }
  const field = fieldOf(name)
  if (field === undefined) return refuse('the field is not available', {})
  const kind = kindOf(field.data_type)
  const operator = operators.find(known => known === condition.operator)
  if (operator === undefined || !operatorsOf[kind].includes(operator)) {
    return refuse('invalid operator found', { operator: condition.operator })
  }
  if (operator === 'in' && values.length > MOST_VALUES) {
    const message = `Only ${MOST_VALUES} values are allowed in "IN" criteria`
    return { kind: 'refused', refusal: invalidQuery({ param_name: name }, message) }
  }
  if (!hasRightNumber(operator, values)) return refuse('invalid value found', { value: values.join(',') })
  if (values[0] === EMPTY && (operator === 'equals' || operator === 'not_equal')) {
    const wanted = operator === 'equals'
    return { kind: 'test', test: record => isEmpty(storedValue(record, field)) === wanted }
  }
  const operands: Comparable[] = []
  for (const value of values) {
    const operand = operandOf(kind, value)
    if (operand === null) return refuse('invalid value found', { expected_data_type: field.data_type })
    operands.push(operand)
  }
  return { kind: 'test', test: record => holds(operator, kind, storedValue(record, field), operands) }
}

function hasRightNumber(operator: Operator, values: readonly string[]): boolean {
  if (values.some(value => value === '')) return false
  if (operator === 'in') return true
  return values.length === (operator === 'between' ? 2 : 1)
}

function isEmpty(value: unknown): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0)
}

function holds(
  operator: Operator,
  kind: ValueKind,
  stored: unknown,
  operands: readonly Comparable[],
): boolean {
  const [first = '', second = ''] = operands
  const order = (operand: Comparable): number => {
    const value = comparableOf(kind, stored)
    return value === null ? Number.NaN : compare(value, operand)
  }
  switch (operator) {
    case 'equals':
      return sameInIndex(kind, stored, first)
    case 'not_equal':
      return !sameInIndex(kind, stored, first)
    case 'starts_with':
      return textsOf(stored).some(text => fuzzyStartsWith(text, String(first)))
    case 'in':
      return operands.some(operand => isIn(kind, stored, operand))
    case 'greater_than':
      return order(first) > 0
    case 'greater_equal':
      return order(first) >= 0
    case 'less_than':
      return order(first) < 0
    case 'less_equal':
      return order(first) <= 0
    case 'between':
      return order(first) >= 0 && order(second) <= 0
  }
}

/** Equal as Zoho's index sees it: a text that contains the other, punctuation aside; a choice exactly. */
function sameInIndex(kind: ValueKind, stored: unknown, operand: Comparable): boolean {
  if (kind === 'text' || kind === 'long_text') {
    return textsOf(stored).some(text => fuzzyContains(text, String(operand)))
  }
  return isIn(kind, stored, operand)
}

/** `in` compares whole texts. */
function isIn(kind: ValueKind, stored: unknown, operand: Comparable): boolean {
  if (kind === 'text') return textsOf(stored).some(text => folded(text) === folded(String(operand)))
  if (kind === 'choice' || kind === 'choices') return textsOf(stored).includes(String(operand))
  if (kind === 'lookup') {
    const [id, name] = [own(stored, 'id'), own(stored, 'name')]
    return id === operand || (typeof name === 'string' && folded(name) === folded(String(operand)))
  }
  const value = comparableOf(kind, stored)
  return value !== null && compare(value, operand) === 0
}

function textsOf(stored: unknown): readonly string[] {
  const all: readonly unknown[] = Array.isArray(stored) ? stored : [stored]
  return all.filter(value => typeof value === 'string')
}
