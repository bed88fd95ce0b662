/** A piece of a query. `text` of a quoted one is what is between the quotes. */
export interface Token {
  readonly kind: 'word' | 'number' | 'quoted' | 'sign' | 'end' | 'unknown'
  readonly text: string
  /** Where it starts. */
  readonly at: number
}

// No two alternatives start alike, and none can be left in two ways: the time is in proportion to the length.
const pieces =
  /\s+|(?<word>!?[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*)|(?<number>-?\d+(?:\.\d+)?)|'(?<single>[^']*(?:''[^']*)*)'|"(?<double>[^"]*(?:""[^"]*)*)"|(?<sign><=|>=|!=|<>|[(),=<>])/y

/** Cuts a query into its pieces, one at a time. The last is `end`, or `unknown` where no piece of COQL starts. */
export function* tokensOf(query: string): Generator<Token, Token> {
  const piece = new RegExp(pieces)
  let at = 0
  while (at < query.length) {
    piece.lastIndex = at
    const found = piece.exec(query)
    if (found === null) return { kind: 'unknown', text: query.slice(at, at + 20), at }
    const token = tokenOf(found.groups ?? {}, at)
    if (token !== null) yield token
    at += found[0].length
  }
  return { kind: 'end', text: '', at }
}

function tokenOf(
  { word, number, single, double, sign }: Readonly<Record<string, string | undefined>>,
  at: number,
): Token | null {
  if (word !== undefined) return { kind: 'word', text: word, at }
  if (number !== undefined) return { kind: 'number', text: number, at }
  if (single !== undefined) return { kind: 'quoted', text: single.replaceAll("''", "'"), at }
  if (double !== undefined) return { kind: 'quoted', text: double.replaceAll('""', '"'), at }
  if (sign !== undefined) return { kind: 'sign', text: sign === '<>' ? '!=' : sign, at }
  return null
}

/** Where a token stands, both counted from 1. */
export function placeOf(query: string, { at }: Token): { readonly line: number; readonly column: number } {
  const before = query.slice(0, at).split('\n')
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
}
