/** A piece of a dump. */
export interface SqlToken {
  /** `word`: a keyword, a bare name, a number; `quoted`: what stood in quotes or backticks; `sign`: one character. */
  readonly kind: 'word' | 'quoted' | 'sign'
  readonly text: string
}

const SPACES = /\s+/y
const WORD = /[\w$@.+-]+/y
/** What has no meaning inside of quotes, by the quote. */
const HARMLESS: Readonly<Record<string, RegExp>> = { "'": /[^'\\]*/y, '"': /[^"\\]*/y, '`': /[^`]*/y }

/** What a backslash and a letter stand for: https://dev.mysql.com/doc/refman/8.4/en/string-literals.html */
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['0', '\0'],
  ['b', '\b'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['Z', '\u001a'],
])

/**
 * Takes a dump of MySQL or MariaDB apart, in pieces of any size, so that it need not fit into memory. Comments are
 * left out, also those that MySQL runs: no rows stand in them. So is what stands between `DELIMITER ;;` and
 * `DELIMITER ;`: the text of routines.
 */
export class SqlTokens {
  readonly #onToken: (token: SqlToken) => void
  /** What has not been taken apart yet. */
  #rest = ''
  /** How far into it a quoted text has been looked through. */
  #looked = 0
  #beginsLine = true
  #isRoutine = false

  constructor(onToken: (token: SqlToken) => void) {
    this.#onToken = onToken
  }

  push(piece: string): void {
    this.#rest += piece
    this.#takeApart(false)
  }

  /** Gives what is left. False: the dump ends in the middle of a text or a comment. */
  end(): boolean {
    this.#takeApart(true)
    return this.#rest === ''
  }

  #takeApart(isEnd: boolean): void {
    let at = 0
    while (at < this.#rest.length) {
      const end = this.#endOfPart(at, isEnd)
      if (end === null) break
      at = end
      this.#looked = 0
    }
    this.#rest = this.#rest.slice(at)
    this.#looked = Math.max(0, this.#looked - at)
  }

  /** Where the part ends that begins here; null: it goes on in the next piece, or may. */
  #endOfPart(at: number, isEnd: boolean): number | null {
    const text = this.#rest
    const [first = '', second = '', third = ''] = text.slice(at, at + 3)
    const spaces = matchEnd(SPACES, text, at)
    if (spaces > at) {
      this.#beginsLine ||= text.slice(at, spaces).includes('\n')
      return spaces
    }
    // Two or three characters tell a comment.
    if ('-/'.includes(first) && third === '' && !isEnd) return null
    const isComment = first === '#' || (first === '-' && second === '-' && /^\s?$/.test(third))
    if (isComment) return endOf(text, '\n', at, isEnd)
    if (first === '/' && second === '*') {
      const end = text.indexOf('*/', at + 2)
      return end < 0 ? null : end + 2
    }
    if (first in HARMLESS) return this.#quoted(at, first, isEnd)
    const word = matchEnd(WORD, text, at)
    if (word === at) return this.#give({ kind: 'sign', text: first }, at + 1)
    if (word === text.length && !isEnd) return null
    if (this.#beginsLine && /^delimiter$/i.test(text.slice(at, word))) return this.#delimiter(word, isEnd)
    return this.#give({ kind: 'word', text: text.slice(at, word) }, word)
  }

  #quoted(at: number, quote: string, isEnd: boolean): number | null {
    const text = this.#rest
    const harmless = HARMLESS[quote] ?? SPACES
    let end = Math.max(at + 1, this.#looked)
    for (;;) {
      end = matchEnd(harmless, text, end)
      this.#looked = end
      const isLast = end + 1 >= text.length
      if (end >= text.length || (isLast && !(isEnd && text[end] === quote))) return null
      if (text[end] === quote && text[end + 1] !== quote) {
        return this.#give({ kind: 'quoted', text: unescaped(text.slice(at + 1, end), quote) }, end + 1)
      }
      end += 2
    }
  }

  #delimiter(at: number, isEnd: boolean): number | null {
    const end = endOf(this.#rest, '\n', at, isEnd)
    if (end !== null) this.#isRoutine = this.#rest.slice(at, end).trim() !== ';'
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

/** Where a line ends: its break belongs to what follows. */
function endOf(text: string, sign: string, at: number, isEnd: boolean): number | null {
  const end = text.indexOf(sign, at)
  if (end >= 0) return end
  return isEnd ? text.length : null
}

function unescaped(text: string, quote: string): string {
  if (quote === '`') return text.replaceAll('``', '`')
  return text.replaceAll(/\\([\s\S])|(['"])\2/g, (pair, letter?: string, doubled?: string) => {
    if (letter !== undefined) return ESCAPES.get(letter) ?? letter
    return doubled === quote ? quote : pair
  })
}
