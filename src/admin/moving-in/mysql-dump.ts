import { InvalidInputError } from '../../errors.ts'
import { type SqlToken, SqlTokens } from './sql-tokens.ts'

/** A row of a dump, by the names of its columns; null is the database's own. */
export type DumpRow = Readonly<Record<string, string | null>>

const HOW_TO_DUMP = 'Dump it with mysqldump, the whole table'
/** A statement shows what it is within so many pieces, and before its first parenthesis. */
const HEAD = 16
const MODIFIERS = /^(?:into|ignore|low_priority|high_priority|delayed|temporary|table|if|not|exists)$/i
/** What a definition in CREATE TABLE begins with that is no column. */
const NO_COLUMN = /^(?:primary|key|unique|constraint|index|fulltext|spatial|foreign|check|period)$/i

/**
 * The rows of one table of a dump that `mysqldump` or `mariadb-dump` has written, with or without CREATE TABLE.
 * @throws InvalidInputError the dump is cut off or does not hold the table, or holds it of several databases; its
 *   message quotes no value
 */
export async function readMysqlDump(
  pieces: AsyncIterable<string>,
  table: string,
): Promise<readonly DumpRow[]> {
  const reader = new DumpReader(table)
  const tokens = new SqlTokens(
    token => reader.token(token),
    () => reader.isReading,
  )
  for await (const piece of pieces) tokens.push(piece)
  if (!tokens.end()) throw new InvalidInputError(`The dump ends in the middle of a text. ${HOW_TO_DUMP}.`)
  return reader.end()
}

class DumpReader {
  readonly #table: string
  readonly #rows: DumpRow[] = []
  readonly #others = new Set<string>()
  readonly #databases = new Set<string>()
  #database = ''
  #columns: readonly string[] = []
  #isThere = false
  /** Of the statement; null: it is of no interest. */
  #tokens: SqlToken[] | null = []

  constructor(table: string) {
    this.#table = table
  }

  /** Whether the statement is of interest, or may become it. */
  get isReading(): boolean {
    return this.#tokens !== null
  }

