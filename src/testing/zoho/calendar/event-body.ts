import { Temporal } from 'temporal-polyfill'
import type { CalendarEventBody } from '../control.ts'
import type { StoredCalendar } from './calendar.ts'
import { type EventContent, type EventSpan, type Instance, lengthOf, type StoredEvent } from './event.ts'
import type { CalendarSettings } from './settings.ts'
import { dayText, timeText, utcTextOf } from './times.ts'

/** How an event is to be shown. */
export interface EventView {
  readonly calendar: StoredCalendar
  readonly settings: CalendarSettings
  /** The caller’s e-mail address. */
  readonly user: string
  /** The server’s own. */
  readonly url: string
  /** The zone that the caller asked for; null: that of each event. */
  readonly zone: string | null
  /** Whether `Accept: application/json+large` was sent. */
  readonly isLarge: boolean
}

/** The whole event; with an instance, that one of its series. */
export function eventBody(
  event: StoredEvent,
  view: EventView,
  instance: Instance | null = null,
): CalendarEventBody {
  const content = instance?.content ?? event.content
  const { url, calendar } = view
  return {
    ...headOf(event, content, view, instance),
    location: content.location,
    isprivate: content.isPrivate,
    organizer: event.createdBy,
    createdby: event.createdBy,
    modifiedby: event.createdBy,
    role: 'organizer',
    ...(view.isLarge && {
      description: content.description,
      ...(content.richTextDescription !== '' && { richtext_description: content.richTextDescription }),
    }),
    ...(content.url !== '' && { url: content.url }),
    ...attendeesBody(content),
    ...(content.groupAttendees.size > 0 && {
      group_attendees: Object.fromEntries(content.groupAttendees),
      group_list: [...content.groupAttendees.keys()],
    }),
    ...(content.conference !== '' && {
      conference_data: { meetingdata: { meeting_link: `${url}/meeting/${event.id}` } },
    }),
    reminders: content.reminders,
    etype: 0,
    type: 0,
    transparency: content.transparency,
    has_attachment: false,
    enable_eventmanagement: false,
    calendar_alarm: content.hasAlarm,
    notifyType: 0,
    isApproved: true,
    viewEventURL: `${url}/zc/${calendar.uid}/${encodeURIComponent(event.uid)}`,
    createdtime: utcTextOf(event.createdAt),
    createdtime_millis: event.createdAt,
    lastmodifiedtime: utcTextOf(event.modifiedAt),
  }
}

/** In a list: of the attendees the caller’s own entry, as the settings have it. */
export function listedBody(
  event: StoredEvent,
  view: EventView,
  instance: Instance | null = null,
): CalendarEventBody {
  const content = instance?.content ?? event.content
  const own = content.attendees.filter(({ email }) => email.toLowerCase() === view.user.toLowerCase())
  const attendees = view.settings.listedAttendees === 'all' ? content.attendees : own
  const shown = { ...content, attendees }
  return instance === null
    ? eventBody({ ...event, content: shown }, view)
    : eventBody(event, view, { ...instance, content: shown })
}

/** What remains of an event where instances are listed. */
export function minimalBody(
  event: StoredEvent,
  view: EventView,
  instance: Instance | null = null,
): CalendarEventBody {
  const content = instance?.content ?? event.content
  return { ...headOf(event, content, view, instance), isprivate: content.isPrivate }
}

function headOf(
  event: StoredEvent,
  content: EventContent,
  { calendar, settings, zone }: EventView,
  instance: Instance | null,
): CalendarEventBody {
  const timezone = zone ?? content.timezone
  return {
    uid: event.uid,
    caluid: calendar.uid,
    id: event.id,
    calid: calendar.id,
    title: content.title,
    dateandtime: { timezone, ...timesOf(content.span, timezone, settings) },
    isallday: content.span.kind === 'days',
    multiday: isMultiday(content.span, timezone),
    duration: String(lengthOf(content.span)),
    ...(event.content.rule !== null && { rrule: event.content.rule }),
    ...(instance !== null && { recurrenceid: instance.recurrenceId }),
    etag: String(event.etag),
    color: content.color === '' ? '3' : content.color,
    estatus: event.state,
  }
}

function timesOf(
  span: EventSpan,
  zone: string,
  { allDayEnd, timeForm }: CalendarSettings,
): { readonly start: string; readonly end: string } {
  if (span.kind === 'times') {
    return { start: timeText(span.start, zone, timeForm), end: timeText(span.end, zone, timeForm) }
  }
  const end = allDayEnd === 'last_day' ? span.last : span.last.add({ days: 1 })
  return { start: dayText(span.first), end: dayText(end) }
}

function isMultiday(span: EventSpan, zone: string): boolean {
  if (span.kind === 'days') return !span.first.equals(span.last)
  const day = (instant: Temporal.Instant): Temporal.PlainDate =>
    instant.toZonedDateTimeISO(zone).toPlainDate()
  return Temporal.PlainDate.compare(day(span.start), day(span.end)) !== 0
}

function attendeesBody({ attendees }: EventContent): CalendarEventBody {
  if (attendees.length === 0) return {}
  return {
    attendees: attendees.map(({ email, status, attendance, permission }) => {
      const [dName = email] = email.split('@')
      return { email, status, attendance, permission, dName }
    }),
  }
}
