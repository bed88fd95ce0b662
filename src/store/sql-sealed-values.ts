import { and, asc, eq, gt, isNotNull, isNull, or, type SQL } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import type { SealedRow, SealedTable, SealedTexts, SealedValues, Stretch } from '../ports/sealed-values.ts'
import type { PostgresTables } from './postgres/schema.ts'
import type { SqlEngine } from './sql-engine.ts'
import type { Values } from './stored-row.ts'

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
    const t = this.#table(row.table)
    const replaced = await this.#engine.run(
      db => db.update(t).set({ accessToken, refreshToken }).where(isStill(t, row)).returning({ id: t.id }),
      { subject: { clientId: row.clientId, provider: row.provider } },
    )
    return replaced.length > 0
  }

  async #select(
    table: SealedTable,
    where: (id: PgColumn) => SQL | undefined,
    limit: number,
  ): Promise<readonly SealedRow[]> {
    const t = this.#table(table)
    const { id, clientId, provider, accessToken, refreshToken } = t
    const rows: Values[] = await this.#engine.run(
      db =>
        db
          .select({ id, clientId, provider, accessToken, refreshToken })
          .from(t)
          .where(and(or(isNotNull(accessToken), isNotNull(refreshToken)), where(id)))
          .orderBy(asc(id))
          .limit(limit),
      { repeatable: true },
    )
    return rows.map(values => parseSealedRow(values, table))
  }

  // Of the columns that are used here, both have the same.
  #table(table: SealedTable): PostgresTables['oauthTokens'] {
    const { oauthTokens, oauthTokenRevocations } = this.#engine.tables
    return table === 'oauth_tokens'
      ? oauthTokens
      : (oauthTokenRevocations as unknown as PostgresTables['oauthTokens'])
  }
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
function isStill(t: PostgresTables['oauthTokens'], row: SealedRow): SQL | undefined {
  return and(
    eq(t.id, row.id),
    eq(t.clientId, row.clientId),
    eq(t.provider, row.provider),
    holds(t.accessToken, row.accessToken),
    holds(t.refreshToken, row.refreshToken),
  )
}

function holds(column: PgColumn, text: string | null): SQL {
  return text === null ? isNull(column) : eq(column, text)
}
