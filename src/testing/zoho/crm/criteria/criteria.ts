/** The operators of the criteria of a search. */
export const operators = [
  'equals',
  'not_equal',
  'starts_with',
  'in',
  'greater_than',
  'greater_equal',
  'less_than',
  'less_equal',
  'between',
] as const

export type Operator = (typeof operators)[number]

/** One condition as it is written: names and values are not yet known to be right. */
export interface Condition {
  readonly kind: 'condition'
  readonly field: string
  readonly operator: string
  /** Separated by commas that were not escaped. */
  readonly values: readonly string[]
}

/** What a search asks for. */
export type Criteria =
  | Condition
  | { readonly kind: 'and' | 'or'; readonly of: readonly [Criteria, Criteria, ...Criteria[]] }
