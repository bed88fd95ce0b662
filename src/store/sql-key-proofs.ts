import { asc, eq } from 'drizzle-orm'
import type { KeyProof, KeyProofs } from '../ports/key-proofs.ts'
import type { SqlEngine } from './sql-engine.ts'

/** The keys that a database needs, on PostgreSQL and on SQLite. */
export class SqlKeyProofs implements KeyProofs {
  readonly #engine: SqlEngine

  constructor(engine: SqlEngine) {
    this.#engine = engine
  }

  list(): Promise<readonly KeyProof[]> {
    const { oauthTokenKeys: t } = this.#engine.tables
    return this.#engine.run(
      db => db.select({ keyId: t.keyId, proof: t.proof }).from(t).orderBy(asc(t.keyId)),
      { repeatable: true },
    )
  }

  async add({ keyId, proof }: KeyProof): Promise<boolean> {
    const { oauthTokenKeys: t } = this.#engine.tables
    const createdAt = this.#engine.dialect.now
    const added = await this.#engine.run(db =>
      db.insert(t).values({ keyId, proof, createdAt }).onConflictDoNothing().returning({ keyId: t.keyId }),
    )
    return added.length > 0
  }

  async remove(keyId: string): Promise<boolean> {
    const { oauthTokenKeys: t } = this.#engine.tables
    const removed = await this.#engine.run(db =>
      db.delete(t).where(eq(t.keyId, keyId)).returning({ keyId: t.keyId }),
    )
    return removed.length > 0
  }
}
