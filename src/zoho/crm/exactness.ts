import { isObject } from './answers.ts'
import { type Criteria, type CriteriaValue, textOf } from './criteria.ts'

type Row = Readonly<Record<string, unknown>>

/** Whether a record has exactly this e-mail address in one of its fields; without case. */
export function hasEmail(row: Row, email: string): boolean {
  const wanted = email.trim().toLowerCase()
  return textsOf(row).some(text => text.trim().toLowerCase() === wanted)
}

/** Whether a record has exactly this phone number in one of its fields, in whatever format. */
export function hasPhone(row: Row, phone: string): boolean {
  const wanted = phoneDigits(phone)
  return textsOf(row).some(text => LOOKS_LIKE_A_PHONE.test(text) && phoneDigits(text) === wanted)
}

const LOOKS_LIKE_A_PHONE = /^\s*\+?[0-9\s\-().]{2,60}$/

/**
 * The digits that a phone number is. `+1 (555) 0120`, `0015550120` and `1-555-0120` are the same; a number without the
 * country is another than the one with it, because nobody has said which country is meant.
 */
export function phoneDigits(phone: string): string {
  const plain = phone.trim().replace(/\(0\)/g, '')
  return plain.replace(/\D/g, '').replace(/^00/, '')
}

// The reference to an owner or an account has addresses of others.
function textsOf(row: Row): readonly string[] {
  return Object.entries(row).flatMap(([field, value]) =>
    typeof value === 'string' && field !== 'id' && !field.startsWith('$') ? [value] : [],
  )
}

/** Whether criteria hold to the letter, as they do not at Zoho. */
export function holds(of: Criteria, row: Row): boolean {
  if (of.kind !== 'condition') {
    return of.kind === 'and' ? of.of.every(part => holds(part, row)) : of.of.some(part => holds(part, row))
  }
  const has = (wanted: CriteriaValue): boolean => valuesOf(row[of.field]).includes(textOf(wanted))
  switch (of.operator) {
    case 'equals':
    case 'in':
      // A point in time is written in many ways, and Zoho is right about it.
      return of.values.some(value => value instanceof Date || has(value))
    case 'not_equal':
      return of.values.every(value => value instanceof Date || !has(value))
    case 'starts_with':
      return of.values.some(value => valuesOf(row[of.field]).some(text => text.startsWith(textOf(value))))
    default:
      return true
  }
}

/** A lookup is found by its id and its name, a list of choices by each of them. */
function valuesOf(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(valuesOf)
  if (isObject(value)) return [value.id, value.name].filter(part => typeof part === 'string')
  return value === null || value === undefined ? [] : [String(value)]
}
