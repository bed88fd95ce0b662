import { InvalidInputError } from 'evergrant'
import { Temporal } from 'temporal-polyfill'

/** A part of time in which a zone keeps one offset: from its start, up to its end without it. Milliseconds. */
export interface OffsetSpan {
  readonly startMs: number
  readonly endMs: number
  /** What local clocks are ahead of UTC. */
  readonly offsetMs: number
}

// Temporal would also take a whole ISO string with its zone in brackets.
const zoneName = /^(?:[A-Za-z][\w+/-]*|[+-]\d{2}:\d{2})$/

/** Whether this machine knows the zone: an IANA name, old ones like `Asia/Calcutta` too, or an offset like `+05:30`. */
export function isTimeZone(name: unknown): name is string {
  if (typeof name !== 'string' || !zoneName.test(name)) return false
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name)
    return true
  } catch {
    return false
  }
}

/** A zone that a caller named. */
export function parseTimeZone(name: unknown, option: string): string {
  if (isTimeZone(name)) return name
  const given = typeof name === 'string' ? JSON.stringify(name.slice(0, 80)) : typeof name
  throw new InvalidInputError(
    `${option} is ${given}, which is no time zone. Give an IANA name, such as Europe/Berlin.`,
  )
}

/** A stretch of time cut where the zone's clocks are moved. */
export function* offsetSpans(zone: string, startMs: number, endMs: number): Generator<OffsetSpan> {
  let at = startMs
  while (at < endMs) {
    const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone)
    const next = local.getTimeZoneTransition('next')?.epochMilliseconds ?? endMs
    const end = Math.min(next, endMs)
    yield { startMs: at, endMs: end, offsetMs: local.offsetNanoseconds / 1e6 }
    at = end
  }
}

/** When a day, `2026-03-29`, begins in a zone. Of a day that the zone left out, the next one's beginning. */
export function startOfDayMs(date: string, zone: string): number {
  return Temporal.PlainDate.from(date).toZonedDateTime(zone).epochMilliseconds
}

/** The day so many days later. */
export function laterDay(date: string, days: number): string {
  return Temporal.PlainDate.from(date).add({ days }).toString()
}

/** How many days the second is after the first. */
export function daysBetween(first: string, second: string): number {
  return Temporal.PlainDate.from(first).until(second, { largestUnit: 'days' }).days
}

/** An instant as ISO 8601 with the zone's offset: `2026-03-29T09:00:00+02:00`. */
export function localText(atMs: number, zone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(atMs).toString({ timeZone: zone, smallestUnit: 'second' })
}
