import type { Comparison, CoqlOperator, Query, Where } from './query.ts'
import type { TokenReader } from './token-reader.ts'

/** Zoho's limit on conditions of a query. */
const MOST_CONDITIONS = 25
/** Parentheses and queries in each other: far more than conditions need, and far from the stack's end. */
const DEEPEST = 50
const MOST_VALUES = 100

const signs: readonly CoqlOperator[] = ['=', '!=', '<', '<=', '>', '>=']

/**
 * Reads conditions: pairs in parentheses, `((a and b) and c)`. Three side by side are refused, as Zoho does.
 * @param subquery reads a query in parentheses
 */
export class WhereReader {
  readonly #reader: TokenReader
  readonly #subquery: (depth: number) => Query | null
  readonly #outer: number

  constructor(reader: TokenReader, depth: number, subquery: (depth: number) => Query | null) {
    this.#reader = reader
    this.#outer = depth
    this.#subquery = subquery
  }

  read(depth: number = this.#outer): Where | null {
    const left = this.#operand(depth)
    const connector = left && this.#connector()
    if (left === null || connector === null) return left
    const right = this.#operand(depth)
    if (right === null) return null
    const near = this.#reader.next.text
    if (this.#connector() !== null) {
      return this.#reader.syntaxError({ near }, 'error occured while parsing the query')
    }
    return { kind: connector, left, right }
  }

  #connector(): 'and' | 'or' | null {
    return this.#reader.takes('and') ? 'and' : this.#reader.takes('or') ? 'or' : null
  }

  #operand(depth: number): Where | null {
    const reader = this.#reader
    if (depth >= DEEPEST) return reader.unexpected()
    if (reader.sees('not')) return reader.syntaxError({ operator: 'not' }, 'operator not supported')
    if (!reader.takesSign('(')) return this.#comparison(depth)
    const inner = this.read(depth + 1)
    return inner && reader.mustTake(')') && inner
  }

  #comparison(depth: number): Comparison | null {
    const reader = this.#reader
    // Those of queries in parentheses count, too: a query's work is bounded by them.
    reader.conditions += 1
    if (reader.conditions > MOST_CONDITIONS) return reader.exceeds(MOST_CONDITIONS, 'where')
    if (reader.next.kind !== 'word' && reader.next.kind !== 'quoted') return reader.unexpected()
    const path = reader.take().text
    const operator = this.#operator()
    const values = operator && this.#values(operator, depth)
    return operator && values && { kind: 'comparison', path, operator, values }
  }

  #operator(): CoqlOperator | null {
    const reader = this.#reader
    const sign = signs.find(known => reader.seesSign(known))
    if (sign !== undefined) {
      reader.take()
      return sign
    }
    if (reader.takes('is', 'not', 'null')) return 'is not null'
    if (reader.takes('is', 'null')) return 'is null'
    if (reader.takes('not', 'in')) return 'not in'
    if (reader.takes('not', 'like')) return 'not like'
    if (reader.takes('in')) return 'in'
    if (reader.takes('like')) return 'like'
    if (reader.takes('between')) return 'between'
    if (reader.next.kind !== 'word') return reader.unexpected()
    return reader.syntaxError({ operator: reader.next.text.toLowerCase() }, 'operator not supported')
  }

  #values(operator: CoqlOperator, depth: number): readonly string[] | Query | null {
    const reader = this.#reader
    switch (operator) {
      case 'is null':
      case 'is not null':
        return []
      case 'between': {
        const first = this.#literal()
        if (first === null) return null
        if (!reader.takes('and')) return reader.unexpected()
        const second = this.#literal()
        return second === null ? null : [first, second]
      }
      case 'in':
      case 'not in': {
        if (!reader.mustTake('(')) return null
        const values = reader.sees('select') ? this.#subquery(depth + 1) : this.#literals()
        return values && reader.mustTake(')') && values
      }
      default: {
        if (!reader.takesSign('(')) {
          const value = this.#literal()
          return value === null ? null : [value]
        }
        const query = reader.sees('select') ? this.#subquery(depth + 1) : reader.unexpected()
        return query && reader.mustTake(')') && query
      }
    }
  }

  #literals(): readonly string[] | null {
    return this.#reader.list(MOST_VALUES, 'in', () => this.#literal())
  }

  /** A quoted text, a number, or a bare true or false. */
  #literal(): string | null {
    const reader = this.#reader
    const { kind } = reader.next
    if (kind === 'quoted' || kind === 'number' || reader.sees('true') || reader.sees('false')) {
      const { text } = reader.take()
      return kind === 'word' ? text.toLowerCase() : text
    }
    return reader.unexpected()
  }
}
