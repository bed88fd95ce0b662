import {
  createCalendar,
  deleteCalendar,
  getCalendar,
  listCalendars,
  updateCalendar,
} from './calendar-operations.ts'
import { getEvent, listEvents, listInstances } from './event-reads.ts'
import { createEvent, deleteEvent, updateEvent } from './event-writes.ts'
import { getFreeBusy } from './free-busy.ts'

export { calendarBooksOf } from './state.ts'

/** What answers the operations, by name. */
export const calendarAnswers = {
  createCalendar,
  deleteCalendar,
  getCalendar,
  listCalendars,
  updateCalendar,
  getEvent,
  listEvents,
  listInstances,
  createEvent,
  deleteEvent,
  updateEvent,
  getFreeBusy,
} as const

export type CalendarAnswers = typeof calendarAnswers
