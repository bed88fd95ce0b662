import { existsSync } from 'node:fs'
import { chooseDatabase } from '../database.ts'
import { readEnvironment } from '../environment.ts'

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

export interface FindDatabaseOptions {
  /** As `open` takes it. Default: the environment's, else the embedded one. */
  readonly database?: unknown
  /** Default: `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined
}

/**
 * The database that `open` would take, without opening it.
 * @throws InvalidInputError as `open`
 */
export function findDatabase(options: FindDatabaseOptions = {}): DatabasePlace {
  const environment = readEnvironment(options.environment)
  const choice = chooseDatabase(options.database, environment)
  const { dataDirectory } = environment
  switch (choice.kind) {
    case 'memory':
      return { kind: 'memory', name: 'memory', exists: false, dataDirectory }
    case 'sqlite':
      return { kind: 'sqlite', name: choice.path, exists: existsSync(choice.path), dataDirectory }
    case 'postgres':
      return { kind: 'postgres', name: nameOf(choice.database), exists: null, dataDirectory }
  }
}

function nameOf(database: string | object): string {
  if (typeof database !== 'string' || !URL.canParse(database)) return 'PostgreSQL'
  const { host, pathname, searchParams } = new URL(database)
  return `${host || searchParams.get('host') || 'localhost'}${pathname}`
}
