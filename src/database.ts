import type { Environment } from './environment.ts'
import { InvalidInputError } from './errors.ts'
import { describe, isPlainObject } from './input.ts'
import { bare } from './pasted-text.ts'
import type { DatabaseHandle } from './ports/database-handle.ts'
import { checkPostgresUrl } from './store/postgres/url.ts'
import { parseFileUrl } from './store/sqlite/file-url.ts'

/** Where connections are kept. */
export type DatabaseChoice =
  | { readonly kind: 'memory' }
  /** `path` names the file; keys lie beside it unless they are given. */
  | { readonly kind: 'sqlite'; readonly path: string; readonly directory: string | null }
  /** A URL, a `pg.Pool`, or a Drizzle Postgres database. */
  | { readonly kind: 'postgres'; readonly database: DatabaseHandle }

const OPTION = 'The option database'

/** The name of the embedded database inside the data directory. */
export const EMBEDDED_FILE = 'evergrant.db'

/**
 * The database that the options name, else the environment, else a SQLite file in the data directory.
 * @throws InvalidInputError an unknown kind of database; or production without any: a forgotten variable must
 *   not put grants into a container's throw-away layer
 */
export function chooseDatabase(database: unknown, environment: Environment): DatabaseChoice {
  if (typeof database === 'string') return byUrl(bare(database, OPTION), OPTION)
  if (database !== undefined && database !== null) {
    if (isHandle(database)) return { kind: 'postgres', database }
    throw new InvalidInputError(
      `database must be a URL, a pg.Pool or a Drizzle Postgres database; got ${describe(database)}.`,
    )
  }
  const { databaseUrl } = environment
  if (databaseUrl !== undefined) return byUrl(databaseUrl, 'DATABASE_URL')
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
function isHandle(value: unknown): value is Exclude<DatabaseHandle, string> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isPlainObject(value)
}

function byUrl(url: string, name: string): DatabaseChoice {
  if (url === 'memory:') return { kind: 'memory' }
  if (/^postgres(ql)?:/i.test(url)) {
    checkPostgresUrl(url)
    return { kind: 'postgres', database: url }
  }
  if (url.startsWith('file:')) return { kind: 'sqlite', path: parseFileUrl(url), directory: null }
  // Not quoted: a mistyped URL may hold a password.
  throw new InvalidInputError(`${name} ${HINTS.find(([form]) => form.test(url))?.[1] ?? SCHEMES}`)
}

const SCHEMES = 'must begin with postgres:, postgresql:, file: or memory:.'

/** What other programs write, and what it is here. */
const HINTS: readonly (readonly [RegExp, string])[] = [
  [
    /^jdbc:/i,
    'is one for Java. Take "jdbc:" away, and write user and password as postgres://user:password@host.',
  ],
  [/^postgres(ql)?\+/i, 'names a driver of Python. It must begin with postgresql://.'],
  [/^sqlite/i, 'must begin with file: for SQLite, like file:tokens.db.'],
  [/^\w+=/, 'must be a URL, like postgres://user:password@host:5432/name.'],
]
