import { InvalidInputError } from './errors.ts'
import type { ConnectionKey, Metadata } from './ports/store.ts'
import { Secret } from './secret.ts'

/** Names of clients and providers: 1–255 printable ASCII characters, no space at either end. */
const NAME = /^(?! )[\x20-\x7e]{1,255}(?<! )$/
/** VSCHAR of RFC 6749, appendix A. */
const VSCHAR = /^[\x20-\x7e]+$/
const LONGEST_TOKEN = 16 * 1024
const LONGEST_METADATA = 64 * 1024

/** @throws InvalidInputError */
export function parseKey(clientId: unknown, provider: unknown): ConnectionKey {
  return { clientId: parseName(clientId, 'clientId'), provider: parseName(provider, 'provider') }
}

/** @throws InvalidInputError */
export function parseName(value: unknown, what: string): string {
  if (typeof value === 'string' && NAME.test(value)) return value
  throw new InvalidInputError(
    `${what} must be 1 to 255 printable ASCII characters without a space at either end; got ${describe(value)}.`,
  )
}

/** A token that the caller hands in. Never quoted in a message. @throws InvalidInputError */
export function parseToken(value: unknown, what: string, key: ConnectionKey): Secret {
  if (typeof value === 'string' && value.length <= LONGEST_TOKEN && VSCHAR.test(value))
    return Secret.of(value)
  throw new InvalidInputError(
    `${what} must be 1 to ${LONGEST_TOKEN} printable ASCII characters (RFC 6749, appendix A); got ${describe(value)}.`,
    key,
  )
}

/** Scopes as a list, or as a string with spaces or commas between them. @throws InvalidInputError */
export function parseScopes(value: unknown, what: string, key: ConnectionKey): readonly string[] | null {
  if (value === undefined || value === null) return null
  const list: unknown =
    typeof value === 'string' ? value.split(/[\s,]+/).filter(scope => scope !== '') : value
  if (Array.isArray(list) && list.every(isScope)) return [...new Set(list)]
  throw new InvalidInputError(`${what} must be an array of scopes without spaces and commas in them.`, key)
}

function isScope(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]+$/.test(value)
}

/** Metadata: a plain object that JSON, and PostgreSQL's jsonb, can hold. @throws InvalidInputError */
export function parseMetadata(value: unknown, key: ConnectionKey): Metadata {
  if (value === undefined || value === null) return {}
  const text = isPlainObject(value) ? jsonOf(value) : undefined
  if (text === undefined)
    throw new InvalidInputError('metadata must be a plain object that JSON can hold.', key)
  if (text.length > LONGEST_METADATA) {
    throw new InvalidInputError(
      `metadata must take no more than ${LONGEST_METADATA} characters of JSON.`,
      key,
    )
  }
  // JSON.stringify escapes just these: PostgreSQL's jsonb cannot store them.
  if (/(?<!\\)(\\\\)*\\u(0000|d[89a-f])/.test(text)) {
    throw new InvalidInputError('metadata must not hold NUL characters or unpaired surrogates.', key)
  }
  return JSON.parse(text)
}

function jsonOf(value: object): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** A duration in ms, 0 when absent. @throws InvalidInputError */
export function parseDuration(value: unknown, what: string, key: ConnectionKey): number {
  if (value === undefined) return 0
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value
  throw new InvalidInputError(
    `${what} must be a number of milliseconds, 0 or more; got ${describe(value)}.`,
    key,
  )
}

/** What a wrong value is, without quoting it: it may be a secret in the wrong place. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (typeof value === 'string')
    return value === '' ? 'an empty string' : `a string of ${value.length} characters`
  if (typeof value === 'number') return String(value)
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? kindOf(value) : `a ${typeof value}`
}

function kindOf(value: object): string {
  const { constructor: made } = value
  const name = typeof made === 'function' && made !== Object ? made.name : ''
  return /^[A-Za-z_$][\w$]{0,39}$/.test(name) ? `an object of the class ${name}` : 'an object'
}
