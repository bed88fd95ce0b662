import { and, asc, eq, isNotNull, isNull, lte, or, type SQL, sql } from 'drizzle-orm'
import type { DuePage, DueRequest } from '../ports/store.ts'
import type { SqlEngine } from './sql-engine.ts'
import { type Fields, parseRow, parseText, type Values } from './stored-row.ts'

/** The rows of a provider whose refresh is due, read over the index of `refresh_at`. */
export class DueRows {
  readonly #engine: SqlEngine
  readonly #row: Fields

  constructor(engine: SqlEngine, row: Fields) {
    this.#engine = engine
    this.#row = row
  }

  async page(request: DueRequest): Promise<DuePage> {
    const { provider, needsRefreshToken, longestLeaseMs, longestGateMs, limit, after } = request
    const { tables, dialect } = this.#engine
    const { oauthTokens: t } = tables
    const rows: Values[] = await this.#engine.run(
      db =>
        db
          .select({ ...this.#row, due: dialect.exactText(t.refreshAt) })
          .from(t)
          .where(
            and(
              // As the index has it, word for word: else it is not used.
              sql`${t.status} in ('active', 'suspect')`,
              lte(t.refreshAt, dialect.now),
              eq(t.provider, provider),
              needsRefreshToken ? isNotNull(t.refreshToken) : undefined,
              or(isNull(t.nextAttemptAt), dialect.isOver(t.nextAttemptAt, longestGateMs)),
              or(isNull(t.leaseUntil), dialect.isOver(t.leaseUntil, longestLeaseMs)),
              after === null ? undefined : this.#isAfter(after),
            ),
          )
          .orderBy(asc(t.refreshAt), asc(t.id))
          .limit(limit),
      { repeatable: true },
    )
    const last = rows.at(-1)
    return {
      rows: rows.map(parseRow),
      next:
        last === undefined || rows.length < limit
          ? null
          : [parseText(last.due), parseText(last.id)].join(' '),
    }
  }

  #isAfter(cursor: string): SQL {
    const { refreshAt, id } = this.#engine.tables.oauthTokens
    const at = cursor.lastIndexOf(' ')
    const due = this.#engine.dialect.fromExactText(cursor.slice(0, at))
    return sql`(${refreshAt}, ${id}) > (${due}, ${cursor.slice(at + 1)})`
  }
}
