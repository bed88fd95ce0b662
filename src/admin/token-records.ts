import { EvergrantError, InvalidInputError } from '../errors.ts'
import { describe, isPlainObject, parseKey, parseMetadata, parseScopes, parseToken } from '../input.ts'
import type { ConnectionKey, Metadata } from '../ports/store.ts'
import type { Secret } from '../secret.ts'

/** One connection to import. */
export interface TokenImport extends ConnectionKey {
  /** Counts from 1. */
  readonly position: number
  /** Null: none. */
  readonly accessToken: Secret | null
  /** Null: none. */
  readonly refreshToken: Secret | null
  /** Of the access token. */
  readonly expiry: TokenExpiry
  /** Null: not known. */
  readonly scopes: readonly string[] | null
  /** `api_domain`, `location`, … */
  readonly metadata: Metadata
}

/** How long the access token lives, as the record says it: `in` so many ms from now, or `at` ms since the epoch. */
export type TokenExpiry =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'in'; readonly ms: number }
  /** In ms since the epoch. */
  | { readonly kind: 'at'; readonly at: number }

const FIELDS = [
  'clientId',
  'provider',
  'accessToken',
  'refreshToken',
  'expiresIn',
  'expiresAt',
  'scopes',
  'metadata',
]
// ISO 8601 with a zone: without one, it would be another instant on another machine.
const INSTANT = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)$/i

/**
 * Reads records from a JSON array, or from JSON objects one a line. All of them are checked before any is used.
 * @throws InvalidInputError names the record by its position, never a value
 */
export function parseTokenRecords(text: string): readonly TokenImport[] {
  const records = parseDocument(text).map((value, index) => parseTokenRecord(value, index + 1))
  refuseRepeated(records)
  return records
}

/** @throws InvalidInputError */
export function parseTokenRecord(value: unknown, position: number): TokenImport {
  const fail = (what: string): never => {
    throw new InvalidInputError(`Record ${position} ${what}`)
  }
  if (!isPlainObject(value)) return fail(`must be an object; it is ${describe(value)}.`)
  const unknown = Object.keys(value).filter(name => !FIELDS.includes(name))
  if (unknown.length > 0) {
    return fail(`has fields that are not known: ${namesOf(unknown)}. A record has: ${FIELDS.join(', ')}.`)
  }

  const { clientId, provider, accessToken, refreshToken, expiresIn, expiresAt, scopes, metadata } = value
  try {
    const key = parseKey(clientId, provider)
    const record: TokenImport = {
      ...key,
      position,
      accessToken: isAbsent(accessToken) ? null : parseToken(accessToken, 'accessToken', key),
      refreshToken: isAbsent(refreshToken) ? null : parseToken(refreshToken, 'refreshToken', key),
      expiry: parseExpiry(expiresIn, expiresAt),
      scopes: parseScopes(scopes, 'scopes', key),
      metadata: parseMetadata(metadata, key),
    }
    if (record.accessToken !== null || record.refreshToken !== null) return record
  } catch (error) {
    if (!(error instanceof EvergrantError)) throw error
    return fail(`is wrong: ${error.message}`)
  }
  return fail('holds no token. Give it a refreshToken, an accessToken, or both.')
}

// A value in the place of a name is not printed.
function namesOf(fields: readonly string[]): string {
  return fields.map(name => (/^[A-Za-z]\w{0,31}$/.test(name) ? name : '(no name)')).join(', ')
}

function parseDocument(text: string): readonly unknown[] {
  if (text.trim() === '') throw new InvalidInputError(`There are no records. ${HOW_TO_WRITE_THEM}`)
  const whole = parseJson(text)
  if (whole !== undefined) return Array.isArray(whole) ? whole : [whole]
  if (text.trimStart().startsWith('[')) {
    throw new InvalidInputError(`The array of records is not valid JSON. ${HOW_TO_WRITE_THEM}`)
  }
  return text
    .split('\n')
    .filter(line => line.trim() !== '')
    .map((line, index) => {
      const record = parseJson(line)
      if (record !== undefined) return record
      throw new InvalidInputError(`Record ${index + 1} is not valid JSON. ${HOW_TO_WRITE_THEM}`)
    })
}

const HOW_TO_WRITE_THEM = 'Records are a JSON array of objects, or JSON objects one a line.'

// The parser's own message would quote the text, and the text holds tokens.
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function parseExpiry(expiresIn: unknown, expiresAt: unknown): TokenExpiry {
  if (!isAbsent(expiresIn) && !isAbsent(expiresAt)) {
    throw new InvalidInputError('expiresIn and expiresAt are both there. Give one of them.')
  }
  if (!isAbsent(expiresIn)) {
    if (typeof expiresIn === 'number' && Number.isFinite(expiresIn) && expiresIn >= 0) {
      return { kind: 'in', ms: expiresIn * 1_000 }
    }
    throw new InvalidInputError(`expiresIn must be a number of seconds; got ${describe(expiresIn)}.`)
  }
  if (isAbsent(expiresAt)) return { kind: 'unknown' }
  const at = typeof expiresAt === 'string' && INSTANT.test(expiresAt) ? Date.parse(expiresAt) : Number.NaN
  if (!Number.isNaN(at)) return { kind: 'at', at }
  throw new InvalidInputError(
    `expiresAt must be an instant with its zone, like "2026-11-23T10:00:00Z"; got ${describe(expiresAt)}.`,
  )
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null
}

function refuseRepeated(records: readonly TokenImport[]): void {
  const seen = new Map<string, number>()
  for (const { clientId, provider, position } of records) {
    const name = JSON.stringify([clientId, provider])
    const first = seen.get(name)
    if (first !== undefined) {
      throw new InvalidInputError(
        `Record ${position} is for the same client and provider as record ${first}. Keep one of them.`,
        { clientId, provider },
      )
    }
    seen.set(name, position)
  }
}
