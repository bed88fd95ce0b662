import type { Migration } from '../../migration.ts'

/** Makes all tables; gives the lifecycle columns to an `oauth_tokens` that has only the first ten. */
export const createTables: Migration = {
  id: 1,
  name: 'create-tables',
  statements: [
    `create table if not exists oauth_tokens (
      id uuid primary key default gen_random_uuid(),
      client_id text not null,
      provider text not null,
      access_token text,
      refresh_token text,
      token_expiry timestamptz,
      scopes text,
      metadata jsonb,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    )`,
    `alter table oauth_tokens
      add column if not exists status text not null default 'active',
      add column if not exists status_reason text,
      add column if not exists generation integer not null default 0,
      add column if not exists lifetime_ms bigint,
      add column if not exists refresh_at timestamptz,
      add column if not exists lease_id text,
      add column if not exists lease_until timestamptz,
      add column if not exists attempt_id text,
      add column if not exists app_id text,
      add column if not exists failure_count integer not null default 0,
      add column if not exists next_attempt_at timestamptz,
      add column if not exists last_error text,
      add column if not exists last_refreshed_at timestamptz,
      add column if not exists refresh_token_expiry timestamptz`,
    // An adopted table may have its own unique index, of any name; a deferrable one cannot decide conflicts.
    `do $$ begin
      if not exists (
        select from pg_index i
        where i.indrelid = 'oauth_tokens'::regclass
          and i.indisunique and i.indimmediate and i.indisvalid
          and i.indpred is null and i.indexprs is null and i.indnkeyatts = 2
          and 2 = (
            select count(*) from pg_attribute a
            where a.attrelid = i.indrelid
              and a.attnum in (i.indkey[0], i.indkey[1])
              and a.attname in ('client_id', 'provider')
          )
      ) then
        create unique index oauth_tokens_client_id_provider_key on oauth_tokens (client_id, provider);
      end if;
    end $$`,
    // Twice the refresh window of an hour's token before it expires; at once where nobody knows when it does.
    `update oauth_tokens
      set refresh_at = coalesce(token_expiry - interval '10 minutes', now())
      where refresh_at is null and refresh_token is not null and generation = 0`,
    `create index if not exists oauth_tokens_due_idx on oauth_tokens (refresh_at)
      where status in ('active', 'suspect')`,
    `create table if not exists oauth_seed_owners (
      variable text primary key,
      client_id text not null,
      created_at timestamptz not null default now()
    )`,
    `create table if not exists oauth_seed_uses (
      digest text not null,
      provider text not null,
      client_id text not null,
      state text not null,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      primary key (digest, provider)
    )`,
    `create table if not exists oauth_token_revocations (
      id uuid primary key,
      client_id text not null,
      provider text not null,
      refresh_token text,
      metadata jsonb,
      requested_at timestamptz not null default now(),
      revoked_at timestamptz
    )`,
    `create index if not exists oauth_token_revocations_pending_idx
      on oauth_token_revocations (client_id, provider) where revoked_at is null`,
  ],
}
