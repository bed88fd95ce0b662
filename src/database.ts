import type { Environment } from './environment.ts'
import { InvalidInputError } from './errors.ts'
import { describe, isPlainObject } from './input.ts'
import { parseFileUrl } from './store/sqlite/file-url.ts'

/** Where connections are kept. */
export type DatabaseChoice =
  | { readonly kind: 'memory' }
  /** `path` names the file; keys lie beside it unless they are given. */
  | { readonly kind: 'sqlite'; readonly path: string; readonly directory: string | null }
  /** A URL, a `pg.Pool`, or a Drizzle Postgres database. */
  | { readonly kind: 'postgres'; readonly database: string | object }

/** The name of the embedded database inside the data directory. */
export const EMBEDDED_FILE = 'evergrant.db'

/**
 * The database that the options name, else the environment, else a SQLite file in the data directory.
 * @throws InvalidInputError an unknown kind of database; or production without any: a forgotten variable must
 *   not put grants into a container's throw-away layer
 */
export function chooseDatabase(database: unknown, environment: Environment): DatabaseChoice {
  const given = database ?? environment.databaseUrl
  if (typeof given === 'string') return byUrl(given, database === given ? 'database' : 'DATABASE_URL')
  if (given !== undefined) {
    if (isHandle(given)) return { kind: 'postgres', database: given }
    throw new InvalidInputError(
      `database must be a URL, a pg.Pool or a Drizzle Postgres database; got ${describe(given)}.`,
    )
  }
  if (environment.production && !environment.dataDirectoryNamed) {
    throw new InvalidInputError(
      'NODE_ENV is production, and no database is named. Set DATABASE_URL to your PostgreSQL, or EVERGRANT_DATA_DIR ' +
        'to a directory that outlives the container.',
    )
  }
  const directory = environment.dataDirectory
  return { kind: 'sqlite', path: `${directory}/${EMBEDDED_FILE}`, directory }
}

/**
 * A schema that is named for SQLite would be dropped in silence, and the tables looked for elsewhere. In memory it
 * does no harm: tests open with the options of production.
 * @throws InvalidInputError
 */
export function refuseSchema(choice: DatabaseChoice, schema: unknown): void {
  if (choice.kind !== 'sqlite' || schema === undefined || schema === null) return
  throw new InvalidInputError(
    `A schema is for PostgreSQL, and the database is the SQLite file ${choice.path}. Leave out --schema (in code: ` +
      'the option schema), or name a PostgreSQL database in DATABASE_URL.',
  )
}

// Whether a pool or a database of Drizzle: the store looks closer.
function isHandle(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isPlainObject(value)
}

function byUrl(url: string, name: string): DatabaseChoice {
  if (url === 'memory:') return { kind: 'memory' }
  if (/^postgres(ql)?:/i.test(url)) return { kind: 'postgres', database: url }
  if (url.startsWith('file:')) return { kind: 'sqlite', path: parseFileUrl(url), directory: null }
  // Not quoted: a mistyped URL may hold a password.
  throw new InvalidInputError(`${name} must begin with postgres:, postgresql:, file: or memory:.`)
}
