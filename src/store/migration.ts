/**
 * One step of the schema, in plain SQL. It never changes once it has landed, and can be run over itself:
 * what it makes it makes only where it is missing.
 */
export interface Migration {
  readonly id: number
  readonly name: string
  readonly statements: readonly string[]
  /** SQLite has no `add column if not exists`. */
  readonly newColumns?: readonly (readonly [table: string, name: string, type: string])[]
}
