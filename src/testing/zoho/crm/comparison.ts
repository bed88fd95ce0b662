import { type Comparable, comparableOf, compare, type ValueKind } from './field-values.ts'

/** How COQL and bulk reads compare: exactly, without regard to case. */
export type Comparator =
  | 'one of'
  | 'below'
  | 'at most'
  | 'above'
  | 'at least'
  | 'between'
  | 'starts with'
  | 'ends with'
  | 'contains'
  | 'empty'

/** A comparator, or its negation. */
export interface Relation {
  readonly comparator: Comparator
  readonly negated: boolean
}

/** Whether a value has the relation to operands. Without a value none holds but `empty`, as in SQL. */
export function holds(
  { comparator, negated }: Relation,
  kind: ValueKind,
  stored: unknown,
  operands: readonly Comparable[],
): boolean {
  const values = valuesOf(kind, stored)
  if (comparator === 'empty') return (values.length === 0) !== negated
  return values.length > 0 && values.some(value => isTrue(comparator, value, operands)) !== negated
}

function isTrue(comparator: Comparator, value: Comparable, operands: readonly Comparable[]): boolean {
  const [first, second] = operands
  if (comparator === 'one of') return operands.some(operand => compare(value, operand) === 0)
  if (first === undefined) return false
  const [whole, part] = [String(value).toLowerCase(), String(first).toLowerCase()]
  switch (comparator) {
    case 'below':
      return compare(value, first) < 0
    case 'at most':
      return compare(value, first) <= 0
    case 'above':
      return compare(value, first) > 0
    case 'at least':
      return compare(value, first) >= 0
    case 'between':
      return second !== undefined && compare(value, first) >= 0 && compare(value, second) <= 0
    case 'starts with':
      return whole.startsWith(part)
    case 'ends with':
      return whole.endsWith(part)
    case 'contains':
      return whole.includes(part)
    case 'empty':
      return false
  }
}

/** The chosen ones of a field with several choices, else the one value, if there is one. */
function valuesOf(kind: ValueKind, stored: unknown): readonly Comparable[] {
  const all: readonly unknown[] = Array.isArray(stored) ? stored : [stored]
  return all
    .map(value => comparableOf(kind, value))
    .filter(value => value !== null)
    .filter(value => value !== '')
}
