/**
 * Typed clients of Zoho over an `OAuthTokenService`.
 * @module evergrant/zoho
 */

export type { AvailableSlotsOptions } from './calendar/availability.ts'
export type { Calendar, CalendarChanges, CalendarInput, ListCalendarsOptions } from './calendar/calendars.ts'
export type { AttendeeStatus, CalendarEvent, EventAttendee } from './calendar/event.ts'
export type {
  AttendeeInput,
  EventChanges,
  EventInput,
  EventTimeInput,
  ReminderInput,
} from './calendar/event-input.ts'
export type { GetEventOptions, ListEventsOptions } from './calendar/event-reads.ts'
export type { EventTime } from './calendar/event-time.ts'
export type { ChangeEventOptions, DeleteEventOptions } from './calendar/event-writes.ts'
export type { BusyTime, FreeBusy, FreeBusyOptions } from './calendar/free-busy.ts'
export type { GivenTime } from './calendar/given-time.ts'
export type { Slot, SlotOptions } from './calendar/slots.ts'
export type { Weekday, WorkingHours, WorkingInterval } from './calendar/working-hours.ts'
export {
  type CalendarCallOptions,
  type CreateEventOptions,
  ZohoCalendarService,
} from './calendar/zoho-calendar-service.ts'
export type { ZohoClientOptions, ZohoClientSettings } from './request/client-options.ts'
export type { ZohoEdition } from './request/editions.ts'
export { ZohoApiError, type ZohoFailure } from './request/zoho-api-error.ts'
export type { ZohoTokens } from './request/zoho-connection.ts'
