import { calendarBody, parseCalendar } from './calendar.ts'
import { type CalendarCall, type CalendarResult, calendarOf, flagOf } from './call.ts'
import { isRefusal, Refusal } from './refusal.ts'

const categories = ['own', 'group', 'app', 'others', 'all']

/** `GET /calendars` https://www.zoho.com/calendar/help/api/get-calendar-list.html */
export function listCalendars(call: CalendarCall): CalendarResult {
  const category = call.parameter('category') ?? 'own'
  const withHidden = flagOf(call, 'showhiddencal')
  if (isRefusal(withHidden)) return withHidden
  if (!categories.includes(category)) return new Refusal('PATTERN_NOT_MATCHED')
  const found = call.book.calendars.filter(
    calendar =>
      (category === 'all' || calendar.category === category) && (withHidden || calendar.content.isVisible),
  )
  if (found.length === 0 && call.settings.emptyList === 'left_out') return {}
  return { calendars: found.map(calendar => calendarBody(calendar, call.url)) }
}

/** `GET /calendars/{caluid}` */
export function getCalendar(call: CalendarCall): CalendarResult {
  const calendar = calendarOf(call)
  return isRefusal(calendar) ? calendar : { calendars: [calendarBody(calendar, call.url)] }
}

/** `POST /calendars` */
export function createCalendar(call: CalendarCall): CalendarResult {
  const content = parseCalendar(call.parameter('calendarData') ?? '', null, call.settings)
  if (isRefusal(content)) return content
  return { calendars: [calendarBody(call.book.addCalendar(content), call.url)] }
}

/** `PUT /calendars/{caluid}` */
export function updateCalendar(call: CalendarCall): CalendarResult {
  const calendar = ownCalendarOf(call)
  if (isRefusal(calendar)) return calendar
  const content = parseCalendar(call.parameter('calendarData') ?? '', calendar.content, call.settings)
  if (isRefusal(content)) return content
  return { calendars: [calendarBody(call.book.changeCalendar(calendar, content), call.url)] }
}

/** `DELETE /calendars/{caluid}`, which the default calendar survives. */
export function deleteCalendar(call: CalendarCall): CalendarResult {
  const calendar = ownCalendarOf(call)
  if (isRefusal(calendar)) return calendar
  if (calendar.isDefault) return new Refusal('INVALID_DATA')
  call.book.deleteCalendar(calendar)
  if (call.settings.deleteStatus === 204) return null
  return { calendars: [{ uid: calendar.uid, calstatus: 'deleted' }] }
}

/** Calendars of others are not changed from here. */
function ownCalendarOf(call: CalendarCall): ReturnType<typeof calendarOf> {
  const calendar = calendarOf(call)
  return isRefusal(calendar) || calendar.privilege === 'owner' ? calendar : new Refusal('INVALID_DATA', 403)
}
