import { type SQL, sql } from 'drizzle-orm'
import type { ConnectionKey } from '../ports/store.ts'
import { storeFailure } from './postgres/failure.ts'
import type { Database, Query, SqlEngine } from './sql-engine.ts'
import type { Fields, Values } from './stored-row.ts'

/**
 * Reads a row from the primary, or refuses. A service that runs can come to a standby after a failover, behind a name,
 * a proxy or a pooler that leads elsewhere now: its rows may be old, and a row that it lacks may be there.
 */
export class PrimaryRead {
  readonly #engine: SqlEngine
  readonly #row: Fields

  constructor(engine: SqlEngine, row: Fields) {
    this.#engine = engine
    this.#row = row
  }

  /** The row, and in the same statement whether the server takes writes: told also where there is no row. */
  select(db: Database, where: SQL | undefined): Query<Values> {
    const { tables, dialect } = this.#engine
    if (dialect.isReadOnly === null) return db.select(this.#row).from(tables.oauthTokens).where(where)
    return db
      .select({ ...this.#row, isReadOnly: dialect.isReadOnly })
      .from(sql`(select 1) as server`)
      .leftJoin(tables.oauthTokens, where)
  }

  /**
   * @returns undefined: there is no such row
   * @throws StoreUnavailableError the server takes no writes now.
   */
  found([values]: readonly Values[], subject: ConnectionKey): Values | undefined {
    if (values?.isReadOnly === true) throw storeFailure(new ReadOnly('a standby'), subject)
    return values === undefined || values.id === null ? undefined : values
  }
}

class ReadOnly extends Error {
  /** `read_only_sql_transaction`, as a write there would be told. */
  readonly code = '25006'
}
