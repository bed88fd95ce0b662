/** Lines of aligned columns. The widths stay from page to page, and grow where they must. */
export class Table {
  readonly #widths: number[]

  constructor(headings: readonly string[]) {
    this.#widths = headings.map(heading => heading.length)
  }

  /** Aligned cells of each row, so that a caller can colour them; the last column is not padded. */
  align(rows: readonly (readonly string[])[]): readonly (readonly string[])[] {
    for (const row of rows) {
      row.forEach((cell, column) => {
        this.#widths[column] = Math.max(this.#widths[column] ?? 0, cell.length)
      })
    }
    return rows.map(row =>
      row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(this.#widths[column] ?? 0))),
    )
  }
}
