import { existsSync } from 'node:fs'
import { systemClock } from '../../clock.ts'
import { chooseDatabase, type DatabaseChoice } from '../../database.ts'
import { readEnvironment } from '../../environment.ts'
import { EvergrantError } from '../../errors.ts'
import type { Clock } from '../../ports/clock.ts'
import { assemblyOf, openWithAnyKeys } from '../../service.ts'
import type { OpenOptions } from '../../service-options.ts'
import { type DatabasePlace, findDatabase } from '../find-database.ts'
import { fileFindings } from './file-checks.ts'
import { type Finding, failedBy, pass, type Verdict, verdictOf, warn } from './finding.ts'
import { lifeboatFindings } from './lifeboat-checks.ts'
import { postgresFindings, tables } from './postgres-checks.ts'
import { processFindings, readProcess } from './process-checks.ts'
import { revocationFindings } from './revocation-checks.ts'
import { sealingFindings } from './sealing-checks.ts'
import { seedFindings } from './seed-checks.ts'

/** Options of `open`, as far as a look needs them. */
export interface DiagnoseOptions
  extends Pick<
    OpenOptions,
    'database' | 'schema' | 'encryptionKeys' | 'providers' | 'policy' | 'requireSealed' | 'lifeboat'
  > {
  /** Default: the machine's. */
  readonly clock?: Clock | undefined
}

/** What a look at everything that Evergrant stands on has found. */
export interface Diagnosis {
  /** The worst of the findings. */
  readonly verdict: Verdict
  /** Null: the settings name none. */
  readonly database: DatabasePlace | null
  /** One for each check, in a fixed order. */
  readonly findings: readonly Finding[]
}

/**
 * Looks at the database, the keys, the files and this process, and says of each how it is and what to do. Writes
 * nothing, makes no file and asks no provider; never throws for what it finds.
 *
 * Options are those of `open`; what they leave out comes from the environment.
 */
export async function diagnose({
  clock = systemClock,
  ...options
}: DiagnoseOptions = {}): Promise<Diagnosis> {
  const findings: Finding[] = []
  let database: DatabasePlace | null = null
  try {
    database = findDatabase({ database: options.database })
    findings.push(...(await databaseFindings(options, database, clock)))
  } catch (error) {
    findings.push(failedBy('database', ours(error)))
  }
  findings.push(...processFindings(readProcess()))
  return { verdict: verdictOf(findings), database, findings }
}

async function databaseFindings(
  options: Omit<DiagnoseOptions, 'clock'>,
  place: DatabasePlace,
  clock: Clock,
): Promise<readonly Finding[]> {
  const choice = chooseDatabase(options.database, readEnvironment())
  const first = await placeFindings(choice, options, place, clock)
  const isUsable = place.exists !== false && verdictOf(first.filter(isBasic)) !== 'fail'
  return isUsable ? [...first, ...(await contentFindings(options, choice))] : first
}

async function placeFindings(
  choice: DatabaseChoice,
  { schema }: Pick<DiagnoseOptions, 'schema'>,
  { name, exists }: DatabasePlace,
  clock: Clock,
): Promise<readonly Finding[]> {
  switch (choice.kind) {
    case 'memory':
      return [
        warn(
          'database',
          'The database is in memory: it ends with its process.',
          'Name a database in DATABASE_URL, or leave it out for a SQLite file.',
        ),
      ]
    case 'sqlite': {
      if (!exists) return [warn('database', `There is no database yet: ${name}.`, 'Run: evergrant migrate')]
      const { inspectSqlite } = await import('../../store/sqlite/inspection.ts')
      const facts = await inspectSqlite(choice.path)
      return [pass('database', `SQLite file ${name}.`), tables(facts), ...fileFindings(choice.path)]
    }
    case 'postgres': {
      const { inspectPostgres } = await import('../../store/postgres/inspection.ts')
      const facts = await inspectPostgres(choice.database, { schema })
      return postgresFindings(facts, { name, wallMs: clock.wallMs() })
    }
  }
}

// What is needed to look at rows.
function isBasic({ check }: Finding): boolean {
  return check === 'database' || check === 'tables' || check === 'privileges' || check === 'pooler'
}

/** The keys, and what they seal: for that a service is opened, which writes nothing. */
async function contentFindings(
  options: Omit<DiagnoseOptions, 'clock'>,
  choice: DatabaseChoice,
): Promise<readonly Finding[]> {
  if (await wouldMakeKey(options, choice)) {
    return [pass('keys', 'There is no encryption key yet. The first start makes a key file.')]
  }
  try {
    await using service = await openWithAnyKeys({ ...options, migrate: false })
    const assembly = await assemblyOf(service)
    return [
      ...(await sealingFindings(service)),
      ...(await seedFindings(assembly)),
      ...(await revocationFindings(assembly)),
      ...(await lifeboatFindings(assembly)),
    ]
  } catch (error) {
    return [failedBy('keys', ours(error))]
  }
}

/** Whether opening would make a key file: a look must not. */
async function wouldMakeKey(
  { encryptionKeys }: Pick<DiagnoseOptions, 'encryptionKeys'>,
  choice: DatabaseChoice,
): Promise<boolean> {
  const isGiven = encryptionKeys !== undefined || readEnvironment().encryptionKeys !== undefined
  if (choice.kind !== 'sqlite' || isGiven || existsSync(`${choice.path}.key`)) return false
  const { sqliteFileHoldsSealedValues } = await import('../../store/sqlite/open.ts')
  return !(await sqliteFileHoldsSealedValues(choice.path))
}

function ours(error: unknown): EvergrantError {
  if (error instanceof EvergrantError) return error
  throw error
}
