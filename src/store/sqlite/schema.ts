import { sql } from 'drizzle-orm'
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core'

/** The same tables as PostgreSQL's, under the same keys. Instants are ms since the epoch; `9e999` is infinity. */
export const sqliteTables = {
  oauthTokens: sqliteTable(
    'oauth_tokens',
    {
      id: text('id').primaryKey(),
      clientId: text('client_id').notNull(),
      provider: text('provider').notNull(),
      accessToken: text('access_token'),
      refreshToken: text('refresh_token'),
      tokenExpiry: integer('token_expiry'),
      scopes: text('scopes'),
      metadata: text('metadata', { mode: 'json' }).$type<Readonly<Record<string, unknown>>>(),
      createdAt: integer('created_at').notNull(),
      updatedAt: integer('updated_at').notNull(),

      status: text('status').notNull().default('active'),
      statusReason: text('status_reason'),
      generation: integer('generation').notNull().default(0),
      lifetimeMs: integer('lifetime_ms'),
      refreshAt: integer('refresh_at'),
      leaseId: text('lease_id'),
      leaseUntil: integer('lease_until'),
      attemptId: text('attempt_id'),
      appId: text('app_id'),
      failureCount: integer('failure_count').notNull().default(0),
      nextAttemptAt: integer('next_attempt_at'),
      lastError: text('last_error'),
      lastRefreshedAt: integer('last_refreshed_at'),
      refreshTokenExpiry: integer('refresh_token_expiry'),
      budgetUntil: integer('budget_until'),
      rejectedAt: integer('rejected_at'),
      accountDigest: text('account_digest'),
    },
    t => [
      uniqueIndex('oauth_tokens_client_id_provider_key').on(t.clientId, t.provider),
      index('oauth_tokens_due_idx').on(t.refreshAt).where(sql`status in ('active', 'suspect')`),
    ],
  ),

  oauthSeedOwners: sqliteTable('oauth_seed_owners', {
    variable: text('variable').primaryKey(),
    clientId: text('client_id').notNull(),
    createdAt: integer('created_at').notNull(),
  }),

  oauthSeedUses: sqliteTable(
    'oauth_seed_uses',
    {
      digest: text('digest').notNull(),
      provider: text('provider').notNull(),
      clientId: text('client_id').notNull(),
      state: text('state').$type<'stored' | 'deleted'>().notNull(),
      createdAt: integer('created_at').notNull(),
      updatedAt: integer('updated_at').notNull(),
    },
    t => [primaryKey({ columns: [t.digest, t.provider] })],
  ),

  oauthTokenRevocations: sqliteTable(
    'oauth_token_revocations',
    {
      id: text('id').primaryKey(),
      clientId: text('client_id').notNull(),
      provider: text('provider').notNull(),
      refreshToken: text('refresh_token'),
      metadata: text('metadata', { mode: 'json' }).$type<Readonly<Record<string, unknown>>>(),
      requestedAt: integer('requested_at').notNull(),
      revokedAt: integer('revoked_at'),
      accessToken: text('access_token'),
      attempts: integer('attempts').notNull().default(0),
      nextAttemptAt: integer('next_attempt_at'),
      lastError: text('last_error'),
    },
    t => [
      index('oauth_token_revocations_pending_idx').on(t.clientId, t.provider).where(sql`revoked_at is null`),
    ],
  ),

  oauthTokenKeys: sqliteTable('oauth_token_keys', {
    keyId: text('key_id').primaryKey(),
    proof: text('proof').notNull(),
    createdAt: integer('created_at').notNull(),
  }),

  oauthTokenEvents: sqliteTable(
    'oauth_token_events',
    {
      id: integer('id').primaryKey({ autoIncrement: true }),
      occurredAt: integer('occurred_at').notNull(),
      type: text('type').notNull(),
      clientId: text('client_id').notNull(),
      provider: text('provider').notNull(),
      connectionId: text('connection_id').notNull(),
      generation: integer('generation'),
      reason: text('reason'),
    },
    t => [index('oauth_token_events_connection_idx').on(t.clientId, t.provider, t.id)],
  ),

  oauthFlows: sqliteTable(
    'oauth_flows',
    {
      digest: text('digest').primaryKey(),
      kind: text('kind').$type<'authorization' | 'confirmation'>().notNull(),
      clientId: text('client_id').notNull(),
      provider: text('provider').notNull(),
      issuer: text('issuer'),
      appId: text('app_id').notNull(),
      redirectUri: text('redirect_uri').notNull(),
      userDigest: text('user_digest'),
      bindingDigest: text('binding_digest').notNull(),
      sealed: text('sealed'),
      details: text('details', { mode: 'json' }).$type<Readonly<Record<string, unknown>>>().notNull(),
      createdAt: integer('created_at').notNull(),
      expiresAt: integer('expires_at').notNull(),
      consumedAt: integer('consumed_at'),
      outcome: text('outcome'),
    },
    t => [
      index('oauth_flows_expiry_idx').on(t.expiresAt),
      index('oauth_flows_sealed_idx').on(t.expiresAt).where(sql`sealed is not null`),
    ],
  ),

  evergrantMigrations: sqliteTable('evergrant_migrations', {
    id: integer('id').primaryKey(),
    name: text('name').notNull(),
    appliedAt: integer('applied_at').notNull(),
  }),
}
