import { holds, type Relation } from '../comparison.ts'
import { type Comparable, comparableOf, operandOf, type Row, type ValueKind } from '../field-values.ts'
import { invalidQuery, type QueryRefusal } from '../query-refusal.ts'
import { type CoqlSource, columnOf } from './columns.ts'
import type { Comparison, CoqlOperator, Query, Where } from './query.ts'

/** Conditions made into a test of records, or what is wrong with them. */
export type WhereTest =
  | { readonly kind: 'test'; readonly test: (row: Row) => boolean }
  | { readonly kind: 'refused'; readonly refusal: QueryRefusal }

/** The values that a query in parentheses gives. */
export type SubqueryAnswer =
  | { readonly kind: 'values'; readonly values: readonly unknown[] }
  | { readonly kind: 'refused'; readonly refusal: QueryRefusal }

/** Answers a query in parentheses. */
export type Subquery = (query: Query, operator: CoqlOperator) => SubqueryAnswer

const whole: readonly CoqlOperator[] = ['=', '!=', 'in', 'not in', 'is null', 'is not null']
const patterns: readonly CoqlOperator[] = [...whole, 'like', 'not like']
const ordered: readonly CoqlOperator[] = [...whole, '<', '<=', '>', '>=', 'between']

/** Which operators the columns of each kind take. */
const operatorsOf: Readonly<Record<ValueKind, readonly CoqlOperator[]>> = {
  text: patterns,
  long_text: [],
  choice: patterns,
  choices: patterns,
  flag: ['='],
  number: ordered,
  id: ordered,
  date: ordered,
  instant: ordered,
  lookup: whole,
  other: [],
}

/** Makes the conditions of a query a test of its module's records. */
export function whereTest(where: Where, module: string, source: CoqlSource, subquery: Subquery): WhereTest {
  if (where.kind === 'comparison') return comparisonTest(where, module, source, subquery)
  const left = whereTest(where.left, module, source, subquery)
  if (left.kind === 'refused') return left
  const right = whereTest(where.right, module, source, subquery)
  if (right.kind === 'refused') return right
  return where.kind === 'and'
    ? { kind: 'test', test: row => left.test(row) && right.test(row) }
    : { kind: 'test', test: row => left.test(row) || right.test(row) }
}

function comparisonTest(
  { path, operator, values: given }: Comparison,
  module: string,
  source: CoqlSource,
  subquery: Subquery,
): WhereTest {
  const refuse = (refusal: QueryRefusal): WhereTest => ({ kind: 'refused', refusal })
  const column = columnOf(path, module, source)
  if ('code' in column) return refuse(column)
  const allowed = operatorsOf[column.kind]
  if (allowed.length === 0) {
    return refuse(
      invalidQuery({ cv_criteria: false, column_name: path, operator }, 'unsupported column in criteria'),
    )
  }
  if (!allowed.includes(operator)) {
    return refuse(invalidQuery({ reason: 'invalid operator found', column_name: path, operator }))
  }
  const answer = 'columns' in given ? subquery(given, operator) : { kind: 'values' as const, values: given }
  if (answer.kind === 'refused') return answer
  const operands: Comparable[] = []
  for (const value of answer.values) {
    const operand =
      typeof value === 'string' ? operandOf(column.kind, value) : comparableOf(column.kind, value)
    if (operand !== null) operands.push(operand)
    else if (value !== null) {
      return refuse(
        invalidQuery({
          reason: 'invalid value found',
          column_name: path,
          expected_data_type: column.field.data_type,
        }),
      )
    }
  }
  const [relation, compared] = relationOf(operator, operands)
  return { kind: 'test', test: row => holds(relation, column.kind, column.of(row), compared) }
}

type Patterned = readonly [Relation, readonly Comparable[]]

/** `%` stands for anything, at the start and at the end: Zoho's `like` begins, ends or contains. */
function like(pattern: string, negated: boolean): Patterned {
  const start = pattern.startsWith('%')
  const end = pattern.length > 1 && pattern.endsWith('%')
  const part = pattern.slice(start ? 1 : 0, end ? -1 : undefined)
  const comparator = start ? (end ? 'contains' : 'ends with') : end ? 'starts with' : 'one of'
  return [{ comparator, negated }, [part]]
}

const relations: Readonly<Record<Exclude<CoqlOperator, 'like' | 'not like'>, Relation>> = {
  '=': { comparator: 'one of', negated: false },
  '!=': { comparator: 'one of', negated: true },
  in: { comparator: 'one of', negated: false },
  'not in': { comparator: 'one of', negated: true },
  '<': { comparator: 'below', negated: false },
  '<=': { comparator: 'at most', negated: false },
  '>': { comparator: 'above', negated: false },
  '>=': { comparator: 'at least', negated: false },
  between: { comparator: 'between', negated: false },
  'is null': { comparator: 'empty', negated: false },
  'is not null': { comparator: 'empty', negated: true },
}

function relationOf(operator: CoqlOperator, operands: readonly Comparable[]): Patterned {
  if (operator === 'like' || operator === 'not like') {
    const [pattern] = operands
    // Nothing is like the nothing that a query in parentheses gave.
    return pattern === undefined ? [relations.in, []] : like(String(pattern), operator === 'not like')
  }
  return [relations[operator], operands]
}
