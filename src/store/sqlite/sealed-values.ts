import type { SqliteConnection } from './connection.ts'

/** Where sealed values lie. */
const COLUMNS: readonly (readonly [table: string, column: string])[] = [
  ['oauth_tokens', 'access_token'],
  ['oauth_tokens', 'refresh_token'],
  ['oauth_token_revocations', 'access_token'],
  ['oauth_token_revocations', 'refresh_token'],
]

/** Whether anything in the file is sealed, in a table of Evergrant's; other tables may be there, or none. */
export function holdsSealedValues(connection: SqliteConnection): boolean {
  return COLUMNS.some(([table, column]) => {
    const [found] = connection.rows(`select 1 from pragma_table_info('${table}') where name = '${column}'`)
    return found !== undefined && connection.rows(sealedIn(table, column)).length > 0
  })
}

// `eg`, the number of a version, a full stop: as `hasEnvelopePrefix` knows an envelope.
function sealedIn(table: string, column: string): string {
  return `select 1 from ${table}
    where ${column} glob 'eg[0-9]*' and ltrim(substr(${column}, 3), '0123456789') glob '.*' limit 1`
}
