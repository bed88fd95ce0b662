import {
  createCalendar,
  deleteCalendar,
  getCalendar,
  listCalendars,
  updateCalendar,
} from './calendar-operations.ts'
import type { CalendarCall, CalendarResult } from './call.ts'
import { getEvent, listEvents, listInstances } from './event-reads.ts'
import { createEvent, deleteEvent, updateEvent } from './event-writes.ts'
import { getFreeBusy } from './free-busy.ts'
import type { CalendarAnswerName } from './operations.ts'

export { calendarBooksOf } from './state.ts'

/** What answers the operations, by name. */
export const calendarAnswers: Readonly<Record<CalendarAnswerName, (call: CalendarCall) => CalendarResult>> = {
  listCalendars,
  getCalendar,
  createCalendar,
  updateCalendar,
  deleteCalendar,
  listEvents,
  listInstances,
  getEvent,
  createEvent,
  updateEvent,
  deleteEvent,
  getFreeBusy,
}
