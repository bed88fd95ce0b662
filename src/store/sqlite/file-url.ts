import { resolve } from 'node:path'
import { InvalidInputError } from '../../errors.ts'

/**
 * The absolute path of a database file: of a `file:` URL (relative ones too: `file:tokens.db`; percent-encoded)
 * or of a plain path.
 * @throws InvalidInputError
 */
export function parseFileUrl(url: string): string {
  const path = url.startsWith('file:') ? pathOfUrl(url.slice('file:'.length)) : url
  if (path === '' || path.includes('\0') || path.endsWith('/') || path.startsWith(':')) {
    throw new InvalidInputError(
      'The URL of the SQLite database names no file. It looks like file:tokens.db or file:///var/lib/app/tokens.db.',
    )
  }
  return resolve(path)
}

function pathOfUrl(rest: string): string {
  if (/[?#]/.test(rest)) {
    throw new InvalidInputError(
      'The URL of a SQLite database takes no parameters. Encode ? as %3F and # as %23.',
    )
  }
  const authority = /^\/\/(?<host>[^/]*)(?<path>.*)$/.exec(rest)?.groups
  if (authority !== undefined && !['', 'localhost'].includes(authority.host ?? '')) {
    throw new InvalidInputError(
      'The URL of a SQLite database names another machine. It must be a local file: file:///path.',
    )
  }
  try {
    return decodeURIComponent(authority?.path ?? rest)
  } catch {
    throw new InvalidInputError('The URL of the SQLite database has a broken percent-encoding.')
  }
}
