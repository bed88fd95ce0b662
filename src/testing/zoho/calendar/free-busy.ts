import { Temporal } from 'temporal-polyfill'
import type { CalendarBook } from './calendar-book.ts'
import { type CalendarCall, type CalendarResult, limitedRange } from './call.ts'
import { type EventContent, type EventSpan, instancesIn, overlaps, rangeOf } from './event.ts'
import { parseEmail } from './event-input.ts'
import { isRefusal, Refusal } from './refusal.ts'
import type { CalendarSettings } from './settings.ts'
import { dayText, instantOf, parseTime, type TimeRange, utcText } from './times.ts'

/** `GET /calendars/freebusy` https://www.zoho.com/calendar/help/api/get-user-freebusy-details.html */
export function getFreeBusy(call: CalendarCall): CalendarResult {
  const { books, settings, parameter } = call
  const email = parseEmail(parameter('uemail'))
  const type = parameter('ftype') ?? 'eventbased'
  const start = parseTime(parameter('sdate'))
  const end = parseTime(parameter('edate'))
  const isWritten = email !== null && start !== null && end !== null
  if (!isWritten || (type !== 'eventbased' && type !== 'timebased')) return new Refusal('PATTERN_NOT_MATCHED')
  // No zone stands in them: taken for UTC, in which the answers are.
  const range = limitedRange({ from: instantOf(start, 'UTC'), to: instantOf(end, 'UTC') }, 31)
  if (isRefusal(range)) return range
  const book = books.of(email, settings)
  if (book === null || !isShared(book, settings)) return { fb_not_enabled: true }
  const found = contentsIn(book, range)
  return type === 'eventbased' ? eventBased(found, settings) : timeBased(found, range, settings)
}

/** Sharing is a setting of each calendar. */
function isShared(book: CalendarBook, { freeBusyNotShared }: CalendarSettings): boolean {
  const isOff = freeBusyNotShared.some(email => email.toLowerCase() === book.owner.toLowerCase())
  return !isOff && sharedCalendars(book).length > 0
}

function sharedCalendars({ calendars }: CalendarBook): CalendarBook['calendars'] {
  return calendars.filter(({ content, category }) => category === 'own' && content.isInFreeBusy)
}

function contentsIn(book: CalendarBook, range: TimeRange): readonly EventContent[] {
  return sharedCalendars(book)
    .flatMap(calendar => book.events(calendar))
    .flatMap(event =>
      event.content.rule === null
        ? [event.content].filter(content => overlaps(content, range))
        : instancesIn(event, range).map(({ content }) => content),
    )
    .toSorted((one, other) => Temporal.Instant.compare(startOf(one), startOf(other)))
}

function startOf({ span, timezone }: EventContent): Temporal.Instant {
  return rangeOf(span, timezone).from
}

function eventBased(found: readonly EventContent[], settings: CalendarSettings): object {
  if (found.length === 0) return nothing(settings)
  return {
    freebusy: found.map(({ span, transparency, timezone }) => {
      const { from, to } = rangeOf(span, timezone)
      const isDate = span.kind === 'days' && settings.freeBusyAllDay === 'date'
      return {
        startTime: isDate ? `${dayText(span.first)}Z` : utcText(from),
        endTime: isDate ? `${dayText(span.last.add({ days: 1 }))}Z` : utcText(to),
        fbtype: transparency === 1 ? 'free' : 'busy',
      }
    }),
  }
}

type DaySpan = Extract<EventSpan, { readonly kind: 'days' }>

/** What is busy on one day: all of it, and from when to when. */
interface BusyDay {
  isWhole: boolean
  readonly times: { from: number; to: number }[]
}

const MINUTES_OF_DAY = 1_440

/** By days of UTC: `"20211215": [{"allday": true}, ["02:30-03:50"]]`. Times that touch are one. */
function timeBased(found: readonly EventContent[], range: TimeRange, settings: CalendarSettings): object {
  const days = new Map<string, BusyDay>()
  const dayOf = (day: Temporal.PlainDate): BusyDay => {
    const known = days.get(dayText(day)) ?? { isWhole: false, times: [] }
    days.set(dayText(day), known)
    return known
  }
  for (const { span, timezone } of found.filter(({ transparency }) => transparency === 0)) {
    if (span.kind === 'days') {
      for (const day of wholeDays(span, range)) dayOf(day).isWhole = true
      continue
    }
    for (const { day, from, to } of splitByDay(clipped(rangeOf(span, timezone), range))) {
      addTime(dayOf(day).times, from, to)
    }
  }
  if (days.size === 0) return nothing(settings)
  const entries = [...days].toSorted(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(
    entries.map(([day, { isWhole, times }]) => [
      day,
      [isWhole ? { allday: true } : null, times.map(timesText)],
    ]),
  )
}

/** Those of them that are in the range. */
function wholeDays({ first, last }: DaySpan, { from, to }: TimeRange): Iterable<Temporal.PlainDate> {
  const { compare } = Temporal.PlainDate
  const start = from.toZonedDateTimeISO('UTC').toPlainDate()
  const end = to.subtract({ nanoseconds: 1 }).toZonedDateTimeISO('UTC').toPlainDate()
  return daysBetween(
    compare(first, start) < 0 ? start : first,
    (compare(last, end) > 0 ? end : last).add({ days: 1 }),
  )
}

function clipped({ from, to }: TimeRange, range: TimeRange): TimeRange {
  const { compare } = Temporal.Instant
  return {
    from: compare(from, range.from) < 0 ? range.from : from,
    to: compare(to, range.to) > 0 ? range.to : to,
  }
}

function* daysBetween(first: Temporal.PlainDate, end: Temporal.PlainDate): Generator<Temporal.PlainDate> {
  for (let day = first; Temporal.PlainDate.compare(day, end) < 0; day = day.add({ days: 1 })) yield day
}

function* splitByDay({
  from,
  to,
}: TimeRange): Generator<{ readonly day: Temporal.PlainDate; readonly from: number; readonly to: number }> {
  const start = from.toZonedDateTimeISO('UTC')
  const end = to.toZonedDateTimeISO('UTC')
  const minuteOf = (time: Temporal.ZonedDateTime): number => time.hour * 60 + time.minute
  for (const day of daysBetween(start.toPlainDate(), end.toPlainDate().add({ days: 1 }))) {
    const first = day.equals(start.toPlainDate()) ? minuteOf(start) : 0
    const last = day.equals(end.toPlainDate()) ? minuteOf(end) : MINUTES_OF_DAY
    if (last > first) yield { day, from: first, to: last }
  }
}

/** They come in the order of their starts. */
function addTime(times: BusyDay['times'], from: number, to: number): void {
  const last = times.at(-1)
  if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to)
  else times.push({ from, to })
}

function timesText({ from, to }: { readonly from: number; readonly to: number }): string {
  const text = (minutes: number): string =>
    `${String(Math.trunc(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
  return `${text(from)}-${text(to)}`
}

function nothing({ freeBusyEmpty }: CalendarSettings): object {
  switch (freeBusyEmpty) {
    case 'nodata':
      return { NODATA: true }
    case 'empty_list':
      return { freebusy: [] }
    case 'left_out':
      return {}
  }
}
