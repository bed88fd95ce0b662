/** A member of a JSON object, its value as it stands in the text. */
export interface ScannedMember {
  readonly name: string
  readonly value: string
}

/** What can be said of a JSON object without trusting the text. */
export interface ScannedObject {
  /** The top-level members whose value is whole, in order, repeated ones too. */
  readonly members: readonly ScannedMember[]
  /** The member in whose value the text ended, as far as it came. */
  readonly open: ScannedMember | null
  /** How deep objects and arrays nest, as far as was read; the object itself counts as 1. */
  readonly depth: number
}

interface ScannedValue {
  /** Behind the last character. */
  readonly end: number
  readonly whole: boolean
  readonly depth: number
}

/**
 * Reads the top-level members of the first object in a text that may be cut, broken or hostile. It does not
 * recurse, and stops where it no longer knows where it is.
 */
export function scanObject(text: string): ScannedObject {
  const members: ScannedMember[] = []
  let open: ScannedMember | null = null
  let depth = 1
  let at = skipBlanks(text, text.indexOf('{') + 1)
  while (text[at] === '"') {
    const name = scanString(text, at)
    const colon = skipBlanks(text, name.end)
    if (text[colon] !== ':') break
    const start = skipBlanks(text, colon + 1)
    const value = scanValue(text, start)
    depth = Math.max(depth, 1 + value.depth)
    const member = { name: stringOf(text.slice(at, name.end)) ?? '', value: text.slice(start, value.end) }
    if (!value.whole) {
      open = member
      break
    }
    members.push(member)
    at = nextMember(text, value.end)
  }
  return { members, open, depth }
}

/** What a JSON string literal means; raw control characters in it are tolerated. Null: not a string literal. */
export function stringOf(literal: string): string | null {
  const escaped = Array.from(literal, character =>
    character < ' ' ? `\\u00${character.charCodeAt(0).toString(16).padStart(2, '0')}` : character,
  ).join('')
  try {
    const value: unknown = JSON.parse(escaped)
    return typeof value === 'string' ? value : null
  } catch {
    return null
  }
}

function scanValue(text: string, start: number): ScannedValue {
  switch (text[start]) {
    case '"':
      return scanString(text, start)
    case '{':
    case '[':
      return scanContainer(text, start)
    default:
      return scanScalar(text, start)
  }
}

function scanString(text: string, start: number): ScannedValue {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1
    else if (text[at] === '"') return { end: at + 1, whole: true, depth: 0 }
  }
  return { end: text.length, whole: false, depth: 0 }
}

function scanContainer(text: string, start: number): ScannedValue {
  let open = 0
  let depth = 0
  for (let at = start; at < text.length; at += 1) {
    const character = text[at]
    if (character === '"') at = scanString(text, at).end - 1
    else if (character === '{' || character === '[') depth = Math.max(depth, ++open)
    else if ((character === '}' || character === ']') && --open === 0) {
      return { end: at + 1, whole: true, depth }
    }
  }
  return { end: text.length, whole: false, depth }
}

// At the end of the text, more digits may have been cut off.
function scanScalar(text: string, start: number): ScannedValue {
  let end = start
  while (end < text.length && !',}]'.includes(text.charAt(end))) end += 1
  return { end, whole: end < text.length, depth: 0 }
}

// Junk behind a value is skipped: what follows the next comma is a member again.
function nextMember(text: string, valueEnd: number): number {
  let at = valueEnd
  while (at < text.length && text[at] !== ',' && text[at] !== '}') at += 1
  return text[at] === ',' ? skipBlanks(text, at + 1) : text.length
}

function skipBlanks(text: string, start: number): number {
  let at = start
  while (' \t\r\n'.includes(text.charAt(at)) && at < text.length) at += 1
  return at
}
