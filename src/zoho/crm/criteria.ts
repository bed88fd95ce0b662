import { InvalidInputError } from 'evergrant'
import { parseFieldName, zohoTime } from './crm-input.ts'

/** What the field of a condition is compared with. A Date is a point in time; a day is written `yyyy-MM-dd`. */
export type CriteriaValue = string | number | boolean | Date

/** One condition, or several joined. Made by {@link criteria}; what is in it is escaped when it is sent. */
export type Criteria =
  | {
      readonly kind: 'condition'
      readonly field: string
      readonly operator: CriteriaOperator
      readonly values: readonly CriteriaValue[]
    }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Criteria[] }

/** How a field is compared. */
export type CriteriaOperator =
  | 'equals'
  | 'not_equal'
  | 'starts_with'
  | 'in'
  | 'greater_than'
  | 'greater_equal'
  | 'less_than'
  | 'less_equal'
  | 'between'

const MOST_CONDITIONS = 10
const MOST_VALUES = 100
const LONGEST = 3_000

/**
 * Makes the criteria of a search. Values cannot become part of the criteria: they are escaped.
 *
 * At Zoho `equals` of a text is "contains", without case and most punctuation. Ask for `exact` where that matters.
 *
 * @example
 * ```ts
 * criteria.and(criteria.equals('Last_Name', "O'Neill (Jr.)"), criteria.greaterThan('Annual_Revenue', 1000))
 * ```
 */
export const criteria: {
  /** The field is this: of a text, contains it. */
  equals(field: string, value: CriteriaValue): Criteria
  /** It is not. */
  notEqual(field: string, value: CriteriaValue): Criteria
  /** A text begins so. */
  startsWith(field: string, value: string): Criteria
  /** It is one of these, at most 100. */
  in(field: string, values: readonly CriteriaValue[]): Criteria
  /** A number, a day or a time above. */
  greaterThan(field: string, value: CriteriaValue): Criteria
  /** … or at it. */
  greaterEqual(field: string, value: CriteriaValue): Criteria
  /** Below. */
  lessThan(field: string, value: CriteriaValue): Criteria
  /** … or at it. */
  lessEqual(field: string, value: CriteriaValue): Criteria
  /** From the one to the other, both included. */
  between(field: string, from: CriteriaValue, to: CriteriaValue): Criteria
  /** All of them hold. */
  and(...of: readonly Criteria[]): Criteria
  /** One of them holds. */
  or(...of: readonly Criteria[]): Criteria
} = {
  equals: (field, value) => condition(field, 'equals', [value]),
  notEqual: (field, value) => condition(field, 'not_equal', [value]),
  startsWith: (field, value) => condition(field, 'starts_with', [value]),
  in: (field, values) => condition(field, 'in', values),
  greaterThan: (field, value) => condition(field, 'greater_than', [value]),
  greaterEqual: (field, value) => condition(field, 'greater_equal', [value]),
  lessThan: (field, value) => condition(field, 'less_than', [value]),
  lessEqual: (field, value) => condition(field, 'less_equal', [value]),
  between: (field, from, to) => condition(field, 'between', [from, to]),
  and: (...of) => joined('and', of),
  or: (...of) => joined('or', of),
}

function condition(field: string, operator: CriteriaOperator, values: readonly CriteriaValue[]): Criteria {
  if (!Array.isArray(values) || values.length === 0 || values.length > MOST_VALUES) {
    throw new InvalidInputError(`A condition has 1 to ${MOST_VALUES} values; Zoho takes no more.`)
  }
  for (const value of values) textOf(value)
  return { kind: 'condition', field: parseFieldName(field), operator, values }
}

function joined(kind: 'and' | 'or', of: readonly Criteria[]): Criteria {
  const [first] = of
  if (first === undefined) throw new InvalidInputError(`criteria.${kind}() needs conditions to join.`)
  return of.length === 1 ? first : { kind, of }
}

/** The criteria as Zoho reads them. @throws InvalidInputError they are more, or longer, than Zoho takes */
export function criteriaText(of: Criteria): string {
  if (conditionsOf(of).length > MOST_CONDITIONS) {
    throw new InvalidInputError(`Criteria have at most ${MOST_CONDITIONS} conditions at Zoho.`)
  }
  const text = written(of)
  if (text.length > LONGEST)
    throw new InvalidInputError(`Criteria have at most ${LONGEST} characters at Zoho.`)
  return text
}

/** Every condition in it. */
export function conditionsOf(of: Criteria): readonly Extract<Criteria, { readonly kind: 'condition' }>[] {
  return of.kind === 'condition' ? [of] : of.of.flatMap(conditionsOf)
}

/** What a value is as text, not escaped. @throws InvalidInputError it is none */
export function textOf(value: CriteriaValue): string {
  if (value instanceof Date) return zohoTime(value)
  const isPlain = typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))
  if (isPlain) return String(value)
  if (typeof value === 'string' && value.trim() !== '') return value
  throw new InvalidInputError(
    'A value of criteria is a text that is not empty, a finite number, true, false or a Date.',
  )
}

function written(of: Criteria): string {
  if (of.kind === 'condition') return `(${of.field}:${of.operator}:${of.values.map(escaped).join(',')})`
  // In pairs: Zoho's samples have no more side by side.
  return of.of.map(written).reduce((all, next) => `(${all}${of.kind}${next})`)
}

// A backslash that something special follows, or nothing, would be taken for the escape of it.
function escaped(value: CriteriaValue): string {
  return textOf(value).replace(/[(),]|\\(?=[(),\\]|$)/g, '\\$&')
}