  token(token: SqlToken): void {
    if (token.kind === 'sign' && token.text === ';') {
      if (this.#tokens !== null) this.#statement(this.#tokens)
      this.#tokens = []
      return
    }
    if (this.#tokens === null) return
    this.#tokens.push(token)
    if (this.#tokens.length > HEAD) return
    const endsHead = isSign(token, '(') || isValues(token) || this.#tokens.length === HEAD
    if (endsHead && !this.#concerns(this.#tokens)) this.#tokens = null
  }

  end(): readonly DumpRow[] {
    if ((this.#tokens?.length ?? 1) > 0) {
      throw new InvalidInputError(`The dump ends in the middle of a statement. ${HOW_TO_DUMP}.`)
    }
    if (!this.#isThere) {
      const there =
        this.#others.size === 0 ? 'no table at all' : `only ${[...this.#others].slice(0, 20).join(', ')}`
      throw new InvalidInputError(
        `The dump does not hold the table ${JSON.stringify(this.#table)}; it holds ${there}. ` +
          'Name the one that it is with --table (in code: table).',
      )
    }
    if (this.#databases.size > 1) {
      throw new InvalidInputError(
        `The dump holds the table ${JSON.stringify(this.#table)} of several databases. Dump the one that it is.`,
      )
    }
    return this.#rows
  }

  /** Whether a statement is about the table. */
  #concerns(tokens: readonly SqlToken[]): boolean {
    const verb = tokens[0]?.text.toLowerCase() ?? ''
    if (tokens[0]?.kind !== 'word' || !['insert', 'replace', 'create'].includes(verb)) return false
    const isTable = verb !== 'create' || tokens.slice(1, 3).some(({ text }) => /^table$/i.test(text))
    const name = isTable ? nameIn(tokens) : null
    if (name === null) return false
    if (name.table === this.#table) return true
    this.#others.add(name.table)
    return false
  }

  #statement(tokens: readonly SqlToken[]): void {
    if (tokens[0]?.kind === 'word' && /^use$/i.test(tokens[0].text)) this.#database = tokens[1]?.text ?? ''
    if (!this.#concerns(tokens)) return
    const { database, next } = nameIn(tokens) ?? { database: null, next: 0 }
    this.#isThere = true
    if (/^create$/i.test(tokens[0]?.text ?? '')) {
      this.#columns = columnsIn(tokens.slice(next))
    } else {
      this.#databases.add(database ?? this.#database)
      this.#insert(tokens.slice(next))
    }
  }

  #insert(tokens: readonly SqlToken[]): void {
    const start = tokens.findIndex(isValues)
    const named = tokens.slice(0, Math.max(0, start)).filter(({ kind }) => kind !== 'sign')
    const columns = named.length > 0 ? named.map(({ text }) => text) : this.#columns
    if (start < 0) throw this.#unreadable()
    if (columns.length === 0) {
      throw new InvalidInputError(
        'The dump names no columns. Dump the table with its CREATE TABLE, or with --complete-insert of mysqldump.',
      )
    }
    for (const values of tuplesIn(tokens.slice(start + 1))) {
      if (values?.length !== columns.length) throw this.#unreadable()
      this.#rows.push(Object.fromEntries(columns.map((column, index) => [column, values[index] ?? null])))
    }
  }

  #unreadable(): InvalidInputError {
    return new InvalidInputError(
      `Row ${this.#rows.length + 1} of the table ${JSON.stringify(this.#table)} in the dump cannot be read. ${HOW_TO_DUMP}.`,
    )
  }
}

interface TableName {
  readonly database: string | null
  readonly table: string
  /** The place behind it. */
  readonly next: number
}

/** The table that a statement is about: `t`, `` `t` ``, `db.t`, `` `db`.`t` ``. */
function nameIn(tokens: readonly SqlToken[]): TableName | null {
  const at = tokens.findIndex(
    ({ kind, text }, index) => index > 0 && !(kind === 'word' && MODIFIERS.test(text)),
  )
  const [first, dot, second] = [tokens[at], tokens[at + 1], tokens[at + 2]]
  if (first === undefined || first.kind === 'sign') return null
  if (dot?.kind === 'word' && dot.text === '.' && second !== undefined) {
    return { database: first.text, table: second.text, next: at + 3 }
  }
  const parts = first.kind === 'word' ? first.text.split('.') : [first.text]
  return { database: parts.length > 1 ? (parts[0] ?? null) : null, table: parts.at(-1) ?? '', next: at + 1 }
}

/** The names of the columns in `( … )` of a CREATE TABLE. */
function columnsIn(tokens: readonly SqlToken[]): readonly string[] {
  const columns: string[] = []
  let depth = 0
  let begins = false
  for (const { kind, text } of tokens) {
    const isColumn = kind === 'quoted' || (kind === 'word' && !NO_COLUMN.test(text))
    if (begins && isColumn) columns.push(text)
    if (kind === 'sign' && text === '(') depth += 1
    if (kind === 'sign' && text === ')') depth -= 1
    begins = kind === 'sign' && depth === 1 && (text === ',' || (text === '(' && columns.length === 0))
    if (depth === 0) break
  }
  return columns
}

/** The tuples behind VALUES; null in the place of one that is none. */
function* tuplesIn(tokens: readonly SqlToken[]): Generator<readonly (string | null)[] | null> {
  let at = 0
  do {
    const end = tokens.findIndex(({ kind, text }, index) => index > at && kind === 'sign' && text === ')')
    yield isSign(tokens[at], '(') && end > 0 ? valuesIn(tokens.slice(at + 1, end)) : null
    at = end + 2
  } while (isSign(tokens[at - 1], ','))
}

function valuesIn(tokens: readonly SqlToken[]): readonly (string | null)[] | null {
  const values: (string | null)[] = []
  let value: SqlToken[] = []
  for (const token of [...tokens, COMMA]) {
    if (!isSign(token, ',')) {
      value.push(token)
      continue
    }
    const text = literalOf(value)
    if (text === undefined) return null
    values.push(text)
    value = []
  }
  return values
}

const COMMA: SqlToken = { kind: 'sign', text: ',' }

/** A text, a number, NULL, or bytes in hex, with or without a character set before it. Undefined: none of them. */
function literalOf(tokens: readonly SqlToken[]): string | null | undefined {
  const [first, second, third] = tokens
  if (first === undefined || third !== undefined) return undefined
  if (second !== undefined) {
    if (first.kind !== 'word' || second.kind !== 'quoted') return undefined
    if (/^x$/i.test(first.text)) return fromHex(second.text)
    return first.text.startsWith('_') ? second.text : undefined
  }
  if (first.kind === 'quoted') return first.text
  if (/^null$/i.test(first.text)) return null
  if (/^0x/i.test(first.text)) return fromHex(first.text.slice(2))
  return /^[+-]?[\d.]+(?:e[+-]?\d+)?$/i.test(first.text) ? first.text : undefined
}

function fromHex(hex: string): string | undefined {
  return /^(?:[0-9a-f]{2})*$/i.test(hex) ? Buffer.from(hex, 'hex').toString('utf8') : undefined
}

function isValues({ kind, text }: SqlToken): boolean {
  return kind === 'word' && /^values?$/i.test(text)
}

function isSign(token: SqlToken | undefined, text: string): boolean {
  return token?.kind === 'sign' && token.text === text
}
