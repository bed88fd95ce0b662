import type { PostgresFacts } from '../../store/postgres/inspection.ts'
import { type Finding, fail, pass, warn } from './finding.ts'

/** PostgreSQL 13. */
const OLDEST = 130_000
const MOST_SKEW_MS = 60_000

/** What a server that answers means for Evergrant. */
export function postgresFindings(
  facts: PostgresFacts,
  { name, wallMs }: { readonly name: string; readonly wallMs: number },
): readonly Finding[] {
  return [
    server(facts, name),
    ...(facts.missingPrivileges.length > 0 ? [] : [tables(facts)]),
    ...(facts.pending.length > 0 ? [] : [privileges(facts)]),
    clock(facts.now - wallMs),
    pooler(facts),
    tls(facts),
  ]
}

function server({ version, versionNumber, isReadOnly }: PostgresFacts, name: string): Finding {
  if (versionNumber < OLDEST) {
    return fail('database', `PostgreSQL ${version} at ${name} is too old.`, 'Use PostgreSQL 13 or newer.')
  }
  if (isReadOnly) {
    return fail(
      'database',
      `PostgreSQL ${version} at ${name} is read-only: a standby, or default_transaction_read_only.`,
      'Name the primary in DATABASE_URL.',
    )
  }
  return pass('database', `PostgreSQL ${version} at ${name}.`)
}

export function tables({ pending }: { readonly pending: readonly string[] }): Finding {
  if (pending.length === 0) return pass('tables', 'The tables are current.')
  return fail(
    'tables',
    `The tables lack ${pending.length === 1 ? 'a migration' : 'migrations'}: ${pending.join(', ')}.`,
    'Run: evergrant migrate. A service that may make tables does it at its start.',
  )
}

function privileges({ role, missingPrivileges }: PostgresFacts): Finding {
  if (missingPrivileges.length === 0) return pass('privileges', `The role ${role} may do what it must.`)
  return fail(
    'privileges',
    `The role ${role} lacks: ${missingPrivileges.join(', ')}.`,
    `Run as the owner: ${missingPrivileges.map(grant => `grant ${grant} to ${role};`).join(' ')}`,
  )
}

function clock(skewMs: number): Finding {
  const seconds = Math.round(Math.abs(skewMs) / 1_000)
  if (Math.abs(skewMs) <= MOST_SKEW_MS) return pass('clock', 'This clock and the database’s agree.')
  return warn(
    'clock',
    `This clock is ${seconds} s ${skewMs > 0 ? 'behind' : 'ahead of'} the database’s.`,
    'Set it by NTP. Evergrant goes by the database’s clock; what else runs here may not.',
  )
}

function pooler({ pooling }: PostgresFacts): Finding {
  switch (pooling) {
    case 'direct':
      return pass('pooler', 'No pooler lends out server connections by the transaction.')
    case 'transaction':
      return pass('pooler', 'A pooler in transaction mode: nothing here needs more.')
    case 'statement':
      return fail(
        'pooler',
        'A pooler in statement mode: there are no transactions.',
        'Set pool_mode = transaction. Seeds, deletions and migrations are transactions.',
      )
    case 'unknown':
      return pass('pooler', 'This driver does not tell whether there is a pooler.')
  }
}

function tls({ link }: PostgresFacts): Finding {
  switch (link) {
    case 'local':
      return pass('tls', 'The database is on this machine.')
    case 'verified':
      return pass('tls', 'TLS to the database, with a certificate that was checked.')
    case 'unverified':
      return warn(
        'tls',
        'TLS to the database, but nobody checked who answers.',
        'Use sslmode=verify-full in DATABASE_URL, with sslrootcert for a root of your own.',
      )
    case 'plain':
      return warn(
        'tls',
        'The connection to the database is not encrypted.',
        'Use sslmode=verify-full in DATABASE_URL. What lies sealed in the database is sealed on the way, ' +
          'but the password’s exchange and all else is not.',
      )
    case 'unknown':
      return pass('tls', 'This driver does not tell whether it uses TLS.')
  }
}
