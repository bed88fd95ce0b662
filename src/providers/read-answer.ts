import type { AnswerMembers, AnswerRules } from './answer-rules.ts'
import { decodeAnswer } from './answer-text.ts'
import { type ScannedMember, type ScannedObject, scanObject, stringOf } from './scan-object.ts'

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

/** What decides how a body is read. */
export type ReadingRules = Pick<AnswerRules, 'acceptsForm' | 'within' | 'successor'>

/**
 * Reads the body of a token endpoint by its content, not its label (RFC 6749 §5.1).
 * @param rules a form-encoded body may not count as an answer; a refresh token in it is carried anyway
 */
export function readAnswer(body: Uint8Array, rules: ReadingRules): ReadAnswer {
  const { text, intact } = decodeAnswer(body)
  const form = readForm(text)
  const scanned: ScannedObject = form === null ? scanObject(text) : { members: form, open: null, depth: 1 }
  const inner = innerOf(scanned, rules.within)
  const carried = successorIn(inner ?? scanned.members, rules.successor)
  // A replacement character in broken bytes is no part of a token.
  const refreshToken = intact || !carried?.includes('\ufffd') ? carried : null

  const unintelligible = (why: string): ReadAnswer => ({ kind: 'unintelligible', why, refreshToken })
  if (body.length === 0) return unintelligible('an empty body')
  if (!intact) return unintelligible('a body that is not text')
  if (scanned.depth > MAX_DEPTH) return unintelligible('a body that nests too deep')
  if (contradictsItself(scanned.members) || contradictsItself(inner ?? [])) {
    return unintelligible('a body that contradicts itself')
  }
  const members = form === null ? parseObject(text) : rules.acceptsForm ? membersOf(form) : null
  return members === null
    ? unintelligible('a body that is not a JSON object')
    : { kind: 'members', members: flattened(members, rules.within), refreshToken }
}

/** The refresh token of a body that was cut, as far as it came. */
export function salvageFrom(body: Uint8Array, rules: ReadingRules): string | null {
  return readAnswer(body, { ...rules, acceptsForm: false }).refreshToken
}

function successorIn(members: readonly ScannedMember[], name: string): string | null {
  const values = members.filter(member => member.name === name).map(member => stringOf(member.value))
  return values.findLast(value => value !== null && value !== '') ?? null
}

// The members of the object that a profile looks into, cut or not. Null: the answer is flat.
function innerOf({ members, open }: ScannedObject, within: string | null): readonly ScannedMember[] | null {
  if (within === null) return null
  const found = (open?.name === within ? open : null) ?? members.findLast(({ name }) => name === within)
  return found?.value.startsWith('{') ? scanObject(found.value).members : null
}

// What decides comes from the inner object alone: another chain of tokens may stand around it (Slack's bot).
function flattened(members: AnswerMembers, within: string | null): AnswerMembers {
  const inner = within === null ? null : objectOf(members.get(within))
  if (inner === null) return members
  const around = [...members].filter(([name]) => name === 'error' || !DECISIVE.has(name))
  return new Map([...around, ...inner])
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
    return objectOf(JSON.parse(text))
  } catch {
    return null
  }
}

function objectOf(value: unknown): AnswerMembers | null {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? new Map(Object.entries(value)) : null
}

// Each field as the JSON string it would have been. Null: not a form.
function readForm(text: string): readonly ScannedMember[] | null {
  if (!/^[\w.-]+=/.test(text)) return null
  return Array.from(new URLSearchParams(text), ([name, value]) => ({ name, value: JSON.stringify(value) }))
}

function membersOf(form: readonly ScannedMember[]): AnswerMembers {
  return new Map(form.map(({ name, value }) => [name, stringOf(value)]))
}
