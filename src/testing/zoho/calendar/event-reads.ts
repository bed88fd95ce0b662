import { Temporal } from 'temporal-polyfill'
import type { StoredCalendar } from './calendar.ts'
import { type CalendarCall, type CalendarResult, calendarOf, flagOf, rangeParameter, viewOf } from './call.ts'
import { type Instance, instanceOf, instancesIn, overlaps, type StoredEvent, startOfSeries } from './event.ts'
import { type EventView, eventBody, listedBody, minimalBody } from './event-body.ts'
import { parseRecurrenceId } from './event-input.ts'
import { isRefusal, Refusal } from './refusal.ts'
import { instantOf, parseTime, type TimeRange } from './times.ts'

/** What is shown of a range: an event, or one instance of a series. */
interface Entry {
  readonly event: StoredEvent
  readonly instance: Instance | null
  readonly start: Temporal.ZonedDateTime
}

/** `GET /calendars/{caluid}/events` https://www.zoho.com/calendar/help/api/get-events-list.html */
export function listEvents(call: CalendarCall): CalendarResult {
  const place = placeOf(call)
  if (isRefusal(place)) return place
  const { calendar, view } = place
  const byInstance = flagOf(call, 'byinstance')
  if (isRefusal(byInstance)) return byInstance
  const range = rangeParameter(call, view.zone ?? calendar.content.timezone, 31)
  if (isRefusal(range)) return range
  const since = modifiedSince(call)
  if (isRefusal(since)) return since
  const type = call.parameter('crm_event_type') ?? 'own'
  if (type !== 'own' && type !== 'all') return new Refusal('PATTERN_NOT_MATCHED')
  const entries = call.book
    .events(calendar)
    .filter(({ modifiedAt }) => modifiedAt >= since)
    .flatMap(event => entriesOf(event, range, byInstance))
  const body = byInstance ? minimalBody : listedBody
  return listOf(call, entries, ({ event, instance }) => body(event, view, instance))
}

/** `GET /calendars/{caluid}/events/{uid}/byinstance` https://www.zoho.com/calendar/help/api/get-event-by-instance.html */
export function listInstances(call: CalendarCall): CalendarResult {
  const place = placeOf(call)
  if (isRefusal(place)) return place
  const { calendar, view } = place
  const range = rangeParameter(call, view.zone ?? calendar.content.timezone, 90)
  if (isRefusal(range)) return range
  const event = eventOf(call, calendar)
  if (isRefusal(event)) return event
  if (event.content.rule === null) return new Refusal('INVALID_DATA')
  return listOf(call, entriesOf(event, range, true), entry => eventBody(event, view, entry.instance))
}

/** `GET /calendars/{caluid}/events/{uid}`, of a series with `recurrenceid` one instance. */
export function getEvent(call: CalendarCall): CalendarResult {
  const place = placeOf(call)
  if (isRefusal(place)) return place
  const { calendar, view } = place
  const event = call.book.event(calendar, call.parameter(':uid') ?? '')
  const written = call.parameter('recurrenceid')
  if (written === undefined) {
    return event === null ? nothing(call) : { events: [eventBody(event, view)] }
  }
  const recurrenceId = parseRecurrenceId(written)
  if (recurrenceId === null) return new Refusal('PATTERN_NOT_MATCHED')
  const instance = event === null ? null : instanceOf(event, recurrenceId)
  if (event === null || instance === null) return nothing(call)
  const shown = call.settings.allDayInstanceBug ? withDayTooMany(event, instance) : instance
  return { events: [eventBody(event, view, shown)] }
}

function placeOf(
  call: CalendarCall,
): { readonly calendar: StoredCalendar; readonly view: EventView } | Refusal {
  const calendar = calendarOf(call)
  if (isRefusal(calendar)) return calendar
  const view = viewOf(call, calendar)
  return isRefusal(view) ? view : { calendar, view }
}

/** The event of the path. */
export function eventOf(call: CalendarCall, calendar: StoredCalendar): StoredEvent | Refusal {
  return call.book.event(calendar, call.parameter(':uid') ?? '') ?? new Refusal('INVALID_DATA', 404)
}

function nothing({ settings }: CalendarCall): CalendarResult {
  if (settings.missingEvent === 'not_found') return new Refusal('INVALID_DATA', 404)
  return settings.emptyList === 'array' ? { events: [] } : {}
}

/** A series that is not expanded is listed once, where any of its instances is in the range, with the id of the first. */
function entriesOf(event: StoredEvent, range: TimeRange, byInstance: boolean): readonly Entry[] {
  const start = startOfSeries(event.content)
  if (event.content.rule === null) {
    return overlaps(event.content, range) ? [{ event, instance: null, start }] : []
  }
  const instances = instancesIn(event, range)
  if (byInstance)
    return instances.map(instance => ({ event, instance, start: startOfSeries(instance.content) }))
  const [first] = instances
  return first === undefined ? [] : [{ event, start, instance: { ...first, content: event.content } }]
}

function listOf(
  call: CalendarCall,
  entries: readonly Entry[],
  body: (entry: Entry) => object,
): CalendarResult {
  if (entries.length === 0 && call.settings.emptyList === 'left_out') return {}
  const inOrder = entries.toSorted((one, other) => Temporal.ZonedDateTime.compare(one.start, other.start))
  return { events: inOrder.map(body) }
}

/** `lastmodified`: milliseconds since the epoch, or a time; absent: everything. */
function modifiedSince({ parameter }: CalendarCall): number | Refusal {
  const text = parameter('lastmodified')
  if (text === undefined) return 0
  if (/^\d{9,15}$/.test(text)) return Number(text)
  const time = parseTime(text)
  return time === null ? new Refusal('PATTERN_NOT_MATCHED') : instantOf(time, 'UTC').epochMilliseconds
}

/** As Zoho does: the end of an instance of an all-day yearly event is a day late. */
function withDayTooMany(event: StoredEvent, instance: Instance): Instance {
  const { span } = instance.content
  const isStruck = span.kind === 'days' && /FREQ=YEARLY/.test(event.content.rule ?? '')
  if (!isStruck) return instance
  return {
    ...instance,
    content: { ...instance.content, span: { ...span, last: span.last.add({ days: 1 }) } },
  }
}
