import { and, eq, ne, sql } from 'drizzle-orm'
import type { ConnectionKey, PlantRequest, Seed, SeedMemory } from '../ports/store.ts'
import type { SqlEngine, SqlSession } from './sql-engine.ts'

/**
 * Who took which seed, and what became of it. Both tables outlive the rows of `oauth_tokens`: a seed must not
 * come back after `deleteToken`, and never go to a second client.
 */
export class SeedLedger {
  readonly #engine: SqlEngine

  constructor(engine: SqlEngine) {
    this.#engine = engine
  }

  async memory(seed: Seed, provider: string): Promise<SeedMemory> {
    const { oauthSeedOwners: owners, oauthSeedUses: uses } = this.#engine.tables
    const [owner] = await this.#engine.run(
      db => db.select({ clientId: owners.clientId }).from(owners).where(eq(owners.variable, seed.variable)),
      { repeatable: true },
    )
    const [use] = await this.#engine.run(
      db =>
        db
          .select({ clientId: uses.clientId, state: uses.state })
          .from(uses)
          .where(and(eq(uses.digest, seed.digest), eq(uses.provider, provider))),
      { repeatable: true },
    )
    return { owner: owner?.clientId ?? null, use: use ?? null }
  }

  /** Takes the variable for the client; false when another client has it. Locks its owner until the end. */
  async take(session: SqlSession, { seed, clientId, named }: PlantRequest): Promise<boolean> {
    const { oauthSeedOwners: t } = this.#engine.tables
    const [owner] = await session.run(db =>
      db
        .insert(t)
        .values({ variable: seed.variable, clientId, createdAt: this.#engine.dialect.now })
        .onConflictDoUpdate({
          target: t.variable,
          set: { clientId: named ? sql`excluded.client_id` : sql`${t.clientId}` },
        })
        .returning({ clientId: t.clientId }),
    )
    return owner?.clientId === clientId
  }

  /**
   * Records that the value is stored; false when it may not be used: deleted before, or stored for another
   * client (unless this one is the named client).
   */
  async use(session: SqlSession, { seed, clientId, provider, named }: PlantRequest): Promise<boolean> {
    const { oauthSeedUses: t } = this.#engine.tables
    const { now } = this.#engine.dialect
    const rows = await session.run(db =>
      db
        .insert(t)
        .values({ digest: seed.digest, provider, clientId, state: 'stored', createdAt: now, updatedAt: now })
        .onConflictDoUpdate({
          target: [t.digest, t.provider],
          set: { clientId, updatedAt: now },
          setWhere: sql`${ne(t.state, 'deleted')} and ${named ? sql`true` : eq(t.clientId, clientId)}`,
        })
        .returning({ digest: t.digest }),
    )
    return rows.length > 0
  }

  /** The connection was deleted: neither its seeds nor the one that it could have used come back. */
  async forget(session: SqlSession, { clientId, provider }: ConnectionKey, seed: Seed | null): Promise<void> {
    const { oauthSeedUses: t } = this.#engine.tables
    const { now } = this.#engine.dialect
    if (seed !== null) {
      await session.run(db =>
        db
          .insert(t)
          .values({
            digest: seed.digest,
            provider,
            clientId,
            state: 'deleted',
            createdAt: now,
            updatedAt: now,
          })
          .onConflictDoNothing()
          .returning({ digest: t.digest }),
      )
    }
    await session.run(db =>
      db
        .update(t)
        .set({ state: 'deleted', updatedAt: now })
        .where(and(eq(t.clientId, clientId), eq(t.provider, provider), ne(t.state, 'deleted')))
        .returning({ digest: t.digest }),
    )
  }
}
