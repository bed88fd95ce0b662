import type { ImportReport } from 'evergrant/admin'

/** Columns of a token table as it was before Evergrant, for PostgreSQL and SQLite. */
export const TOKEN_COLUMNS = `(client_id varchar(400), provider varchar(64), access_token varchar,
  refresh_token text, token_expiry timestamptz, scopes text, metadata jsonb)`

/** What became of rows, in short: outcome, reason, and the client of each row, here or by this key there. */
export function fatesOf({ fates }: ImportReport, key = 'client_id'): readonly unknown[] {
  return fates.map(({ outcome, reason, rows }) => [
    outcome,
    reason,
    rows.map(row => row.connection?.clientId ?? row.source[key] ?? null),
  ])
}
