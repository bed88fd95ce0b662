import { and, asc, eq, inArray, isNull, or, type SQL, sql } from 'drizzle-orm'
import { REVOCATION_FIRST_MS } from '../lifecycle/revocation.ts'
import type {
  DueRevocations,
  NewRevocation,
  RenewedRevocation,
  Revocation,
  RevocationClaim,
  RevocationFailure,
  RevocationOutbox,
  WaitingRevocations,
} from '../ports/revocations.ts'
import type { ConnectionFilter, ConnectionKey } from '../ports/store.ts'
import type { SqlEngine, SqlSession } from './sql-engine.ts'
import type { SqlEventLog } from './sql-event-log.ts'
import { parseRevocation, parseWaiting, revocationFields, type Values } from './stored-row.ts'
import type { Change } from './token-changes.ts'
import { told } from './told.ts'

/** The revocations of `oauth_token_revocations`, on PostgreSQL and on SQLite. */
export class SqlRevocations implements RevocationOutbox {
  readonly #engine: SqlEngine
  readonly #events: SqlEventLog

  constructor(engine: SqlEngine, events: SqlEventLog) {
    this.#engine = engine
    this.#events = events
  }

  async of(rowId: string): Promise<Revocation | null> {
    const [revocation] = await this.#select(eq(this.#table.id, rowId))
    return revocation ?? null
  }

  pending({ clientId, provider }: ConnectionKey): Promise<readonly Revocation[]> {
    const t = this.#table
    return this.#select(and(eq(t.clientId, clientId), eq(t.provider, provider), isNull(t.revokedAt)))
  }

  async connections({ clientId, provider }: ConnectionFilter): Promise<readonly ConnectionKey[]> {
    const t = this.#table
    const rows = await this.#engine.run(
      db =>
        db
          .selectDistinct({ clientId: t.clientId, provider: t.provider })
          .from(t)
          .where(
            and(
              isNull(t.revokedAt),
              clientId === undefined ? undefined : eq(t.clientId, clientId),
              provider === undefined ? undefined : eq(t.provider, provider),
            ),
          )
          .orderBy(asc(t.clientId), asc(t.provider)),
      { repeatable: true },
    )
    return rows.map(row => ({ clientId: row.clientId, provider: row.provider }))
  }

  async waiting(): Promise<WaitingRevocations> {
    const t = this.#table
    const { epochMs, now } = this.#engine.dialect
    const [oldest]: Values[] = await this.#engine.run(
      db =>
        db
          .select({
            count: sql`count(*) over ()`,
            since: epochMs(t.requestedAt),
            now: epochMs(now),
            reason: t.lastError,
          })
          .from(t)
          .where(isNull(t.revokedAt))
          .orderBy(asc(t.requestedAt))
          .limit(1),
      { repeatable: true },
    )
    return oldest === undefined ? { count: 0, oldest: null } : parseWaiting(oldest)
  }

  /** @param session where the row is deleted with it, the transaction of that */
  async add(
    { id, clientId, provider, refreshToken, accessToken, metadata }: NewRevocation,
    session: SqlSession = this.#engine,
  ): Promise<boolean> {
    const t = this.#table
    const { now, after } = this.#engine.dialect
    const row = { id, clientId, provider, refreshToken, accessToken, metadata, requestedAt: now }
    const added = await session.run(
      db =>
        db
          .insert(t)
          .values({ ...row, nextAttemptAt: after(REVOCATION_FIRST_MS) })
          .onConflictDoNothing()
          .returning({ id: t.id }),
      { subject: { clientId, provider } },
    )
    return added.length > 0
  }

  due({ providers, longestGateMs, limit }: DueRevocations): Promise<readonly Revocation[]> {
    const t = this.#table
    const isDue = or(isNull(t.nextAttemptAt), this.#engine.dialect.isOver(t.nextAttemptAt, longestGateMs))
    if (providers.length === 0) return Promise.resolve([])
    return this.#select(
      and(isNull(t.revokedAt), inArray(t.provider, [...providers]), isDue, this.#isAlone()),
      limit,
    )
  }

  claim({ id, attempts, nextAttemptInMs, besideNewGrant }: RevocationClaim): Promise<boolean> {
    const change = {
      attempts: attempts + 1,
      nextAttemptAt: this.#engine.dialect.after(nextAttemptInMs),
      lastError: null,
    }
    return this.#update(change, id, attempts, besideNewGrant ? undefined : this.#isAlone())
  }

  failed({ id, attempts, reason, nextAttemptInMs }: RevocationFailure): Promise<boolean> {
    const change = { lastError: reason, nextAttemptAt: this.#engine.dialect.after(nextAttemptInMs) }
    return this.#update(change, id, attempts, undefined)
  }

  async renew({ id, refreshToken, accessToken }: RenewedRevocation): Promise<boolean> {
    const t = this.#table
    const change = {
      refreshToken: refreshToken ?? sql`${t.refreshToken}`,
      accessToken: accessToken ?? sql`${t.accessToken}`,
    }
    const changed = await this.#engine.run(db =>
      db
        .update(t)
        .set(change)
        .where(and(eq(t.id, id), isNull(t.revokedAt)))
        .returning({ id: t.id }),
    )
    return changed.length > 0
  }

  confirm(rowId: string): Promise<boolean> {
    const t = this.#table
    const { id, clientId, provider } = t
    // The row is gone, and its generation with it.
    const subject = { id, clientId, provider, generation: sql`cast(null as integer)`.as('generation') }
    const change = { refreshToken: null, accessToken: null, revokedAt: this.#engine.dialect.now }
    return this.#events.write(
      this.#engine,
      db =>
        db
          .update(t)
          .set(change)
          .where(and(eq(t.id, rowId), isNull(t.revokedAt)))
          .returning(subject),
      [told('revoked')],
    )
  }

  get #table(): SqlEngine['tables']['oauthTokenRevocations'] {
    return this.#engine.tables.oauthTokenRevocations
  }

  async #update(
    change: Pick<Change, 'nextAttemptAt'> & { attempts?: number; lastError?: string | null },
    id: string,
    attempts: number,
    where: SQL | undefined,
  ): Promise<boolean> {
    const t = this.#table
    const changed = await this.#engine.run(db =>
      db
        .update(t)
        .set(change)
        .where(and(eq(t.id, id), eq(t.attempts, attempts), isNull(t.revokedAt), where))
        .returning({ id: t.id }),
    )
    return changed.length > 0
  }

  /** The connection has not been made again. */
  #isAlone(): SQL {
    const { oauthTokens: c } = this.#engine.tables
    const t = this.#table
    return sql`not exists (select 1 from ${c} where ${c.clientId} = ${t.clientId} and ${c.provider} = ${t.provider})`
  }

  async #select(where: SQL | undefined, limit = Number.MAX_SAFE_INTEGER): Promise<Revocation[]> {
    const t = this.#table
    const rows = await this.#engine.run(
      db =>
        db
          .select(revocationFields(t, this.#engine.dialect))
          .from(t)
          .where(where)
          .orderBy(asc(t.requestedAt), asc(t.id))
          .limit(limit),
      { repeatable: true },
    )
    return rows.map(parseRevocation)
  }
}
