import { lte, type SQL, sql } from 'drizzle-orm'
import type { SqlDialect } from '../sql-engine.ts'

/**
 * `statement_timestamp()` and not `now()`: inside a caller's long transaction the clock must go on.
 * `…::float8` gives `Infinity` for 'infinity', in every version and driver. Seconds are a double before PostgreSQL
 * 14: cut to whole milliseconds before, and rounded after, they are the same instant everywhere.
 */
export const postgresDialect: SqlDialect & { readonly isReadOnly: SQL<boolean> } = {
  now: sql`statement_timestamp()`,
  after: ms =>
    ms === Number.POSITIVE_INFINITY
      ? sql`'infinity'::timestamptz`
      : sql`statement_timestamp() + ${ms}::float8 * interval '1 millisecond'`,
  instant: ms => sql`to_timestamp(${ms}::float8 / 1000)`,
  plus: (instant, ms) => sql`${instant} + ${ms}::float8 * interval '1 millisecond'`,
  later: (one, other) => sql`greatest(${one}, ${other})`,
  earlier: (one, other) => sql`least(${one}, ${other})`,
  atMost: (instant, latest) => sql`least(${instant}, to_timestamp(${latest}::float8 / 1000))`,
  epochMs: instant =>
    sql<number | null>`round(extract(epoch from date_trunc('milliseconds', ${instant})) * 1000)::float8`,
  // Not as the session's DateStyle has it. What lies before all calendars is due first in any case.
  exactText: instant =>
    sql<string>`to_char(greatest(${instant}, '0001-01-01 00:00:00+00') at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')`,
  fromExactText: text => sql`${text}::timestamp at time zone 'UTC'`,
  isReadOnly: sql<boolean>`current_setting('transaction_read_only') = 'on'`,
  isOver: instant => lte(instant, sql`statement_timestamp()`),
}
