/**
 * `evergrant/schema`: the tables, for a user's own queries and drizzle-kit, and the migrations.
 *
 * Only the first ten columns of `oauth_tokens` are a public interface; see docs/schema.md.
 */
export { runMigrations } from './store/postgres/migrate.ts'
export {
  evergrantMigrations,
  oauthFlows,
  oauthSeedOwners,
  oauthSeedUses,
  oauthTokenEvents,
  oauthTokenKeys,
  oauthTokenRevocations,
  oauthTokens,
  tablesIn,
} from './store/postgres/schema.ts'
