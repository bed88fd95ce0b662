import { type ErrorSubject, EvergrantError, InvalidInputError, StoreUnavailableError } from '../../errors.ts'
import { Rollback } from '../sql-engine.ts'
import { TimedOut } from '../time-limit.ts'

/** A file that could not be opened, for which libSQL gives no code. */
export class CannotOpen extends Error {
  readonly code = 'SQLITE_CANTOPEN'
}

// https://sqlite.org/rescode.html: the low byte of an extended code is the primary one.
const PRIMARY_CODES: ReadonlyMap<number, string> = new Map([
  [5, 'SQLITE_BUSY'],
  [6, 'SQLITE_LOCKED'],
  [8, 'SQLITE_READONLY'],
  [10, 'SQLITE_IOERR'],
  [11, 'SQLITE_CORRUPT'],
  [13, 'SQLITE_FULL'],
  [14, 'SQLITE_CANTOPEN'],
  [19, 'SQLITE_CONSTRAINT'],
  [26, 'SQLITE_NOTADB'],
])

/**
 * The primary SQLite code of what libSQL or Drizzle throws. Nothing else of such an error is used: Drizzle's
 * messages hold bind parameters.
 */
export function codeOf(error: unknown): string {
  let current = error
  for (let depth = 0; depth < 5 && typeof current === 'object' && current !== null; depth += 1) {
    if (current instanceof StoreUnavailableError) return current.reason
    if (current instanceof TimedOut) return 'SQLITE_BUSY'
    if ('rawCode' in current && typeof current.rawCode === 'number') {
      return PRIMARY_CODES.get(current.rawCode % 256) ?? 'SQLITE_ERROR'
    }
    if (current instanceof CannotOpen) return current.code
    current = 'cause' in current ? current.cause : undefined
  }
  return 'SQLITE_ERROR'
}

export function isBusy(error: unknown): boolean {
  return ['SQLITE_BUSY', 'SQLITE_LOCKED'].includes(codeOf(error))
}

/** What stays as it is until somebody changes the file or its directory. */
const NEEDS_A_PERSON = new Set(['SQLITE_READONLY', 'SQLITE_CORRUPT', 'SQLITE_CANTOPEN', 'SQLITE_NOTADB'])

/** The error that users see: our words and a code. */
export function storeFailure(error: unknown, subject: ErrorSubject): Error {
  if (error instanceof EvergrantError || error instanceof Rollback) return error
  const reason = codeOf(error)
  const whose =
    subject.clientId === undefined
      ? ''
      : ` Connection: client ${subject.clientId}, provider ${subject.provider}.`
  const explanation = EXPLANATIONS.get(reason) ?? 'SQLite refused a statement. Run `evergrant migrate`'
  const retryable = !NEEDS_A_PERSON.has(reason)
  return new StoreUnavailableError(`${explanation} (${reason}).${whose}`, reason, subject, retryable)
}

/** As {@link storeFailure}, while opening: a file that can never be used is the caller's mistake. */
export function openFailure(error: unknown, path: string): Error {
  switch (codeOf(error)) {
    case 'SQLITE_NOTADB':
    case 'SQLITE_CORRUPT':
      return new InvalidInputError(
        `The file ${path} is no SQLite database, or is damaged. Name another file, or restore it from a backup.`,
      )
    case 'SQLITE_CANTOPEN':
    case 'SQLITE_READONLY':
      return new InvalidInputError(
        `The database file ${path} cannot be opened for writing. Its directory must exist, and this process ` +
          'must be allowed to write to both.',
      )
    default:
      return storeFailure(error, {})
  }
}

const EXPLANATIONS: ReadonlyMap<string, string> = new Map([
  ['SQLITE_BUSY', 'Another process holds the lock on the SQLite file for too long'],
  ['SQLITE_LOCKED', 'Another process holds the lock on the SQLite file for too long'],
  ['SQLITE_READONLY', 'The SQLite file has become read-only. Check its permissions and its file system'],
  ['SQLITE_IOERR', 'The disk of the SQLite file fails'],
  ['SQLITE_CORRUPT', 'The SQLite file is damaged. Restore it from a backup'],
  ['SQLITE_FULL', 'The disk of the SQLite file is full'],
  ['SQLITE_CANTOPEN', 'The SQLite file cannot be opened'],
  ['SQLITE_NOTADB', 'The file is no SQLite database'],
])
