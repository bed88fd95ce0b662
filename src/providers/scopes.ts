/** Scopes that an answer granted. `strange`: part of what it gave is no scope, and is left out. */
export interface AnsweredScopes {
  readonly list: readonly string[] | null
  readonly strange: boolean
}

/** RFC 6749 §3.3, without the comma, which separates scopes in the table and in many answers. */
const SCOPE = /^[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]+$/

/**
 * Reads `scope` (RFC 6749 §3.3): scopes with spaces or commas between them, or the array that some providers
 * send. Null: the answer did not say, or said nothing.
 */
export function scopesOf(value: unknown): AnsweredScopes {
  if (value === undefined || value === null) return { list: null, strange: false }
  const given: readonly unknown[] = Array.isArray(value) ? value : [value]
  const strings = given.filter(item => typeof item === 'string')
  const parts = strings.flatMap(item => item.split(/[\s,]+/)).filter(part => part !== '')
  const scopes = parts.filter(part => SCOPE.test(part))
  return {
    list: scopes.length === 0 ? null : [...new Set(scopes)],
    strange: strings.length < given.length || scopes.length < parts.length,
  }
}
