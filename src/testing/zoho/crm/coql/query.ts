/** The operators of COQL, as its errors name them. */
export type CoqlOperator =
  | '='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'like'
  | 'not like'
  | 'in'
  | 'not in'
  | 'between'
  | 'is null'
  | 'is not null'

/** The functions over groups. */
export const aggregates = ['SUM', 'AVG', 'MIN', 'MAX', 'COUNT'] as const

export type Aggregate = (typeof aggregates)[number]

/** A column as it is written: a field of the module, or one that is reached through lookups: `Account_Name.Phone`. */
export interface ColumnName {
  readonly path: string
  readonly aggregate: Aggregate | null
}

/** A column of the answer. */
export interface SelectedColumn extends ColumnName {
  readonly alias: string | null
}

/** One condition: of a field, with values or with the answer of another query. */
export interface Comparison {
  readonly kind: 'comparison'
  readonly path: string
  readonly operator: CoqlOperator
  readonly values: readonly string[] | Query
}

export type Where = Comparison | { readonly kind: 'and' | 'or'; readonly left: Where; readonly right: Where }

/** A query that was understood. */
export interface Query {
  readonly columns: readonly SelectedColumn[]
  readonly module: string
  readonly where: Where
  readonly groupBy: readonly string[]
  readonly orderBy: readonly (ColumnName & { readonly order: 'asc' | 'desc' })[]
  /** How many rows at most: 1 to 2000. */
  readonly limit: number
  readonly offset: number
}

/** A column as an answer and errors name it. */
export function nameOf({ path, aggregate }: ColumnName): string {
  return aggregate === null ? path : `${aggregate}(${path})`
}

/** What a query costs of the credits of a day. */
export function creditsOf({ limit }: Query): number {
  return limit <= 200 ? 1 : limit <= 1_000 ? 2 : 3
}
