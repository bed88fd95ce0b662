import { sql } from 'drizzle-orm'
import {
  bigint,
  index,
  integer,
  jsonb,
  PgSchema,
  type PgTableFn,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core'

const instant = (name: string) => timestamp(name, { withTimezone: true })

const tokenColumns = {
  id: uuid('id').primaryKey().defaultRandom(),
  clientId: text('client_id').notNull(),
  provider: text('provider').notNull(),
  accessToken: text('access_token'),
  refreshToken: text('refresh_token'),
  tokenExpiry: instant('token_expiry'),
  scopes: text('scopes'),
  metadata: jsonb('metadata').$type<Readonly<Record<string, unknown>>>(),
  createdAt: instant('created_at').notNull().defaultNow(),
  updatedAt: instant('updated_at').notNull().defaultNow(),

  status: text('status').notNull().default('active'),
  statusReason: text('status_reason'),
  generation: integer('generation').notNull().default(0),
  lifetimeMs: bigint('lifetime_ms', { mode: 'number' }),
  refreshAt: instant('refresh_at'),
  leaseId: text('lease_id'),
  leaseUntil: instant('lease_until'),
  attemptId: text('attempt_id'),
  appId: text('app_id'),
  failureCount: integer('failure_count').notNull().default(0),
  nextAttemptAt: instant('next_attempt_at'),
  lastError: text('last_error'),
  lastRefreshedAt: instant('last_refreshed_at'),
  refreshTokenExpiry: instant('refresh_token_expiry'),
  budgetUntil: instant('budget_until'),
  rejectedAt: instant('rejected_at'),
  accountDigest: text('account_digest'),
}

const seedOwnerColumns = {
  variable: text('variable').primaryKey(),
  clientId: text('client_id').notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
}

const seedUseColumns = {
  digest: text('digest').notNull(),
  provider: text('provider').notNull(),
  clientId: text('client_id').notNull(),
  state: text('state').$type<'stored' | 'deleted'>().notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
  updatedAt: instant('updated_at').notNull().defaultNow(),
}

const revocationColumns = {
  id: uuid('id').primaryKey(),
  clientId: text('client_id').notNull(),
  provider: text('provider').notNull(),
  refreshToken: text('refresh_token'),
  metadata: jsonb('metadata').$type<Readonly<Record<string, unknown>>>(),
  requestedAt: instant('requested_at').notNull().defaultNow(),
  revokedAt: instant('revoked_at'),
  accessToken: text('access_token'),
  attempts: integer('attempts').notNull().default(0),
  nextAttemptAt: instant('next_attempt_at'),
  lastError: text('last_error'),
}

const keyColumns = {
  keyId: text('key_id').primaryKey(),
  proof: text('proof').notNull(),
  createdAt: instant('created_at').notNull().defaultNow(),
}

const eventColumns = {
  id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  occurredAt: instant('occurred_at').notNull(),
  type: text('type').notNull(),
  clientId: text('client_id').notNull(),
  provider: text('provider').notNull(),
  connectionId: uuid('connection_id').notNull(),
  generation: integer('generation'),
  reason: text('reason'),
}

const flowColumns = {
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
  details: jsonb('details').$type<Readonly<Record<string, unknown>>>().notNull(),
  createdAt: instant('created_at').notNull(),
  expiresAt: instant('expires_at').notNull(),
  consumedAt: instant('consumed_at'),
  outcome: text('outcome'),
}

const migrationColumns = {
  id: integer('id').primaryKey(),
  name: text('name').notNull(),
  appliedAt: instant('applied_at').notNull().defaultNow(),
}

function defineTables<Schema extends string | undefined>(table: PgTableFn<Schema>) {
  return {
    /** One row per connection. The first ten columns are public; the others belong to the refresh protocol. */
    oauthTokens: table('oauth_tokens', tokenColumns, t => [
      uniqueIndex('oauth_tokens_client_id_provider_key').on(t.clientId, t.provider),
      index('oauth_tokens_due_idx').on(t.refreshAt).where(sql`status in ('active', 'suspect')`),
    ]),

    /** Which client took the seed of an environment variable, whatever its value. */
    oauthSeedOwners: table('oauth_seed_owners', seedOwnerColumns),

    /** Which seed values were used for which provider. Outlives the row that the seed became. */
    oauthSeedUses: table('oauth_seed_uses', seedUseColumns, t => [
      primaryKey({ name: 'oauth_seed_uses_pkey', columns: [t.digest, t.provider] }),
    ]),

    /** Revocations asked for with a deletion. */
    oauthTokenRevocations: table('oauth_token_revocations', revocationColumns, t => [
      index('oauth_token_revocations_pending_idx').on(t.clientId, t.provider).where(sql`revoked_at is null`),
    ]),

    /** The encryption keys that this database needs. */
    oauthTokenKeys: table('oauth_token_keys', keyColumns),

    /** What became of connections: written with each change that it tells of, kept for a while. */
    oauthTokenEvents: table('oauth_token_events', eventColumns, t => [
      index('oauth_token_events_connection_idx').on(t.clientId, t.provider, t.id),
    ]),

    /** Authorization flows under way, and those that were of late. */
    oauthFlows: table('oauth_flows', flowColumns, t => [
      index('oauth_flows_expiry_idx').on(t.expiresAt),
      index('oauth_flows_sealed_idx').on(t.expiresAt).where(sql`sealed is not null`),
    ]),

    /** Which migrations of Evergrant this schema has. */
    evergrantMigrations: table('evergrant_migrations', migrationColumns),
  }
}

/**
 * The tables in a schema, always named with it: what `search_path` a role has must not decide where tokens lie.
 * `new PgSchema` rather than `pgSchema()`, which refuses `public`.
 */
export function tablesIn(schema: string) {
  return defineTables(new PgSchema(schema).table)
}

/** The tables of one schema. */
export type PostgresTables = ReturnType<typeof tablesIn>

/** The tables of the schema `public`, as a user's own drizzle-kit and queries want them. */
export const {
  oauthTokens,
  oauthSeedOwners,
  oauthSeedUses,
  oauthTokenRevocations,
  oauthTokenKeys,
  oauthTokenEvents,
  oauthFlows,
  evergrantMigrations,
} = defineTables(pgTable)
