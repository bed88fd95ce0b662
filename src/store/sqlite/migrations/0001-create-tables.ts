import type { Migration } from '../../migration.ts'

/** Makes all tables. */
export const createTables: Migration = {
  id: 1,
  name: 'create-tables',
  statements: [
    `create table if not exists oauth_tokens (
      id text primary key,
      client_id text not null,
      provider text not null,
      access_token text,
      refresh_token text,
      token_expiry integer,
      scopes text,
      metadata text,
      created_at integer not null,
      updated_at integer not null,
      status text not null default 'active',
      status_reason text,
      generation integer not null default 0,
      lifetime_ms integer,
      refresh_at integer,
      lease_id text,
      lease_until integer,
      attempt_id text,
      app_id text,
      failure_count integer not null default 0,
      next_attempt_at integer,
      last_error text,
      last_refreshed_at integer,
      refresh_token_expiry integer
    )`,
    `create unique index if not exists oauth_tokens_client_id_provider_key on oauth_tokens (client_id, provider)`,
    `create index if not exists oauth_tokens_due_idx on oauth_tokens (refresh_at)
      where status in ('active', 'suspect')`,
    `create table if not exists oauth_seed_owners (
      variable text primary key,
      client_id text not null,
      created_at integer not null
    )`,
    `create table if not exists oauth_seed_uses (
      digest text not null,
      provider text not null,
      client_id text not null,
      state text not null,
      created_at integer not null,
      updated_at integer not null,
      primary key (digest, provider)
    )`,
    `create table if not exists oauth_token_revocations (
      id text primary key,
      client_id text not null,
      provider text not null,
      refresh_token text,
      metadata text,
      requested_at integer not null,
      revoked_at integer
    )`,
    `create index if not exists oauth_token_revocations_pending_idx
      on oauth_token_revocations (client_id, provider) where revoked_at is null`,
  ],
}
