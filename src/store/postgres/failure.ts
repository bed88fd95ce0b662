import { type ErrorSubject, EvergrantError, StoreUnavailableError } from '../../errors.ts'
import { Rollback } from '../sql-engine.ts'
import { explainTls, tlsCodeOf } from './tls-failure.ts'

/** A connection could not be had: no byte of the statement left. */
export class NotConnected extends Error {
  readonly code: string

  constructor(code: string) {
    super('not connected')
    this.code = code
  }
}

/** Serialization failure and deadlock: the same again can succeed. */
export function isConflict(code: string): boolean {
  return code === '40001' || code === '40P01'
}

/**
 * A pooler gave the statement to a server connection that does not know its name, or that knows it already
 * (PgBouncer in transaction mode before 1.21).
 */
export function isNameLost(code: string): boolean {
  return code === '26000' || code === '42P05'
}

/**
 * A column got another type since the statement was prepared, on this connection ("cached plan must not change
 * result type", among other things).
 */
export function isPlanStale(code: string): boolean {
  return code === '0A000'
}

/** Whether the connection, not the statement, is at fault: system errors, and SQLSTATE classes 08 and 57P0x. */
export function isConnectionLost(code: string): boolean {
  return !/^[0-9A-Z]{5}$/.test(code) || code === 'EPIPE' || code.startsWith('08') || code.startsWith('57P0')
}

/** Whether the connection that gave this error must not be used again. */
export function breaksConnection(error: unknown): boolean {
  const ofDatabase = error instanceof StoreUnavailableError || !isOurs(error)
  return ofDatabase && isConnectionLost(codeOf(error))
}

/** Whether no byte of the statement left. */
export function isUnsent(error: unknown): boolean {
  return causes(error).some(cause => cause instanceof NotConnected)
}

/**
 * The SQLSTATE or system code of anything that a driver or Drizzle throws. Nothing else of such an error is
 * ever used: messages, `params`, `detail` and `where` hold bind parameters and values of rows.
 */
export function codeOf(error: unknown): string {
  if (error instanceof StoreUnavailableError) return error.reason
  for (const cause of causes(error)) {
    if ('code' in cause && typeof cause.code === 'string' && /^[0-9A-Z_]{2,60}$/.test(cause.code))
      return cause.code
    const code = tlsCodeOf(cause) ?? (lacksPassword(cause) ? 'NO_PASSWORD' : null)
    if (code !== null) return code
  }
  return 'ECONNRESET'
}

// pg notices it only when the server asks, and gives it no code.
function lacksPassword(error: object): boolean {
  return 'message' in error && /^SASL: .*client password must be/.test(String(error.message))
}

// Drizzle wraps the driver's error, and Node wraps the errors of several addresses.
function causes(error: unknown): object[] {
  const chain: object[] = []
  let current = error
  while (typeof current === 'object' && current !== null && chain.length < 5) {
    chain.push(current)
    current = 'cause' in current ? current.cause : undefined
  }
  return chain
}

/** The error that users see: our words and a code. */
export function storeFailure(error: unknown, subject: ErrorSubject): Error {
  if (isOurs(error)) return error
  const reason = codeOf(error)
  const whose =
    subject.clientId === undefined
      ? ''
      : ` Connection: client ${subject.clientId}, provider ${subject.provider}.`
  const retryable = !NEEDS_A_PERSON.has(reason) && explainTls(reason) === null
  return new StoreUnavailableError(`${explain(reason)} (${reason}).${whose}`, reason, subject, retryable)
}

function isOurs(error: unknown): error is Error {
  return error instanceof EvergrantError || error instanceof Rollback
}

/** What stays as it is until somebody changes the database, its roles or the URL. */
const NEEDS_A_PERSON = new Set([
  '25006',
  '28000',
  '28P01',
  '3D000',
  '3F000',
  '42501',
  '42703',
  '42P01',
  'NO_PASSWORD',
])

const UNKNOWN_HOST = 'The host of the database is not known. Check the database URL, and the name server'

const EXPLANATIONS: ReadonlyMap<string, string> = new Map([
  ['ETIMEDOUT', 'PostgreSQL did not answer in time. Check its load, its locks and the size of the pool'],
  [
    '08P01',
    'PostgreSQL, or the pooler before it, does not take the connection. Check the user, the password and the name ' +
      'of the database in the URL, and the log of the pooler',
  ],
  ['25006', 'PostgreSQL is read-only. Connect to the primary'],
  ['ENOTFOUND', UNKNOWN_HOST],
  ['EAI_AGAIN', UNKNOWN_HOST],
  [
    '28000',
    'PostgreSQL refuses the login. Check user and pg_hba.conf; where that wants TLS, add sslmode=verify-full to the database URL',
  ],
  [
    '28P01',
    'PostgreSQL refuses the password. Check the database URL: special characters of a password are percent-encoded in it',
  ],
  [
    'NO_PASSWORD',
    'PostgreSQL asks for a password, and there is none. Put it into the database URL, or into PGPASSWORD',
  ],
  ['3D000', 'The database does not exist. Create it, or check the database URL'],
  ['3F000', 'The schema does not exist. Run `evergrant migrate`'],
  [
    '42501',
    'The database role lacks a privilege on the tables. Grant it, or run `evergrant migrate` with another role',
  ],
  ['42703', 'A column is missing. Run `evergrant migrate`'],
  [
    '42P01',
    'A table is missing. Run `evergrant migrate`; if that finds nothing to do, restore it from a backup',
  ],
  ['53300', 'PostgreSQL has no connection left. Raise max_connections or make pools smaller'],
  ['55P03', 'A lock on the tables could not be had in time. Try again'],
])

function explain(code: string): string {
  const known = EXPLANATIONS.get(code) ?? explainTls(code) ?? undefined
  if (known !== undefined) return known
  if (isConnectionLost(code)) return 'PostgreSQL cannot be reached. Check that it runs, and the database URL'
  if (isConflict(code)) return 'PostgreSQL reports a conflict between transactions. Try again'
  return 'PostgreSQL refused a statement. Look up the SQLSTATE, and try again once its cause is gone'
}
