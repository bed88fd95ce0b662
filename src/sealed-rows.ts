import { SEALED_TABLES, type SealedRow, type SealedValues } from './ports/sealed-values.ts'

/** All rows that hold sealed values, a page at a time: one page is in memory, however many there are. */
export async function* sealedPages(
  values: SealedValues,
  limit: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly SealedRow[]> {
  for (const table of SEALED_TABLES) {
    let after: string | null = null
    for (;;) {
      signal?.throwIfAborted()
      const rows: readonly SealedRow[] = await values.rows({ table, after, limit })
      if (rows.length > 0) yield rows
      after = rows.at(-1)?.id ?? null
      if (rows.length < limit) break
    }
  }
}

/** The texts of a row that are there. */
export function textsOf({ accessToken, refreshToken }: SealedRow): readonly string[] {
  return [accessToken, refreshToken].filter(text => text !== null)
}
