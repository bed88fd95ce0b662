import { sql } from 'drizzle-orm'
import type { ConnectionKey } from '../ports/store.ts'
import { storeFailure } from './postgres/failure.ts'
import type { SqlEngine } from './sql-engine.ts'
import type { Fields, Values } from './stored-row.ts'

/**
 * Refuses what a standby says. A service that runs can come to one after a failover, behind a name, a proxy or a
 * pooler that leads elsewhere now: its rows may be old, and a row that it lacks may be there.
 */
export class PrimaryCheck {
  /** What a read brings along for {@link check}: no statement of its own. */
  readonly fields: Fields
  readonly #engine: SqlEngine

  constructor(engine: SqlEngine) {
    const { isReadOnly } = engine.dialect
    this.fields = isReadOnly === null ? {} : { isReadOnly }
    this.#engine = engine
  }

  /**
   * @param row what was read with {@link fields}; without a row the server is asked
   * @throws StoreUnavailableError the server takes no writes now.
   */
  async check(row: Values | undefined, subject: ConnectionKey): Promise<void> {
    const { isReadOnly } = row ?? (await this.#ask(subject))
    if (isReadOnly === true) throw storeFailure(new ReadOnly('a standby'), subject)
  }

  async #ask(subject: ConnectionKey): Promise<Values> {
    if (this.#engine.dialect.isReadOnly === null) return {}
    const look = sql`(select 1) as look`
    const [found = {}] = await this.#engine.run<Values>(db => db.select(this.fields).from(look), {
      subject,
      repeatable: true,
    })
    return found
  }
}

class ReadOnly extends Error {
  /** `read_only_sql_transaction`, as a write there would be told. */
  readonly code = '25006'
}
