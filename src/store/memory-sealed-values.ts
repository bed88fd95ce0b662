import type { SealedRow, SealedTable, SealedTexts, SealedValues, Stretch } from '../ports/sealed-values.ts'
import type { ConnectionKey } from '../ports/store.ts'

interface MemoryRow extends ConnectionKey {
  readonly id: string
  /** Revocations have none. */
  readonly accessToken?: string | null | undefined
  readonly refreshToken: string | null
}

type MemoryTables = Readonly<Record<SealedTable, Map<string, MemoryRow>>>

/** Everything sealed in a store in memory. */
export class MemorySealedValues implements SealedValues {
  readonly #enter: () => void
  readonly #tables: MemoryTables

  /** @param enter throws where the store is closed */
  constructor(enter: () => void, tables: MemoryTables) {
    this.#enter = enter
    this.#tables = tables
  }

  async rows({ table, after, limit }: Stretch): Promise<readonly SealedRow[]> {
    this.#enter()
    return this.#sealed(table)
      .filter(row => after === null || row.id > after)
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, limit)
  }

  async row(table: SealedTable, id: string): Promise<SealedRow | null> {
    this.#enter()
    return this.#sealed(table).find(row => row.id === id) ?? null
  }

  async replace(row: SealedRow, { accessToken, refreshToken }: SealedTexts): Promise<boolean> {
    this.#enter()
    const table = this.#tables[row.table]
    for (const [key, found] of table) {
      if (!isStill(found, row)) continue
      table.set(key, { ...found, refreshToken, ...('accessToken' in found ? { accessToken } : {}) })
      return true
    }
    return false
  }

  #sealed(table: SealedTable): SealedRow[] {
    return [...this.#tables[table].values()]
      .filter(row => textOf(row) !== null || row.refreshToken !== null)
      .map(row => {
        const { id, clientId, provider, refreshToken } = row
        return { table, id, clientId, provider, accessToken: textOf(row), refreshToken }
      })
  }
}

function isStill(found: MemoryRow, row: SealedRow): boolean {
  return (
    found.id === row.id &&
    found.clientId === row.clientId &&
    found.provider === row.provider &&
    found.refreshToken === row.refreshToken &&
    textOf(found) === row.accessToken
  )
}

function textOf({ accessToken = null }: MemoryRow): string | null {
  return accessToken
}
