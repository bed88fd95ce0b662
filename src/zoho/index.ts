/**
 * Typed clients of Zoho over an `OAuthTokenService`.
 *
 * @example
 * import { oauthTokenService } from 'evergrant'
 * import { ZohoCRMService } from 'evergrant/zoho'
 *
 * const crm = new ZohoCRMService({ tokens: oauthTokenService, clientId: 'smart-tax-nation' })
 * const lead = await crm.findByPhone('+1 555 0120')
 *
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
export { type CoqlAllOptions, type CoqlResult, coqlText } from './crm/coql.ts'
export { type Criteria, type CriteriaOperator, type CriteriaValue, criteria } from './crm/criteria.ts'
export type { DeletedOptions, ListOptions, ZohoDeletedRecord } from './crm/list.ts'
export type {
  ZohoField,
  ZohoModule,
  ZohoOrganization,
  ZohoRelatedList,
  ZohoUser,
  ZohoUserType,
} from './crm/metadata.ts'
// By a star, so that declaration merging reaches its interfaces.
export type * from './crm/modules.ts'
export type { RelatedOptions, ZohoNoteInput } from './crm/notes.ts'
export type { DeleteOptions, UpdateOptions, UpsertOptions, WriteOptions } from './crm/record-writes.ts'
export type { SearchOptions, SearchSelector } from './crm/search.ts'
export type { ZohoRecordFailure, ZohoRecordResult, ZohoRecordSuccess } from './crm/write-results.ts'
export {
  type AddNoteOptions,
  type FoundOrCreatedLead,
  type GetRecordOptions,
  type ZohoCallOptions,
  ZohoCRMService,
} from './crm/zoho-crm-service.ts'
export type { ZohoClientOptions, ZohoClientSettings } from './request/client-options.ts'
export type { ZohoEdition } from './request/editions.ts'
export { ZohoApiError, type ZohoFailure } from './request/zoho-api-error.ts'
export type { ZohoTokens } from './request/zoho-connection.ts'
