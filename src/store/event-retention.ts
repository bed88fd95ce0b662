/** How long an event is kept where nobody says otherwise: 90 days. */
export const EVENT_RETENTION_MS: number = 90 * 24 * 60 * 60_000

/** Events deleted at a time, at most. */
export const EXPIRED_AT_A_TIME = 500

const EVENTS_BETWEEN = 32

/**
 * Whether it is the turn of who has just written these events to delete old ones. Their ids say so, and not a clock or
 * a counter of the process: over all processes, it is done once for so many events, also by those that live shortly.
 */
export function isTimeToExpire(ids: readonly number[]): boolean {
  return ids.some(id => id % EVENTS_BETWEEN === 0)
}
