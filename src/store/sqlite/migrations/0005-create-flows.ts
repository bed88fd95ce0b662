import type { Migration } from '../../migration.ts'

/**
 * Makes the table of authorization flows; tells whose account a grant is for; and what a revocation that the provider
 * has not confirmed needs to be tried again.
 */
export const createFlows: Migration = {
  id: 5,
  name: 'create-flows',
  statements: [
    `create table if not exists oauth_flows (
      digest text primary key,
      kind text not null,
      client_id text not null,
      provider text not null,
      issuer text,
      app_id text not null,
      redirect_uri text not null,
      user_digest text,
      binding_digest text not null,
      sealed text,
      details text not null,
      created_at integer not null,
      expires_at integer not null,
      consumed_at integer,
      outcome text
    )`,
    `create index if not exists oauth_flows_expiry_idx on oauth_flows (expires_at)`,
    `create index if not exists oauth_flows_sealed_idx on oauth_flows (expires_at) where sealed is not null`,
  ],
  newColumns: [
    ['oauth_tokens', 'account_digest', 'text'],
    ['oauth_token_revocations', 'access_token', 'text'],
    ['oauth_token_revocations', 'attempts', 'integer not null default 0'],
    ['oauth_token_revocations', 'next_attempt_at', 'integer'],
    ['oauth_token_revocations', 'last_error', 'text'],
  ],
}
