/** A piece of a dump. */
export interface SqlToken {
  /** `word`: a keyword, a bare name, a number; `quoted`: what stood in quotes or backticks; `sign`: one character. */
  readonly kind: 'word' | 'quoted' | 'sign'
  readonly text: string
}

const SPACES = /\s+/y
const WORD = /[\w$@.+-]+/y
/** What has no meaning inside of quotes, by the quote. */
const HARMLESS = { "'": /[^'\\]*/y, '"': /[^"\\]*/y, '`': /[^`]*/y }

/** What a backslash and a letter stand for: https://dev.mysql.com/doc/refman/8.4/en/string-literals.html */
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['0', '\0'],
  ['b', '\b'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['Z', '\u001a'],
])

/** What a piece of the dump may end in the middle of: a text, by its quote, or a comment, by what ends it. */
type Inside = "'" | '"' | '`' | '*/' | '\n' | null

/**
 * Takes a dump of MySQL or MariaDB apart, in pieces of any size, so that it need not fit into memory. Comments are
 * left out, also those that MySQL runs: no rows stand in them. So is what stands between `DELIMITER ;;` and
 * `DELIMITER ;`: the text of routines.
 */
export class SqlTokens {
  readonly #onToken: (token: SqlToken) => void
  readonly #isWanted: () => boolean
  /** What has not been taken apart yet. */
  #rest = ''
  #inside: Inside = null
  /** Of the text inside of which it is. */
  #parts: string[] = []
  #beginsLine = true
  #isRoutine = false

  /** @param isWanted whether texts are of use now; where they are not, they are empty and take no memory */
  constructor(onToken: (token: SqlToken) => void, isWanted: () => boolean) {
    this.#onToken = onToken
    this.#isWanted = isWanted
  }

  push(piece: string): void {
    this.#rest += piece
    this.#takeApart(false)
  }

  /** Gives what is left. False: the dump ends in the middle of a text or a comment. */
  end(): boolean {
    this.#takeApart(true)
    return this.#rest === '' && (this.#inside === null || this.#inside === '\n')
  }

  #takeApart(isEnd: boolean): void {
    let at = 0
    while (at < this.#rest.length) {
      const end = this.#endOfPart(at, isEnd)
      if (end === null) break
      at = end
    }
    this.#rest = this.#rest.slice(at)
  }

  /** Where the part ends that begins here; null: what comes next decides. */
  #endOfPart(at: number, isEnd: boolean): number | null {
    switch (this.#inside) {
      case null:
        return this.#outside(at, isEnd)
      case '*/':
      case '\n':
        return this.#comment(at, this.#inside, isEnd)
      default:
        return this.#quoted(at, this.#inside, isEnd)
    }
  }

  #outside(at: number, isEnd: boolean): number | null {
    const text = this.#rest
    const spaces = matchEnd(SPACES, text, at)
    if (spaces > at) {
      this.#beginsLine ||= text.slice(at, spaces).includes('\n')
      return spaces
    }
    const [first = '', second = '', third = ''] = text.slice(at, at + 3)
    // Two or three characters tell a comment.
    if ('-/'.includes(first) && third === '' && !isEnd) return null
    if (first === '#' || (first === '-' && second === '-' && /^\s?$/.test(third)))
      return this.#enter('\n', at + 1)
    if (first === '/' && second === '*') return this.#enter('*/', at + 2)
    if (first === "'" || first === '"' || first === '`') return this.#enter(first, at + 1)
    const word = matchEnd(WORD, text, at)
    if (word === at) return this.#give({ kind: 'sign', text: first }, at + 1)
    if (word === text.length && !isEnd) return null
    if (this.#beginsLine && /^delimiter$/i.test(text.slice(at, word))) return this.#delimiter(word, isEnd)
    return this.#give({ kind: 'word', text: text.slice(at, word) }, word)
  }

  #enter(inside: Inside, next: number): number {
    this.#inside = inside
    return next
  }

  /** A line break is no part of the comment that it ends. */
  #comment(at: number, closing: '*/' | '\n', isEnd: boolean): number | null {
    const end = this.#rest.indexOf(closing, at)
    if (end >= 0) return this.#enter(null, closing === '\n' ? end : end + closing.length)
    // The last character may be the first of the two that end it.
    if (closing === '\n' || isEnd) return this.#rest.length
    return at < this.#rest.length - 1 ? this.#rest.length - 1 : null
  }

  #quoted(at: number, quote: "'" | '"' | '`', isEnd: boolean): number | null {
    const text = this.#rest
    const harmless = matchEnd(HARMLESS[quote], text, at)
    if (harmless > at) return this.#part(at, harmless)
    if (at + 1 === text.length && !(isEnd && text[at] === quote)) return null
    if (text[at] !== quote || text[at + 1] === quote) return this.#part(at, at + 2)
    const parts = this.#parts
    this.#parts = []
    this.#inside = null
    return this.#give({ kind: 'quoted', text: unescaped(parts.join(''), quote) }, at + 1)
  }

  #part(at: number, end: number): number {
    if (this.#isWanted()) this.#parts.push(this.#rest.slice(at, end))
    return end
  }

  #delimiter(at: number, isEnd: boolean): number | null {
    const lineEnd = this.#rest.indexOf('\n', at)
    if (lineEnd < 0 && !isEnd) return null
    const end = lineEnd < 0 ? this.#rest.length : lineEnd
    this.#isRoutine = this.#rest.slice(at, end).trim() !== ';'
    return end
  }

  #give(token: SqlToken, end: number): number {
    this.#beginsLine = false
    if (!this.#isRoutine) this.#onToken(token)
    return end
  }
}

function matchEnd(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at
  return pattern.test(text) ? pattern.lastIndex : at
}

function unescaped(text: string, quote: string): string {
  if (quote === '`') return text.replaceAll('``', '`')
  return text.replaceAll(/\\([\s\S])|(['"])\2/g, (pair, letter?: string, doubled?: string) => {
    if (letter !== undefined) return ESCAPES.get(letter) ?? letter
    return doubled === quote ? quote : pair
  })
}
