import type { Migration } from '../../migration.ts'

/** Makes the table of what became of connections. */
export const createTokenEvents: Migration = {
  id: 3,
  name: 'create-token-events',
  statements: [
    `create table if not exists oauth_token_events (
      id bigint generated always as identity primary key,
      occurred_at timestamptz not null,
      type text not null,
      client_id text not null,
      provider text not null,
      connection_id uuid not null,
      generation integer,
      reason text
    )`,
    `create index if not exists oauth_token_events_connection_idx
      on oauth_token_events (client_id, provider, id)`,
  ],
}
