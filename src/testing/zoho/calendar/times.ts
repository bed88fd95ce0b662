import { Temporal } from 'temporal-polyfill'
import type { CalendarSettings } from './settings.ts'

/** A time as Zoho writes it: a day, an instant, or a time of day whose zone stands elsewhere. */
export type WrittenTime =
  | { readonly kind: 'day'; readonly day: Temporal.PlainDate }
  | { readonly kind: 'instant'; readonly instant: Temporal.Instant }
  | { readonly kind: 'local'; readonly local: Temporal.PlainDateTime }

const written = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(?:(Z)|([+-]\d\d):?(\d\d))?)?$/

// Calendars do not go back to Rome: the years in between keep the expansion of endless rules short.
const FIRST_YEAR = 1970
const LAST_YEAR = 2099

/** `yyyyMMdd`, and `yyyyMMddTHHmmss` with `Z`, with an offset, or bare. Null: none of them, or no day there is. */
export function parseTime(value: unknown): WrittenTime | null {
  const found = typeof value === 'string' ? written.exec(value) : null
  if (found === null) return null
  const [, year, month, day, hour, minute, second, utc, hours, minutes] = found
  if (Number(year) < FIRST_YEAR || Number(year) > LAST_YEAR) return null
  try {
    const date = Temporal.PlainDate.from(`${year}-${month}-${day}`)
    if (hour === undefined) return { kind: 'day', day: date }
    const local = Temporal.PlainDateTime.from(`${date}T${hour}:${minute}:${second}`)
    // A leap second is taken for the second before it, which is not what was written.
    if (local.second !== Number(second)) return null
    if (utc === undefined && hours === undefined) return { kind: 'local', local }
    const offset = utc === undefined ? `${hours}:${minutes}` : 'Z'
    return { kind: 'instant', instant: Temporal.Instant.from(`${local}${offset}`) }
  } catch {
    return null
  }
}

/** An IANA zone that this machine knows. `+05:30` is none. */
export function isZone(value: unknown): value is string {
  if (typeof value !== 'string' || !/^[A-Za-z][\w+/-]{0,63}$/.test(value)) return false
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(value)
    return true
  } catch {
    return false
  }
}

/** The instant that was meant; a day is its first moment in the zone. */
export function instantOf(time: WrittenTime, zone: string): Temporal.Instant {
  switch (time.kind) {
    case 'day':
      return time.day.toZonedDateTime(zone).toInstant()
    case 'local':
      return time.local.toZonedDateTime(zone).toInstant()
    case 'instant':
      return time.instant
  }
}

/** `20260206` */
export function dayText(day: Temporal.PlainDate): string {
  return day.toString().replaceAll('-', '')
}

/** `20260206T180000Z` */
export function utcText(instant: Temporal.Instant): string {
  return instant.toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '')
}

/** The same of a number of milliseconds since the epoch. */
export function utcTextOf(epochMs: number): string {
  return utcText(Temporal.Instant.fromEpochMilliseconds(Math.trunc(epochMs)))
}

/** In a zone, in the form of the settings; UTC is `Z` in each that has an offset. */
export function timeText(
  instant: Temporal.Instant,
  zone: string,
  timeForm: CalendarSettings['timeForm'],
): string {
  if (timeForm === 'utc') return utcText(instant)
  const zoned = instant.toZonedDateTimeISO(zone)
  const local = zoned.toPlainDateTime().toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '')
  if (timeForm === 'local') return local
  return /^(?:UTC|GMT|Etc\/(?:UTC|GMT))$/.test(zone) ? `${local}Z` : local + zoned.offset.replace(':', '')
}

/** Instants from and including `from`, up to and not including `to`. */
export interface TimeRange {
  readonly from: Temporal.Instant
  readonly to: Temporal.Instant
}

/** In days of 24 hours. */
export function daysOf({ from, to }: TimeRange): number {
  return (to.epochMilliseconds - from.epochMilliseconds) / 86_400_000
}
