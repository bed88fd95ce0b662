import type { SealedPlace } from './cipher.ts'

/** The tables that hold sealed values. */
export type SealedTable = 'oauth_tokens' | 'oauth_token_revocations'
export const SEALED_TABLES: readonly SealedTable[] = ['oauth_tokens', 'oauth_token_revocations']

/** The token columns of a row as they lie in the database: sealed text, plaintext from before, or none. */
export interface SealedTexts {
  readonly accessToken: string | null
  readonly refreshToken: string | null
}

/** A row that holds sealed values, whatever it is for. */
export interface SealedRow extends SealedTexts, Omit<SealedPlace, 'purpose'> {
  readonly table: SealedTable
  readonly id: string
}

/** A stretch of a table, in the order of its ids. */
export interface Stretch {
  readonly table: SealedTable
  /** The last row of the stretch before; null: begin with the first row. */
  readonly after: string | null
  /** How many rows, at most. Fewer come only at the end of the table. */
  readonly limit: number
}

/**
 * Everything sealed that a store holds: to count it, and to seal it anew. Each method is one statement over a
 * bounded number of rows, and rejects only with `StoreUnavailableError`.
 */
export interface SealedValues {
  rows(stretch: Stretch): Promise<readonly SealedRow[]>
  /** One row, as it is now. */
  row(table: SealedTable, id: string): Promise<SealedRow | null>
  /**
   * Replaces the texts of a row if it still is what `row` says, texts included. Nothing else of it changes: no
   * generation, no lease, no `updated_at`. One row a statement, so that no transaction of a caller's can wait for
   * a row that this holds while this waits for one of theirs.
   */
  replace(row: SealedRow, texts: SealedTexts): Promise<boolean>
}
