import { invalidQuery, type QueryRefusal } from '../query-refusal.ts'
import type { Condition, Criteria } from './criteria.ts'

/** Criteria that were understood, or why they were not. */
export type ParsedCriteria =
  | { readonly kind: 'criteria'; readonly criteria: Criteria }
  | { readonly kind: 'refused'; readonly refusal: QueryRefusal }

/** Zoho's limit on the length of `criteria`. */
const LONGEST = 3_000
/** Parentheses in each other: more than the conditions of a search can ask for, and far from the stack's end. */
const DEEPEST = 50

/**
 * Reads criteria: `((Last_Name:equals:Doe)and(Email:starts_with:d))`. Parentheses, commas and backslashes of
 * values are escaped by a backslash; a backslash before anything else is one. `and` and `or` side by side need
 * parentheses: which of them Zoho lets bind first is nowhere said.
 * @param mostConditions more of them are `CRITERIA_LIMIT_EXCEEDED`
 * @see https://www.zoho.com/crm/developer/docs/api/v8/search-records.html
 */
export function parseCriteria(text: string, mostConditions: number): ParsedCriteria {
  if (text.length > LONGEST) return refused(invalidQuery({ reason: 'criteria too long', limit: LONGEST }))
  const reader = new CriteriaReader(text)
  const criteria = reader.whole()
  if (criteria === null) return refused(invalidQuery({ reason: 'criteria format is invalid' }))
  if (reader.conditions > mostConditions) {
    return refused({
      code: 'CRITERIA_LIMIT_EXCEEDED',
      details: {},
      // Zoho's text names 15 although its description says 10.
      message: 'no of criterium that can be given exceed the limit 15',
    })
  }
  return { kind: 'criteria', criteria }
}

function refused(refusal: QueryRefusal): ParsedCriteria {
  return { kind: 'refused', refusal }
}

/** Each method reads on from where it is; null: what is there is no criteria. */
class CriteriaReader {
  readonly #text: string
  #at = 0
  /** How many were read. */
  conditions = 0

  constructor(text: string) {
    this.#text = text
  }

  whole(): Criteria | null {
    const criteria = this.#joined(0)
    return this.#at === this.#text.length ? criteria : null
  }

  /** Groups with `and` between all of them, or `or`. */
  #joined(depth: number): Criteria | null {
    const first = this.#group(depth)
    const connector = first && this.#connector()
    if (first === null || connector === null) return first
    const second = this.#group(depth)
    if (second === null) return null
    const of: [Criteria, Criteria, ...Criteria[]] = [first, second]
    for (let next = this.#connector(); next !== null; next = this.#connector()) {
      const group = next === connector ? this.#group(depth) : null
      if (group === null) return null
      of.push(group)
    }
    return { kind: connector, of }
  }

  #group(depth: number): Criteria | null {
    if (depth >= DEEPEST || !this.#takes('(')) return null
    this.#skipSpaces()
    const inner = this.#text[this.#at] === '(' ? this.#joined(depth + 1) : this.#condition()
    if (inner === null || !this.#takes(')')) return null
    this.#skipSpaces()
    return inner
  }

  #condition(): Condition | null {
    this.conditions += 1
    const field = this.#name()
    const operator = field && this.#name()
    const values = operator && this.#values()
    return field && operator && values ? { kind: 'condition', field, operator, values } : null
  }

  /** A field or an operator, with the colon behind it. */
  #name(): string | null {
    const found = /[A-Za-z0-9_$.]{1,100}\s{0,10}:/y
    found.lastIndex = this.#at
    const [match] = found.exec(this.#text) ?? []
    if (match === undefined) return null
    this.#at += match.length
    return match.slice(0, -1).trimEnd()
  }

  /** To the parenthesis that ends the condition; colons are part of a value. */
  #values(): readonly string[] | null {
    const values: string[] = []
    let value = ''
    for (; this.#at < this.#text.length; this.#at += 1) {
      const character = this.#text[this.#at]
      const next = this.#text[this.#at + 1] ?? ''
      if (character === '\\' && next !== '' && '(),\\'.includes(next)) {
        value += next
        this.#at += 1
      } else if (character === '(') {
        return null
      } else if (character === ')') {
        return [...values, value]
      } else if (character === ',') {
        values.push(value)
        value = ''
      } else {
        value += character
      }
    }
    return null
  }

  #connector(): 'and' | 'or' | null {
    const [word] = /^(?:and|or)(?=\s{0,10}\()/i.exec(this.#text.slice(this.#at, this.#at + 20)) ?? []
    if (word === undefined) return null
    this.#at += word.length
    this.#skipSpaces()
    return word.toLowerCase() === 'and' ? 'and' : 'or'
  }

  #takes(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at += 1
    return true
  }

  #skipSpaces(): void {
    while (this.#text[this.#at] === ' ') this.#at += 1
  }
}
