import { and, asc, eq, gt, isNotNull, isNull, or, type SQL, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import type { SealedRow, SealedTable, SealedTexts, SealedValues, Stretch } from '../ports/sealed-values.ts'
import type { Database, Query, SqlEngine } from './sql-engine.ts'
import type { Fields, Values } from './stored-row.ts'

/** Everything sealed in the tables of PostgreSQL and of SQLite. */
export class SqlSealedValues implements SealedValues {
  readonly #engine: SqlEngine

  constructor(engine: SqlEngine) {
    this.#engine = engine
  }

  rows({ table, after, limit }: Stretch): Promise<readonly SealedRow[]> {
    return this.#select(table, id => (after === null ? undefined : gt(id, after)), limit)
  }

  async row(table: SealedTable, rowId: string): Promise<SealedRow | null> {
    const [row] = await this.#select(table, id => eq(id, rowId), 1)
    return row ?? null
  }

  async replace(row: SealedRow, { accessToken, refreshToken }: SealedTexts): Promise<boolean> {
    const { oauthTokens: t, oauthTokenRevocations: r } = this.#engine.tables
    const subject = { clientId: row.clientId, provider: row.provider }
    const replaced =
      row.table === 'oauth_tokens'
        ? await this.#engine.run(
            db =>
              db
                .update(t)
                .set({ accessToken, refreshToken })
                .where(and(isStill(t, row), holds(t.accessToken, row.accessToken)))
                .returning({ id: t.id }),
            { subject },
          )
        : await this.#engine.run(
            db => db.update(r).set({ refreshToken }).where(isStill(r, row)).returning({ id: r.id }),
            { subject },
          )
    return replaced.length > 0
  }

  async #select(
    table: SealedTable,
    where: (id: PgColumn) => SQL | undefined,
    limit: number,
  ): Promise<readonly SealedRow[]> {
    const { oauthTokens: t, oauthTokenRevocations: r } = this.#engine.tables
    const tokens = (db: Database): Query<Values> =>
      db
        .select(fieldsOf(t, t.accessToken))
        .from(t)
        .where(and(or(isNotNull(t.accessToken), isNotNull(t.refreshToken)), where(t.id)))
        .orderBy(asc(t.id))
        .limit(limit)
    const revocations = (db: Database): Query<Values> =>
      db
        .select(fieldsOf(r, sql`null`))
        .from(r)
        .where(and(isNotNull(r.refreshToken), where(r.id)))
        .orderBy(asc(r.id))
        .limit(limit)
    const statement = table === 'oauth_tokens' ? tokens : revocations
    const rows = await this.#engine.run(statement, { repeatable: true })
    return rows.map(values => parseSealedRow(values, table))
  }
}

interface SealedColumns {
  readonly id: PgColumn
  readonly clientId: PgColumn
  readonly provider: PgColumn
  readonly refreshToken: PgColumn
}

function fieldsOf(
  { id, clientId, provider, refreshToken }: SealedColumns,
  accessToken: PgColumn | SQL,
): Fields {
  return { id, clientId, provider, accessToken, refreshToken }
}

function parseSealedRow(values: Values, table: SealedTable): SealedRow {
  const { id, clientId, provider, accessToken, refreshToken } = values
  return {
    table,
    id: String(id),
    clientId: String(clientId),
    provider: String(provider),
    accessToken: typeof accessToken === 'string' ? accessToken : null,
    refreshToken: typeof refreshToken === 'string' ? refreshToken : null,
  }
}

// Client and provider too: they are what the new texts are bound to.
function isStill(t: SealedColumns, row: SealedRow): SQL | undefined {
  return and(
    eq(t.id, row.id),
    eq(t.clientId, row.clientId),
    eq(t.provider, row.provider),
    holds(t.refreshToken, row.refreshToken),
  )
}

function holds(column: PgColumn, text: string | null): SQL {
  return text === null ? isNull(column) : eq(column, text)
}
