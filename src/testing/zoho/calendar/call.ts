import type { StoredCalendar } from './calendar.ts'
import type { CalendarBook } from './calendar-book.ts'
import type { CalendarBooks } from './calendar-books.ts'
import type { EventView } from './event-body.ts'
import { parseFlag } from './fields.ts'
import { isRefusal, Refusal } from './refusal.ts'
import type { CalendarSettings } from './settings.ts'
import { daysOf, instantOf, isZone, parseTime, type TimeRange } from './times.ts'

/** A call of somebody whose token and scope were looked at, with parameters that the operation knows. */
export interface CalendarCall {
  readonly books: CalendarBooks
  /** The caller’s. */
  readonly book: CalendarBook
  readonly settings: CalendarSettings
  /** Of the caller’s token. */
  readonly scopes: readonly string[]
  /** The server’s own. */
  readonly url: string
  /** A parameter of the query or of the form; of the path where its name starts with a colon. */
  readonly parameter: (name: string) => string | undefined
  readonly header: (name: string) => string | undefined
}

/** What an operation gives: a body, nothing at all (204), or why not. */
export type CalendarResult = object | null | Refusal

/** The calendar of the path. */
export function calendarOf({ book, parameter }: CalendarCall): StoredCalendar | Refusal {
  return book.calendar(parameter(':caluid') ?? '') ?? new Refusal('INVALID_DATA', 404)
}

/** The same, where it may be written into. */
export function writableCalendarOf(call: CalendarCall): StoredCalendar | Refusal {
  const calendar = calendarOf(call)
  if (isRefusal(calendar)) return calendar
  return calendar.privilege === 'view' ? new Refusal('INVALID_DATA', 403) : calendar
}

/** `true` or `false`; absent: false. */
export function flagOf({ parameter }: CalendarCall, name: string): boolean | Refusal {
  const text = parameter(name)
  return text === undefined ? false : (parseFlag(text) ?? new Refusal('PATTERN_NOT_MATCHED'))
}

/** How the caller wants to see events of a calendar. */
export function viewOf(call: CalendarCall, calendar: StoredCalendar): EventView | Refusal {
  const { settings, book, url, header, parameter } = call
  const zone = parameter('timezone') ?? null
  if (zone !== null && !isZone(zone)) return new Refusal('PATTERN_NOT_MATCHED')
  const isLarge = /\bapplication\/json\+large\b/i.test(header('accept') ?? '')
  return { calendar, settings, user: book.owner, url, zone, isLarge }
}

/**
 * `range={"start":…,"end":…}`: times, or days, which begin at their midnight.
 * @param mostDays what Zoho allows there
 */
export function rangeParameter(call: CalendarCall, zone: string, mostDays: number): TimeRange | Refusal {
  const range = parseRangeJson(call.parameter('range') ?? '')
  if (isRefusal(range)) return range
  const start = parseTime(range.start)
  const end = parseTime(range.end)
  if (start === null || end === null) return new Refusal('PATTERN_NOT_MATCHED')
  return limitedRange({ from: instantOf(start, zone), to: instantOf(end, zone) }, mostDays)
}

/** A range that goes forward, and is no longer than it may be. */
export function limitedRange(range: TimeRange, mostDays: number): TimeRange | Refusal {
  const days = daysOf(range)
  return days > 0 && days <= mostDays ? range : new Refusal('INVALID_DATA')
}

function parseRangeJson(text: string): { readonly start: unknown; readonly end: unknown } | Refusal {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || !('start' in value) || !('end' in value)) {
      return new Refusal('INVALID_DATA')
    }
    const isMore = Object.keys(value).some(key => key !== 'start' && key !== 'end')
    return isMore ? new Refusal('EXTRA_KEY_FOUND_IN_JSON') : value
  } catch {
    return new Refusal('INVALID_DATA')
  }
}
