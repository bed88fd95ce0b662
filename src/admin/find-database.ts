import { existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { chooseDatabase, type DatabaseChoice, refuseSchema } from '../database.ts'
import { readEnvironment } from '../environment.ts'
import { InvalidInputError } from '../errors.ts'

/** Where the connections lie, in words that may be printed: a password of a URL is not among them. */
export interface DatabasePlace {
  readonly kind: 'postgres' | 'sqlite' | 'memory'
  /** A path, or `host:port/database`. */
  readonly name: string
  /** Whether it is there already; null: only its server knows. */
  readonly exists: boolean | null
  /** Where embedded data lies, whether or not this database is. */
  readonly dataDirectory: string
}

/** Options of `open` that name a database. */
export interface FindDatabaseOptions {
  /** As `open` takes it. Default: the environment's, else the embedded one. */
  readonly database?: unknown
  /** As `open` takes it: refused where the database has none. */
  readonly schema?: string | undefined
  /** Default: `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined
}

/**
 * The database that `open` would take, without opening it.
 * @throws InvalidInputError as `open`; also where nobody can tell whether the file is there
 */
export function findDatabase(options: FindDatabaseOptions = {}): DatabasePlace {
  const environment = readEnvironment(options.environment)
  const choice = chooseDatabase(options.database, environment)
  refuseSchema(choice, options.schema)
  const { dataDirectory } = environment
  switch (choice.kind) {
    case 'memory':
      return { kind: 'memory', name: 'memory', exists: false, dataDirectory }
    case 'sqlite':
      return { kind: 'sqlite', name: choice.path, exists: isThere(choice), dataDirectory }
    case 'postgres':
      return { kind: 'postgres', name: nameOfDatabase(choice.database), exists: null, dataDirectory }
  }
}

function isThere({ path, directory }: Extract<DatabaseChoice, { kind: 'sqlite' }>): boolean {
  try {
    statSync(path)
    return true
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code !== 'ENOENT') {
      throw new InvalidInputError(
        `The database file ${path} cannot be reached (${code ?? 'unknown fault'}). ` +
          `${code === 'EACCES' ? 'Run this as the user that owns it' : 'Correct its path'}, or name another: in ` +
          'DATABASE_URL or EVERGRANT_DATA_DIR, or with --data-dir.',
      )
    }
  }
  // The data directory is made at the first start, that of a file which somebody named is not.
  if (directory === null && !existsSync(dirname(path))) {
    throw new InvalidInputError(
      `The directory ${dirname(path)} of the database file does not exist. Make it, or correct DATABASE_URL.`,
    )
  }
  return false
}

/** `host:port/database` of a URL; never its password. */
export function nameOfDatabase(database: string | object): string {
  if (typeof database !== 'string' || !URL.canParse(database)) return 'PostgreSQL'
  const { host, pathname, searchParams } = new URL(database)
  return `${host || searchParams.get('host') || 'localhost'}${pathname}`
}
