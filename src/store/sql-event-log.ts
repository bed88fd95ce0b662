import { and, desc, eq, gte, lt, type SQL, type SQLWrapper, sql, WithSubquery } from 'drizzle-orm'
import type { EventLog, EventQuery, RecordedEvent } from '../ports/event-log.ts'
import { EXPIRED_AT_A_TIME, isTimeToExpire } from './event-retention.ts'
import type { Database, Query, RunOptions, SqlEngine, SqlSession } from './sql-engine.ts'
import { type EventSubject, type Fields, parseEvent, parseSubject, type Values } from './stored-row.ts'
import type { Told } from './told.ts'

/** A statement that changes rows of `oauth_tokens` and gives {@link SqlEventLog.subject} of each. */
export type ChangeQuery = Query<Values> & SQLWrapper

/** The events of `oauth_token_events`, on PostgreSQL and on SQLite. */
export class SqlEventLog implements EventLog {
  readonly #engine: SqlEngine
  readonly #retentionMs: number
  /** What a change has to give of its row. */
  readonly subject: Fields

  constructor(engine: SqlEngine, retentionMs: number) {
    const { oauthTokens: t } = engine.tables
    this.#engine = engine
    this.#retentionMs = retentionMs
    this.subject = { id: t.id, clientId: t.clientId, provider: t.provider, generation: t.generation }
  }

  async page({ clientId, provider, type, since, limit, before }: EventQuery): Promise<RecordedEvent[]> {
    const { tables, dialect } = this.#engine
    const { oauthTokenEvents: t } = tables
    const rows: Values[] = await this.#engine.run(
      db =>
        db
          .select({ ...this.#fields(), at: dialect.epochMs(t.occurredAt) })
          .from(t)
          .where(
            and(
              clientId === undefined ? undefined : eq(t.clientId, clientId),
              provider === undefined ? undefined : eq(t.provider, provider),
              type === undefined ? undefined : eq(t.type, type),
              since === undefined ? undefined : gte(t.occurredAt, dialect.instant(since)),
              before === null ? undefined : lt(t.id, before),
            ),
          )
          .orderBy(desc(t.id))
          .limit(limit),
      { repeatable: true },
    )
    return rows.map(parseEvent)
  }

  /** Looks at the oldest ones only: however many events there are, it costs the same. */
  async expire(): Promise<number> {
    const { tables, dialect } = this.#engine
    const { oauthTokenEvents: t } = tables
    const oldest = sql`(select ${t.id} as id, ${t.occurredAt} as at from ${t} order by ${t.id} limit ${EXPIRED_AT_A_TIME})`
    const gone = await this.#engine.run(db =>
      db
        .delete(t)
        .where(
          sql`${t.id} in (select id from ${oldest} as oldest where at < ${dialect.after(-this.#retentionMs)})`,
        )
        .returning({ id: t.id }),
    )
    return gone.length
  }

  /**
   * Makes a change and records what is told of it, both or neither: on PostgreSQL in one statement, so that no pooler
   * can come between, on SQLite in one transaction.
   * @returns whether a row was changed
   */
  async write(
    session: SqlSession,
    change: (db: Database) => ChangeQuery,
    told: readonly Told[],
    options: RunOptions = {},
  ): Promise<boolean> {
    if (told.length === 0) return (await session.run(change, options)).length > 0
    const events: Values[] =
      this.#engine.kind === 'postgres'
        ? await session.run(db => this.#inOneStatement(db, change(db), told), options)
        : await session.transaction(inside => this.#inOneTransaction(inside, change, told), options)
    this.#expireNowAndThen(events)
    return events.length > 0
  }

  /** Records something about a row that is no more, within the transaction of its end. */
  async record(session: SqlSession, subject: EventSubject, told: Told): Promise<void> {
    this.#expireNowAndThen(await this.#insert(session, subject, [told]))
  }

  #inOneStatement(db: Database, change: ChangeQuery, told: readonly Told[]): Query<Values> {
    const { oauthTokenEvents: t } = this.#engine.tables
    const what = sql.join(
      told.map(({ type, reason }, index) => sql`(${index}::integer, ${type}::text, ${reason}::text)`),
      sql`, `,
    )
    const recorded = sql`insert into ${t} (occurred_at, type, client_id, provider, connection_id, generation, reason)
      select ${this.#engine.dialect.now}, what.type, client_id, provider, changed.id, generation, what.reason
      from changed cross join (values ${what}) as what (place, type, reason) order by what.place returning id`
    return db
      .with(cte('changed', change.getSQL()), cte('recorded', recorded))
      .select({ id: sql<number>`id` })
      .from(sql`recorded`)
  }

  async #inOneTransaction(
    session: SqlSession,
    change: (db: Database) => ChangeQuery,
    told: readonly Told[],
  ): Promise<Values[]> {
    const [changed] = await session.run(change)
    return changed === undefined ? [] : this.#insert(session, parseSubject(changed), told)
  }

  #insert(session: SqlSession, subject: EventSubject, told: readonly Told[]): Promise<Values[]> {
    const { oauthTokenEvents: t } = this.#engine.tables
    const { id: connectionId, clientId, provider, generation } = subject
    const occurredAt = this.#engine.dialect.now
    return session.run(db =>
      db
        .insert(t)
        .values(
          told.map(({ type, reason }) => ({
            occurredAt,
            type,
            clientId,
            provider,
            connectionId,
            generation,
            reason,
          })),
        )
        .returning({ id: t.id }),
    )
  }

  #fields(): Fields {
    const { id, type, clientId, provider, connectionId, generation, reason } =
      this.#engine.tables.oauthTokenEvents
    return { id, type, clientId, provider, connectionId, generation, reason }
  }

  // Behind the back of who wrote the event, and nobody hears of a failure: the next one tries again.
  #expireNowAndThen(events: readonly Values[]): void {
    if (isTimeToExpire(events.map(({ id }) => Number(id)))) void this.expire().catch(() => {})
  }
}

function cte(name: string, statement: SQL): WithSubquery {
  return new WithSubquery(statement, {}, name, true)
}
