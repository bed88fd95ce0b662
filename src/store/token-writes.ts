import { randomUUID } from 'node:crypto'
import { and, eq, ne, type SQL } from 'drizzle-orm'
import type { PgInsertValue } from 'drizzle-orm/pg-core'
import type { ConnectionStatus } from '../lifecycle/connection.ts'
import type { ConnectionKey } from '../ports/store.ts'
import type { PostgresTables } from './postgres/schema.ts'
import type { SqlEngine, SqlSession } from './sql-engine.ts'
import type { SqlEventLog } from './sql-event-log.ts'
import type { Change } from './token-changes.ts'
import type { Told } from './told.ts'

type NewRow = PgInsertValue<PostgresTables['oauthTokens']>

/** Where a write goes, and whose it is. */
export interface WriteOptions {
  /** Default: outside of any transaction. */
  readonly session?: SqlSession
  readonly subject?: Partial<ConnectionKey>
}

/** A change of a row that has a status afterwards. */
export interface StatusChange {
  readonly change: Change
  readonly where: SQL | undefined
  readonly status: ConnectionStatus
  /** Whatever the status was. */
  readonly always?: readonly Told[]
  /** Only where it was another. */
  readonly turned: Told
}

/** Writes to `oauth_tokens`, each with the events that tell of it. */
export class TokenWrites {
  readonly #engine: SqlEngine
  readonly #events: SqlEventLog

  constructor(engine: SqlEngine, events: SqlEventLog) {
    this.#engine = engine
    this.#events = events
  }

  /** Changes the row that is as `where` says; gives whether there was one. */
  update(
    change: Change,
    where: SQL | undefined,
    told: readonly Told[] = [],
    { session = this.#engine, subject = {} }: WriteOptions = {},
  ): Promise<boolean> {
    const { oauthTokens: t } = this.#engine.tables
    return this.#events.write(
      session,
      db => db.update(t).set(change).where(where).returning(this.#events.subject),
      told,
      { subject },
    )
  }

  /**
   * The same, where the change may turn the status, and that is told. Who asks cannot know what the status is by the
   * time of the write; so the row that has it already is tried first, which is the only statement of an ordinary
   * refresh. Between the two nothing is missed: with the same generation a status only gets worse.
   */
  async updateStatus(
    { change, where, status, always = [], turned }: StatusChange,
    options: WriteOptions = {},
  ): Promise<boolean> {
    const { oauthTokens: t } = this.#engine.tables
    if (await this.update(change, and(where, eq(t.status, status)), always, options)) return true
    return this.update(change, and(where, ne(t.status, status)), [...always, turned], options)
  }

  /** Inserts a row, unless the connection has one. The id and the instants are given: an adopted table may lack defaults. */
  insert(
    { clientId, provider }: ConnectionKey,
    values: Partial<NewRow>,
    told: Told,
    session: SqlSession = this.#engine,
  ): Promise<boolean> {
    const { oauthTokens: t } = this.#engine.tables
    const { now } = this.#engine.dialect
    const row = { id: randomUUID(), clientId, provider, createdAt: now, updatedAt: now, ...values }
    return this.#events.write(
      session,
      db =>
        db
          .insert(t)
          .values(row)
          .onConflictDoNothing({ target: [t.clientId, t.provider] })
          .returning(this.#events.subject),
      [told],
      { subject: { clientId, provider } },
    )
  }
}
