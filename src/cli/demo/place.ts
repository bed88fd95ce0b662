import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type DatabasePlace, findDatabase, makeDataDirectory } from 'evergrant/admin'
import { ownName, quoted } from '../own-name.ts'
import type { Facts } from './teller.ts'

/** Where the demo keeps what it makes, and nothing else is touched. */
export interface DemoPlace {
  readonly directory: string
  readonly database: DatabasePlace
  /** On PostgreSQL, a schema of its own. */
  readonly schema: string | undefined
  /** On PostgreSQL, where nobody gave a key: the file that holds the demo's. */
  readonly keyFile: string | undefined
  /** Whether DATABASE_URL names a database that the demo does not use: a SQLite file, or memory. */
  readonly leavesAlone: boolean
}

const SCHEMA = 'evergrant_demo'

/**
 * Chooses the place, and makes this process one that knows nothing else: what the environment says of real
 * accounts reaches neither this process from here on nor those that it starts.
 * @throws InvalidInputError DATABASE_URL is none
 */
export async function enterDemoPlace(): Promise<DemoPlace> {
  const { dataDirectory } = findDatabase({
    environment: { EVERGRANT_DATA_DIR: process.env.EVERGRANT_DATA_DIR },
  })
  const directory = join(dataDirectory, 'demo')
  const { DATABASE_URL: databaseUrl, EVERGRANT_ENCRYPTION_KEYS: encryptionKeys } = process.env
  const isNamed = (databaseUrl ?? '').trim() !== ''
  const named = isNamed ? findDatabase({ environment: { DATABASE_URL: databaseUrl } }).kind : null
  for (const name of Object.keys(process.env)) {
    if (/^(EVERGRANT|ZOHO)_|^DATABASE_URL$/.test(name)) delete process.env[name]
  }
  process.env.EVERGRANT_DATA_DIR = directory
  // First the one around it: what is stored there later, with its key, must stay out of repositories as well.
  await makeDataDirectory(dataDirectory)
  await makeDataDirectory(directory)
  if (named !== 'postgres') {
    const database = findDatabase()
    return { directory, database, schema: undefined, keyFile: undefined, leavesAlone: isNamed }
  }
  process.env.DATABASE_URL = databaseUrl
  const hasKeys = (encryptionKeys ?? '').trim() !== ''
  if (hasKeys) process.env.EVERGRANT_ENCRYPTION_KEYS = encryptionKeys
  const keyFile = hasKeys ? undefined : join(directory, 'postgres.key')
  return { directory, database: findDatabase(), schema: SCHEMA, keyFile, leavesAlone: false }
}

/**
 * Copies of the embedded database's files, with the log beside it, for as long as `use` looks at them; none on
 * PostgreSQL. A process that has the database open must not read the files themselves: closing them again, it
 * would give up its locks.
 */
export async function withDatabaseCopies<Result>(
  { directory, database }: DemoPlace,
  use: (files: readonly string[]) => Promise<Result>,
): Promise<Result> {
  if (database.kind !== 'sqlite') return use([])
  const copies = mkdtempSync(join(directory, 'copies-'))
  try {
    const names = readdirSync(directory).filter(name => /^evergrant\.db(-wal|-shm)?$/.test(name))
    for (const name of names) copyFileSync(join(directory, name), join(copies, name))
    return await use(names.map(name => join(copies, name)))
  } finally {
    rmSync(copies, { recursive: true })
  }
}

/** What the demo makes, and how to be rid of it: told before it is made. */
export function factsOf(place: DemoPlace): Facts {
  const { database, directory, schema, leavesAlone } = place
  const remove = `To remove it: ${commandToRemove(place)}`
  if (schema === undefined) {
    return [
      ['database', `SQLite in ${database.name}`],
      ...(leavesAlone ? [['', 'What DATABASE_URL names is left alone.'] as const] : []),
      ['', remove],
    ]
  }
  return [
    ['database', `PostgreSQL at ${database.name}, by DATABASE_URL`],
    ['', `It makes the schema ${schema}, and touches nothing else there.`],
    ['', remove],
    ['', `For a SQLite file instead: ${ownName()} demo --data-dir ${quoted(dirname(directory))}`],
  ]
}

/** What removes it: a shell command for files, SQL for a schema. */
export function commandToRemove({ directory, schema }: DemoPlace): string {
  return schema === undefined ? `rm -r ${quoted(directory)}` : `drop schema ${schema} cascade`
}

/** In words. */
export function describePlace({ database, schema }: DemoPlace): string {
  return schema === undefined
    ? `SQLite in ${database.name}`
    : `PostgreSQL at ${database.name}, schema ${schema}`
}

/** The command that shows what the demo has left. */
export function commandToLook({ directory, schema }: DemoPlace): string {
  return schema === undefined
    ? `${ownName()} status --data-dir ${quoted(directory)}`
    : `${ownName()} status --schema ${schema}`
}
