import { invalidQuery, type QueryRefusal } from '../query-refusal.ts'
import { placeOf, type Token, tokensOf } from './tokens.ts'

/** Reads a query token by token. What is wrong first is kept in `refusal`; methods then answer null. */
export class TokenReader {
  readonly #query: string
  readonly #source: Generator<Token, Token>
  /** Those that were looked at and not taken. */
  readonly #ahead: Token[] = []
  refusal: QueryRefusal | null = null
  /** Conditions that were read. */
  conditions = 0

  constructor(query: string) {
    this.#query = query
    this.#source = tokensOf(query)
  }

  get next(): Token {
    return this.#peek(0)
  }

  /** Takes the next token; the last one stays. */
  take(): Token {
    const token = this.#peek(0)
    if (token.kind !== 'end' && token.kind !== 'unknown') this.#ahead.shift()
    return token
  }

  /** Whether these words come next, in any case. */
  sees(...words: readonly string[]): boolean {
    return words.every((word, index) => {
      const token = this.#peek(index)
      return token.kind === 'word' && token.text.toLowerCase() === word
    })
  }

  /** Takes these words where they come next. */
  takes(...words: readonly string[]): boolean {
    const found = this.sees(...words)
    if (found) this.#ahead.splice(0, words.length)
    return found
  }

  seesSign(sign: string): boolean {
    return this.next.kind === 'sign' && this.next.text === sign
  }

  takesSign(sign: string): boolean {
    const found = this.seesSign(sign)
    if (found) this.#ahead.shift()
    return found
  }

  /** The sign must come next. Null: it does not. */
  mustTake(sign: string): true | null {
    return this.takesSign(sign) ? true : this.unexpected()
  }

  /**
   * Items separated by commas, at least one.
   * @param most more are `LIMIT_EXCEEDED`, with the clause
   */
  list<Item>(most: number, clause: string, item: () => Item | null): readonly Item[] | null {
    const items: Item[] = []
    do {
      if (items.length === most) return this.exceeds(most, clause)
      const found = item()
      if (found === null) return null
      items.push(found)
    } while (this.takesSign(','))
    return items
  }

  fail(refusal: QueryRefusal): null {
    this.refusal ??= refusal
    return null
  }

  exceeds(limit: number, clause: string): null {
    return this.fail({
      code: 'LIMIT_EXCEEDED',
      details: { limit, clause },
      message: `${clause} limit exceeded`,
    })
  }

  syntaxError(details: QueryRefusal['details'], message: string): null {
    return this.fail({ code: 'SYNTAX_ERROR', details, message })
  }

  /** The next token is not what can stand here. */
  unexpected(): null {
    const { next } = this
    if (next.kind === 'end') {
      return this.syntaxError(
        { near: this.#query.trimEnd().slice(-20) },
        'error occured while parsing the query',
      )
    }
    return this.syntaxError({ ...placeOf(this.#query, next), near: next.text }, 'unexpected token')
  }

  invalid(details: QueryRefusal['details'], message?: string): null {
    return this.fail(invalidQuery(details, message))
  }

  /** The token so many behind the next; behind the last one is the last one. */
  #peek(index: number): Token {
    while (this.#ahead.length <= index && !isLast(this.#ahead.at(-1)))
      this.#ahead.push(this.#source.next().value)
    return this.#ahead[index] ?? this.#ahead.at(-1) ?? { kind: 'end', text: '', at: 0 }
  }
}

function isLast(token: Token | undefined): boolean {
  return token?.kind === 'end' || token?.kind === 'unknown'
}
