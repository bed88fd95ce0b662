import type { QueryRefusal } from '../query-refusal.ts'
import { aggregates, type ColumnName, type Query, type SelectedColumn } from './query.ts'
import { TokenReader } from './token-reader.ts'
import { WhereReader } from './where.ts'

/** A query that was understood, or why it was not. */
export type ParsedQuery =
  | { readonly kind: 'query'; readonly query: Query }
  | { readonly kind: 'refused'; readonly refusal: QueryRefusal }

/** Zoho's limits. */
const MOST_COLUMNS = 50
const MOST_GROUPS = 4
const MOST_ORDERS = 10
const LARGEST_LIMIT = 2_000
const DEFAULT_LIMIT = 200

/**
 * Reads a query of the CRM Object Query Language. Names are not yet compared with the modules.
 * @see https://www.zoho.com/crm/developer/docs/api/v8/COQL-Overview.html
 */
export function parseQuery(text: string): ParsedQuery {
  const parser = new QueryParser(new TokenReader(text))
  return parser.whole()
}

class QueryParser {
  readonly #reader: TokenReader

  constructor(reader: TokenReader) {
    this.#reader = reader
  }

  whole(): ParsedQuery {
    const reader = this.#reader
    if (!reader.sees('select')) {
      reader.syntaxError({}, 'given coql query not supported')
    }
    const query = reader.refusal === null ? this.#query(0) : null
    if (query !== null && reader.next.kind !== 'end') reader.unexpected()
    if (query !== null && reader.refusal === null) return { kind: 'query', query }
    reader.unexpected()
    // After `unexpected` there always is one.
    return { kind: 'refused', refusal: reader.refusal ?? { code: 'SYNTAX_ERROR', details: {}, message: '' } }
  }

  #query(depth: number): Query | null {
    const reader = this.#reader
    reader.take()
    const columns = reader.list(MOST_COLUMNS, 'select', () => this.#selected())
    if (columns === null) return null
    if (!reader.takes('from')) return this.#missing('from')
    if (reader.next.kind !== 'word' && reader.next.kind !== 'quoted') return reader.unexpected()
    const module = reader.take().text
    if (!reader.takes('where')) return this.#missing('where')
    const where = new WhereReader(reader, depth, inner => this.#query(inner)).read()
    if (where === null) return null
    return this.#rest({ columns, module, where }, depth === 0 ? DEFAULT_LIMIT : LARGEST_LIMIT)
  }

  #rest(start: Pick<Query, 'columns' | 'module' | 'where'>, defaultLimit: number): Query | null {
    const reader = this.#reader
    const groupBy = reader.takes('group', 'by')
      ? reader.list(MOST_GROUPS, 'group by', () => this.#path())
      : []
    if (groupBy === null) return null
    const orderBy = reader.takes('order', 'by')
      ? reader.list(MOST_ORDERS, 'order by', () => this.#ordered())
      : []
    if (orderBy === null) return null
    const rows = this.#rows(defaultLimit)
    return rows && { ...start, groupBy, orderBy, ...rows }
  }

  #missing(clause: string): null {
    const { next } = this.#reader
    // Something else stands where the clause should.
    if (next.kind !== 'end' && !this.#isClause(next.text)) return this.#reader.unexpected()
    return this.#reader.syntaxError({ clause }, 'missing clause')
  }

  #isClause(text: string): boolean {
    return [')', 'where', 'group', 'order', 'limit', 'offset'].includes(text.toLowerCase())
  }

  #path(): string | null {
    const { kind } = this.#reader.next
    // A quoted name is how a word of SQL can be the name of a column.
    return kind === 'quoted' || (kind === 'word' && !this.#reader.sees('from'))
      ? this.#reader.take().text
      : this.#reader.unexpected()
  }

  #column(): ColumnName | null {
    const reader = this.#reader
    const name = this.#path()
    if (name === null) return null
    if (!reader.takesSign('(')) return { path: name, aggregate: null }
    const path = this.#path()
    if (path === null || !reader.mustTake(')')) return null
    const aggregate = aggregates.find(known => known === name.toUpperCase())
    if (aggregate !== undefined) return { path, aggregate }
    return reader.fail({
      code: 'INVALID_DATA',
      details: { reason: 'unsupported aggregate function', column: `${name}(${path})` },
      message: 'invalid data',
    })
  }

  #selected(): SelectedColumn | null {
    const column = this.#column()
    if (column === null || !this.#reader.takes('as')) return column && { ...column, alias: null }
    const alias = this.#path()
    if (alias !== '') return alias === null ? null : { ...column, alias }
    return this.#reader.fail({
      code: 'INVALID_ALIAS',
      details: { column_name: column.path, alias },
      message: 'alias name cannot be an empty string',
    })
  }

  #ordered(): Query['orderBy'][number] | null {
    const column = this.#column()
    if (column === null) return null
    const order = this.#reader.takes('desc') ? 'desc' : 'asc'
    if (order === 'asc') this.#reader.takes('asc')
    return { ...column, order }
  }

  /** `limit 200`, `limit 400, 200` (offset first) or `limit 200 offset 400`. */
  #rows(defaultLimit: number): { limit: number; offset: number } | null {
    const reader = this.#reader
    let [limit, offset] = [String(defaultLimit), '0']
    if (reader.takes('limit')) {
      limit = reader.take().text
      if (reader.takesSign(',')) [offset, limit] = [limit, reader.take().text]
    }
    if (reader.takes('offset')) offset = reader.take().text
    if (!/^\d{1,7}$/.test(offset)) return reader.invalid({ offset }, 'offset given seems to be invalid')
    if (/^(?:0{1,7}|-\d{1,7})$/.test(limit)) {
      return reader.fail({ code: 'INVALID_DATA', details: {}, message: 'limit should be greater than 0' })
    }
    if (!/^\d{1,7}$/.test(limit) || Number(limit) > LARGEST_LIMIT) {
      return reader.invalid({ limit }, 'limit given seems to be invalid')
    }
    return { limit: Number(limit), offset: Number(offset) }
  }
}
