import { decodeAnswer } from './answer-text.ts'
import type { AnswerMembers } from './profile.ts'
import { type ScannedMember, scanObject, stringOf } from './scan-object.ts'

/**
 * A body, read. `refreshToken` is the one it carried, also when nothing else in it can be understood; an empty
 * one is none (RFC 6749 §6: the old one stays).
 */
export type ReadAnswer =
  | { readonly kind: 'members'; readonly members: AnswerMembers; readonly refreshToken: string | null }
  | { readonly kind: 'unintelligible'; readonly why: string; readonly refreshToken: string | null }

/** Deeper than any token answer; what is deeper is not parsed. */
const MAX_DEPTH = 32

/** Members that decide what the answer means: twice with different values, and it means nothing. */
const DECISIVE = new Set([
  'access_token',
  'refresh_token',
  'token_type',
  'expires_in',
  'expires_in_sec',
  'refresh_token_expires_in',
  'scope',
  'error',
])

/**
 * Reads the body of a token endpoint by its content, not its label (RFC 6749 §5.1).
 * @param acceptsForm whether a form-encoded body counts as an answer; a refresh token in it is carried anyway
 */
export function readAnswer(body: Uint8Array, acceptsForm: boolean): ReadAnswer {
  const { text, intact } = decodeAnswer(body)
  const form = readForm(text)
  const scanned = form === null ? scanObject(text) : { members: form, depth: 1 }
  const carried = refreshTokenIn(scanned.members)
  // A replacement character in broken bytes is no part of a token.
  const refreshToken = intact || !carried?.includes('\ufffd') ? carried : null

  const unintelligible = (why: string): ReadAnswer => ({ kind: 'unintelligible', why, refreshToken })
  if (body.length === 0) return unintelligible('an empty body')
  if (!intact) return unintelligible('a body that is not text')
  if (scanned.depth > MAX_DEPTH) return unintelligible('a body that nests too deep')
  if (contradictsItself(scanned.members)) return unintelligible('a body that contradicts itself')
  const members = form === null ? parseObject(text) : acceptsForm ? membersOf(form) : null
  return members === null
    ? unintelligible('a body that is not a JSON object')
    : { kind: 'members', members, refreshToken }
}

/** The refresh token of a body that was cut, as far as it came. */
export function salvageFrom(body: Uint8Array): string | null {
  return readAnswer(body, false).refreshToken
}

function refreshTokenIn(members: readonly ScannedMember[]): string | null {
  const values = members
    .filter(member => member.name === 'refresh_token')
    .map(member => stringOf(member.value))
  return values.findLast(value => value !== null && value !== '') ?? null
}

function contradictsItself(members: readonly ScannedMember[]): boolean {
  const seen = new Map<string, string>()
  for (const { name, value } of members) {
    if (!DECISIVE.has(name)) continue
    if ((seen.get(name) ?? value) !== value) return true
    seen.set(name, value)
  }
  return false
}

// A Map has no prototype to pollute and no `__proto__` to trip over.
function parseObject(text: string): AnswerMembers | null {
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? new Map(Object.entries(value)) : null
  } catch {
    return null
  }
}

// Each field as the JSON string it would have been. Null: not a form.
function readForm(text: string): readonly ScannedMember[] | null {
  if (!/^[\w.-]+=/.test(text)) return null
  return Array.from(new URLSearchParams(text), ([name, value]) => ({ name, value: JSON.stringify(value) }))
}

function membersOf(form: readonly ScannedMember[]): AnswerMembers {
  return new Map(form.map(({ name, value }) => [name, stringOf(value)]))
}
