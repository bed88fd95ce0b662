import { lte, or, sql } from 'drizzle-orm'
import type { SqlDialect } from '../sql-engine.ts'

const now = sql`cast(unixepoch('subsec') * 1000 as integer)`

/** The clock is the host's: a lease longer than any lease can be was taken before the clock jumped back. */
export const sqliteDialect: SqlDialect = {
  now,
  after: ms => (ms === Number.POSITIVE_INFINITY ? sql`9e999` : sql`${now} + ${ms}`),
  instant: ms => sql`${Math.ceil(ms)}`,
  plus: (instant, ms) => sql`${instant} + ${ms}`,
  later: (one, other) => sql`max(${one}, ${other})`,
  earlier: (one, other) => sql`min(${one}, ${other})`,
  atMost: (instant, latest) => sql`min(${instant}, ${latest})`,
  epochMs: instant => sql<number | null>`${instant}`,
  exactText: instant => sql<string>`cast(${instant} as text)`,
  fromExactText: text => sql`cast(${text} as integer)`,
  isReadOnly: null,
  isOver: (instant, longestMs) => sql`(${or(lte(instant, now), sql`${instant} > ${now} + ${longestMs}`)})`,
}
