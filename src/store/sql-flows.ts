import { and, asc, eq, gt, inArray, isNotNull, lte, type SQL, sql } from 'drizzle-orm'
import type { ConsumedFlow, FlowKind, FlowRecord, FlowStore } from '../ports/flows.ts'
import { CLEANED_AT_A_TIME, FLOW_RETENTION_MS } from './flow-retention.ts'
import type { SqlEngine } from './sql-engine.ts'
import { storableMetadata } from './storable.ts'
import { flowFields, parseFlow, type StoredFlow, type Values } from './stored-row.ts'

/** The flows of `oauth_flows`, on PostgreSQL and on SQLite. Each step is one statement. */
export class SqlFlows implements FlowStore {
  readonly #engine: SqlEngine

  constructor(engine: SqlEngine) {
    this.#engine = engine
  }

  async begin(digest: string, flow: FlowRecord, ttlMs: number): Promise<boolean> {
    const { tables, dialect } = this.#engine
    const { oauthFlows: t } = tables
    const row = {
      ...flow,
      digest,
      details: storableMetadata(flow.details),
      createdAt: dialect.now,
      expiresAt: dialect.after(ttlMs),
    }
    const begun = await this.#engine.run(
      db => db.insert(t).values(row).onConflictDoNothing().returning({ digest: t.digest }),
      { subject: flow },
    )
    // Whoever begins a flow need not hear that others could not be cleaned away: the next one tries again.
    await this.expire().catch(() => {})
    return begun.length > 0
  }

  async consume(digest: string, kind: FlowKind): Promise<ConsumedFlow> {
    const { tables, dialect } = this.#engine
    const { oauthFlows: t } = tables
    // Before, because the statement that decides leaves nothing sealed behind; and until then it is what it was.
    const found = await this.#find(digest, kind)
    const consumed = await this.#engine.run(db =>
      db
        .update(t)
        .set({ consumedAt: dialect.now, sealed: null })
        .where(and(this.#is(digest, kind), this.#isAlive()))
        .returning({ digest: t.digest }),
    )
    if (consumed.length > 0 && found !== null && found.sealed !== null) {
      return { kind: 'consumed', flow: { ...found.flow, sealed: found.sealed } }
    }
    const left = await this.#find(digest, kind)
    if (left === null) return { kind: 'unknown' }
    return left.isConsumed ? { kind: 'used', flow: left.flow, outcome: left.outcome } : { kind: 'expired' }
  }

  async conclude(digest: string, outcome: string): Promise<void> {
    const { oauthFlows: t } = this.#engine.tables
    await this.#engine.run(db =>
      db
        .update(t)
        .set({ outcome })
        .where(and(eq(t.digest, digest), isNotNull(t.consumedAt)))
        .returning({ digest: t.digest }),
    )
  }

  async expire(): Promise<number> {
    const { tables, dialect } = this.#engine
    const { oauthFlows: t } = tables
    const some = (where: SQL | undefined): SQL =>
      sql`(select ${t.digest} from ${t} where ${where} order by ${asc(t.expiresAt)} limit ${CLEANED_AT_A_TIME})`
    await this.#engine.run(db =>
      db
        .update(t)
        .set({ sealed: null })
        .where(inArray(t.digest, some(and(isNotNull(t.sealed), lte(t.expiresAt, dialect.now)))))
        .returning({ digest: t.digest }),
    )
    const gone = await this.#engine.run(db =>
      db
        .delete(t)
        .where(inArray(t.digest, some(lte(t.expiresAt, dialect.after(-FLOW_RETENTION_MS)))))
        .returning({ digest: t.digest }),
    )
    return gone.length
  }

  #is(digest: string, kind: FlowKind): SQL | undefined {
    const { oauthFlows: t } = this.#engine.tables
    return and(eq(t.digest, digest), eq(t.kind, kind))
  }

  // What is sealed is taken by one alone. Begun in the future: the clock was set back, and its age nobody knows.
  #isAlive(): SQL | undefined {
    const { tables, dialect } = this.#engine
    const { oauthFlows: t } = tables
    return and(isNotNull(t.sealed), lte(t.createdAt, dialect.now), gt(t.expiresAt, dialect.now))
  }

  async #find(digest: string, kind: FlowKind): Promise<StoredFlow | null> {
    const { oauthFlows: t } = this.#engine.tables
    const rows: Values[] = await this.#engine.run(
      db => db.select(flowFields(t)).from(t).where(this.#is(digest, kind)),
      { repeatable: true },
    )
    return rows[0] === undefined ? null : parseFlow(rows[0])
  }
}
