import type { StoredCalendar } from './calendar.ts'
import { type CalendarCall, type CalendarResult, viewOf, writableCalendarOf } from './call.ts'
import {
  type EventContent,
  type Instance,
  instanceAt,
  instanceOf,
  type StoredEvent,
  startOfSeries,
} from './event.ts'
import { eventBody } from './event-body.ts'
import { type EditType, type EventChange, parseDeletion, parseNewEvent, parseUpdate } from './event-input.ts'
import { eventOf } from './event-reads.ts'
import { endedBefore } from './recurrence.ts'
import { isRefusal, Refusal } from './refusal.ts'

/** Which part of an event is changed; of a single event, or a whole series, `instance` is null. */
interface Part {
  readonly editType: EditType
  readonly instance: Instance | null
}

/** `POST /calendars/{caluid}/events` https://www.zoho.com/calendar/help/api/post-create-event.html */
export function createEvent(call: CalendarCall): CalendarResult {
  const calendar = writableCalendarOf(call)
  if (isRefusal(calendar)) return calendar
  const content = parseNewEvent(call.parameter('eventdata') ?? '', calendar.content.timezone, call.settings)
  if (isRefusal(content)) return content
  const refusal = refusedMeeting(call, content)
  if (refusal !== null) return refusal
  return answerWith(call, calendar, call.book.addEvent(calendar, content))
}

/** `PUT /calendars/{caluid}/events/{uid}` https://www.zoho.com/calendar/help/api/put-update-event.html */
export function updateEvent(call: CalendarCall): CalendarResult {
  const calendar = writableCalendarOf(call)
  if (isRefusal(calendar)) return calendar
  const uid = call.parameter(':uid') ?? ''
  const data = call.parameter('eventdata') ?? ''
  const update = parseUpdate(data, uid, calendar.content.timezone, call.settings)
  if (isRefusal(update)) return update
  const { content, change } = update
  const event = changeableEvent(call, calendar, change.etag)
  if (isRefusal(event)) return event
  const refusal = refusedMeeting(call, content)
  if (refusal !== null) return refusal
  const part = partOf(event, change)
  if (isRefusal(part)) return part
  return replace(call, calendar, event, content, part)
}

/** `DELETE /calendars/{caluid}/events/{uid}` https://www.zoho.com/calendar/help/api/delete-event.html */
export function deleteEvent(call: CalendarCall): CalendarResult {
  const calendar = writableCalendarOf(call)
  if (isRefusal(calendar)) return calendar
  const uid = call.parameter(':uid') ?? ''
  const change = parseDeletion(call.parameter('eventdata') ?? '{}', uid, call.settings)
  if (isRefusal(change)) return change
  const etag = change.etag ?? call.header('etag')?.replaceAll('"', '') ?? null
  const event = changeableEvent(call, calendar, etag)
  if (isRefusal(event)) return event
  const part = partOf(event, change)
  if (isRefusal(part)) return part
  remove(call, calendar, event, part)
  if (call.settings.deleteStatus === 204) return null
  const { recurrenceId } = change
  return {
    events: [
      {
        uid,
        estatus: 'deleted',
        caluid: calendar.uid,
        ...(recurrenceId !== null && { recurrenceid: recurrenceId }),
      },
    ],
  }
}

/** The event of the path, if the etag is its own. */
function changeableEvent(
  call: CalendarCall,
  calendar: StoredCalendar,
  etag: string | null,
): StoredEvent | Refusal {
  if (etag === null) return new Refusal('ETAG_MISSING')
  const event = eventOf(call, calendar)
  if (isRefusal(event) || String(event.etag) === etag) return event
  return new Refusal('ETAG_NOT_MATCHED', call.settings.staleEtagStatus)
}

function partOf(event: StoredEvent, { recurrenceId, editType }: EventChange): Part | Refusal {
  if (recurrenceId === null) {
    return editType === null || editType === 'all'
      ? { editType: 'all', instance: null }
      : new Refusal('INVALID_DATA')
  }
  const instance = instanceOf(event, recurrenceId)
  return instance === null ? new Refusal('INVALID_DATA') : { editType: editType ?? 'only', instance }
}

function replace(
  call: CalendarCall,
  calendar: StoredCalendar,
  event: StoredEvent,
  content: EventContent,
  { editType, instance }: Part,
): CalendarResult {
  const { book } = call
  if (editType === 'all' || instance === null || isFirst(event, instance, editType)) {
    const exceptions = [...event.exceptions].filter(([id]) => instanceAt(content, id) !== null)
    const changed = book.changeEvent(calendar, event, { content, exceptions: new Map(exceptions) })
    return answerWith(call, calendar, changed)
  }
  if (editType === 'following') {
    endBefore(call, calendar, event, instance)
    return answerWith(call, calendar, book.addEvent(calendar, content))
  }
  // One instance repeats nothing.
  const exception = { ...content, rule: null }
  const exceptions = new Map([...event.exceptions, [instance.recurrenceId, exception]])
  const changed = book.changeEvent(calendar, event, { exceptions })
  return answerWith(call, calendar, changed, { ...instance, content: exception })
}

function remove(
  { book }: CalendarCall,
  calendar: StoredCalendar,
  event: StoredEvent,
  { editType, instance }: Part,
): void {
  if (editType === 'all' || instance === null || isFirst(event, instance, editType)) {
    book.deleteEvent(calendar, event)
  } else if (editType === 'following') {
    endBefore({ book }, calendar, event, instance)
  } else {
    const exceptions = new Map([...event.exceptions, [instance.recurrenceId, null]])
    book.changeEvent(calendar, event, { exceptions })
  }
}

/** Whether nothing would remain in front of it. */
function isFirst(event: StoredEvent, { start }: Instance, editType: EditType): boolean {
  return editType === 'following' && startOfSeries(event.content).equals(start)
}

function endBefore(
  { book }: Pick<CalendarCall, 'book'>,
  calendar: StoredCalendar,
  event: StoredEvent,
  instance: Instance,
): void {
  const content = { ...event.content, rule: endedBefore(event.content.rule ?? '', instance.start) }
  const exceptions = new Map([...event.exceptions].filter(([id]) => id < instance.recurrenceId))
  book.changeEvent(calendar, event, { content, exceptions })
}

/** A Zoho Meeting needs the right to make one. */
function refusedMeeting({ scopes }: CalendarCall, { conference }: EventContent): Refusal | null {
  const isAllowed = conference === '' || scopes.includes('ZohoMeeting.meeting.ALL')
  return isAllowed ? null : new Refusal('INVALID_OAUTHSCOPE', 401)
}

/** What was written is shown whole, whatever was accepted. */
function answerWith(
  call: CalendarCall,
  calendar: StoredCalendar,
  event: StoredEvent,
  instance: Instance | null = null,
): CalendarResult {
  const view = viewOf(call, calendar)
  return isRefusal(view) ? view : { events: [eventBody(event, { ...view, isLarge: true }, instance)] }
}
