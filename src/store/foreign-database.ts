/**
 * What lies in a column of a row, as text. `instant`: one with a zone, in seconds since the epoch. `other` has no
 * text: bytes, arrays, instants without a zone, and what is longer than any token or metadata may be.
 */
export interface Cell {
  readonly kind: 'text' | 'number' | 'instant' | 'json' | 'other'
  readonly text: string
}

/** A row of a table that is not ours, by the names of its columns; null is the database's own. */
export type ForeignRow = Readonly<Record<string, Cell | null>>

/** A table or a view that is not ours. */
export interface ForeignTable {
  /** As the database writes it, with its schema where there is one. */
  readonly name: string
  readonly columns: readonly string[]
}

/** A database of somebody else. It is read, and nothing in it is ever written. */
export interface ForeignDatabase extends AsyncDisposable {
  /** Those of the names that are tables. @throws StoreUnavailableError */
  tables(names: readonly string[]): Promise<readonly ForeignTable[]>
  /**
   * Gives the rows of a table to `visit`, some at a time, as the table is at one instant where the database can.
   * @throws StoreUnavailableError the database does not answer; and whatever `visit` throws
   */
  read(
    table: ForeignTable,
    columns: readonly string[],
    visit: (rows: readonly ForeignRow[]) => Promise<void>,
  ): Promise<void>
}

/** Rows at a time. */
export const ROWS_AT_A_TIME = 500

/** No text of a column that is longer is of use: metadata may take the most. */
export const LONGEST_TEXT = 65_536

/** An identifier of SQL. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
