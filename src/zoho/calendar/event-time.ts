import type { Span } from './given-time.ts'
import { localInstantMs, parseWireTime, type WireTime } from './wire-time.ts'
import { daysBetween, isTimeZone, laterDay, startOfDayMs } from './zone.ts'

/**
 * When an event is.
 * - `timed`: from an instant up to another.
 * - `all_day`: whole days, `endDate` among them, as `2026-03-29`. They begin at midnight in the zone.
 *
 * `timeZone` is the event's own; null: Zoho named none that this machine knows.
 */
export type EventTime =
  | {
      readonly kind: 'timed'
      readonly startAt: Date
      readonly endAt: Date
      readonly timeZone: string | null
    }
  | {
      readonly kind: 'all_day'
      readonly startDate: string
      readonly endDate: string
      readonly timeZone: string | null
    }

const DAY_MS = 86_400_000

/**
 * Reads when an event of an answer is: its `dateandtime` and its `duration`. Null: it cannot be understood. Nobody may
 * take such an event for free time.
 */
export function parseEventTime(dateAndTime: unknown, duration: unknown): EventTime | null {
  if (typeof dateAndTime !== 'object' || dateAndTime === null) return null
  const wire: { start?: unknown; end?: unknown; timezone?: unknown } = dateAndTime
  const timeZone = isTimeZone(wire.timezone) ? wire.timezone : null
  const start = parseWireTime(wire.start)
  const end = parseWireTime(wire.end ?? wire.start)
  if (start === null || end === null) return null
  if (start.kind === 'day' && end.kind === 'day') {
    const endDate = lastDay(start.date, end.date, duration)
    return endDate < start.date ? null : { kind: 'all_day', startDate: start.date, endDate, timeZone }
  }
  const startMs = instantMs(start, timeZone, 'start')
  const endMs = instantMs(end, timeZone, 'end')
  if (startMs === null || endMs === null || endMs < startMs) return null
  return { kind: 'timed', startAt: new Date(startMs), endAt: new Date(endMs), timeZone }
}

/**
 * Zoho's pages do not say whether `end` is the last day or the one after it. Its `duration`, in milliseconds, decides
 * where it fits one of them; else `end` is the last day: rather a day too many is taken than one too few.
 */
function lastDay(start: string, end: string, duration: unknown): string {
  const days = Number(typeof duration === 'string' || typeof duration === 'number' ? duration : 0) / DAY_MS
  return days >= 1 && days === daysBetween(start, end) ? laterDay(end, -1) : end
}

function instantMs(time: WireTime, zone: string | null, edge: 'start' | 'end'): number | null {
  switch (time.kind) {
    case 'instant':
      return time.atMs
    case 'local':
      return zone === null ? null : localInstantMs(time.dateTime, zone, edge)
    case 'day':
      return null
  }
}

/** From when to when an event is. Whole days of an event without a zone are those of `zone`. */
export function spanOf(time: EventTime, zone: string): Span {
  if (time.kind === 'timed') return { startMs: time.startAt.getTime(), endMs: time.endAt.getTime() }
  const own = time.timeZone ?? zone
  return {
    startMs: startOfDayMs(time.startDate, own),
    endMs: startOfDayMs(laterDay(time.endDate, 1), own),
  }
}
