import pg from 'pg'
import type { Change, FinalRow } from './evidence.ts'

/** What the judge reads from a database, past the product. */
export interface Records {
  /** From now on the database writes down each change of a generation or a status. The tables must be there. */
  keep(): Promise<void>
  rows(): Promise<readonly FinalRow[]>
  changes(): Promise<readonly Change[]>
  close(): Promise<void>
}

const trigger = `
  create table chaos_changes (
    id bigserial primary key, at timestamptz not null default clock_timestamp(), client_id text, row_id text,
    generation int, generation_before int, status text, status_before text, status_reason text, expires_at timestamptz);
  create function chaos_note() returns trigger language plpgsql as $$ begin
    insert into chaos_changes (client_id, row_id, generation, generation_before, status, status_before, status_reason, expires_at)
    values (new.client_id, new.id, new.generation, old.generation, new.status, old.status, new.status_reason, new.token_expiry);
    return null; end $$;
  create trigger chaos_note after update on oauth_tokens for each row
    when (old.generation <> new.generation or old.status <> new.status) execute function chaos_note()`

/** Of a PostgreSQL database. */
export function postgresRecords(url: string): Records {
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  pool.on('error', () => {})
  return {
    keep: async () => {
      await pool.query(trigger)
    },
    rows: async () => {
      const { rows } = await pool.query(
        'select client_id, status, status_reason, refresh_token from oauth_tokens',
      )
      return rows.map(rowOf)
    },
    changes: async () => {
      const { rows } = await pool.query(
        `select *, extract(epoch from at) * 1000 as at_ms, extract(epoch from expires_at) * 1000 as expires_ms
          from chaos_changes order by id`,
      )
      return rows.map(changeOf)
    },
    close: () => pool.end(),
  }
}

/** A row of `oauth_tokens`. */
export function rowOf(row: Record<string, unknown>): FinalRow {
  return {
    connection: String(row.client_id),
    status: String(row.status),
    statusReason: textOf(row.status_reason),
    refreshToken: textOf(row.refresh_token),
  }
}

/** A row of `chaos_changes`, with `at_ms` and `expires_ms`. */
export function changeOf(row: Record<string, unknown>): Change {
  return {
    at: Number(row.at_ms),
    connection: String(row.client_id),
    rowId: String(row.row_id),
    generation: Number(row.generation),
    generationBefore: row.generation_before === null ? null : Number(row.generation_before),
    status: String(row.status),
    statusBefore: textOf(row.status_before),
    statusReason: textOf(row.status_reason),
    expiresAt: row.expires_ms === null ? null : Number(row.expires_ms),
  }
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
