import Database from 'libsql'
import { changeOf, type Records, rowOf } from './records.ts'

/** What the judge waits inside SQLite while a process of the campaign holds the file. */
const BUSY_LIMIT_MS = 5_000

const triggers = `
  create table chaos_changes (
    id integer primary key, at_ms real not null default (unixepoch('subsec') * 1000), client_id text, row_id text,
    generation int, generation_before int, status text, status_before text, status_reason text, expires_ms int);
  create trigger chaos_note after update on oauth_tokens
    when old.generation <> new.generation or old.status <> new.status begin
    insert into chaos_changes (client_id, row_id, generation, generation_before, status, status_before, status_reason, expires_ms)
    values (new.client_id, new.id, new.generation, old.generation, new.status, old.status, new.status_reason, new.token_expiry);
  end`

/** Of a SQLite file. */
export function sqliteRecords(path: string): Records {
  let opened: Database.Database | null = null
  const database = (): Database.Database => {
    if (opened !== null) return opened
    opened = new Database(path)
    opened.exec(`pragma busy_timeout = ${BUSY_LIMIT_MS}`)
    return opened
  }
  const all = (text: string): Record<string, unknown>[] =>
    database().prepare(text).all() as Record<string, unknown>[]
  return {
    keep: async () => {
      database().exec(triggers)
    },
    rows: async () =>
      all('select client_id, status, status_reason, refresh_token from oauth_tokens').map(rowOf),
    changes: async () => all('select * from chaos_changes order by id').map(changeOf),
    close: async () => {
      opened?.close()
    },
  }
}
