import type { Connection } from '../lifecycle/connection.ts'
import { longestGateMs, longestLeaseMs } from '../lifecycle/policy.ts'
import type { Clock } from '../ports/clock.ts'
import type { Moment } from '../ports/moment.ts'
import type { ConnectionRow } from '../ports/store.ts'
import type { RefreshPorts } from './ports.ts'

/** A row, and when it was read by this process's monotonic clock. */
export interface Observed {
  readonly row: ConnectionRow
  /** Taken before the read was sent, so that the database's clock is never taken for earlier than it is. */
  readonly readAt: number
  /** When its answer was here: from then on, the database's clock is never taken for later than it is. */
  readonly answeredAt: number
  /** Of the moment before the read was sent: what it says of the database's clock holds while it has not moved. */
  readonly clockOffset: number
}

/**
 * What was read, for the lifecycle to judge. Where the database's clock is the host's, a lease or a back-off that ends
 * later than any can was written before the clock was set back: it counts as ended.
 */
export function observe(row: ConnectionRow, asked: Moment, { store, policy, clock }: RefreshPorts): Observed {
  const possible = (until: number | null, longestMs: number): number | null =>
    store.kind !== 'postgres' && until !== null && until > row.now + longestMs ? row.now : until
  const leaseUntil = possible(row.leaseUntil, longestLeaseMs(policy))
  const nextAttemptAt = possible(row.nextAttemptAt, longestGateMs(policy))
  return {
    row: { ...row, leaseUntil, nextAttemptAt },
    readAt: asked.monotonicMs,
    answeredAt: clock.monotonicMs(),
    clockOffset: asked.clockOffset,
  }
}

/**
 * The database's clock now, or a little later than it: what it said with the row, and from then on our monotonic
 * clock. For judging what has passed: no token is taken for good that is not.
 */
export function databaseNow(observed: Observed, clock: Clock): number {
  return observed.row.now + (clock.monotonicMs() - observed.readAt)
}

/** The database's clock now, or a little earlier than it: for instants that are told, so that none is promised late. */
export function databaseNowAtLeast(observed: Observed, clock: Clock): number {
  return observed.row.now + (clock.monotonicMs() - observed.answeredAt)
}

/** What the lifecycle sees of a row. */
export function connectionOf(row: ConnectionRow): Connection {
  return { ...row, hasAccessToken: row.accessToken !== null, hasRefreshToken: row.refreshToken !== null }
}

/** The last instant that a Date can hold (ECMA-262, "Time Values"); PostgreSQL's timestamps reach further. */
export const LAST_DATE_MS = 8.64e15

/** An instant of the database as a Date; null when there is none, or none that a Date can hold. */
export function dateOf(instant: number | null): Date | null {
  return instant === null || !(Math.abs(instant) <= LAST_DATE_MS) ? null : new Date(instant)
}
