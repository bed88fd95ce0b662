import {
  parseClientOptions,
  type ZohoClientOptions,
  type ZohoClientSettings,
} from '../request/client-options.ts'
import type { ZohoTokens } from '../request/zoho-connection.ts'
import { ZohoRequests } from '../request/zoho-requests.ts'
import type { AvailableSlotsOptions } from './availability.ts'
import { calendarApi } from './calendar-api.ts'
import { CalendarCache } from './calendar-cache.ts'
import {
  type Calendar,
  type CalendarChanges,
  type CalendarInput,
  deleteCalendar,
  type ListCalendarsOptions,
  listCalendars,
  listQuery,
  writeCalendar,
} from './calendars.ts'
import type { CalendarEvent } from './event.ts'
import type { EventChanges, EventInput } from './event-input.ts'
import type { GetEventOptions, ListEventsOptions } from './event-reads.ts'
import type { ChangeEventOptions, DeleteEventOptions } from './event-writes.ts'
import type { FreeBusy, FreeBusyOptions } from './free-busy.ts'
import type { Slot } from './slots.ts'

/** How an event is made. */
export interface CreateEventOptions {
  /**
   * Makes one event, however often and from however many processes it is called with this key; one that is there is given
   * back as it is. It is found by a line at the end of its description, `[evergrant:…]`, within 15 days of the time asked for:
   * whoever moves it further, deletes it or that line, gets a second one. Up to 500 characters.
   */
  readonly key?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** What every call takes. */
export interface CalendarCallOptions {
  readonly signal?: AbortSignal | undefined
}

/**
 * The Zoho Calendar of one customer.
 *
 * Every call throws `ZohoApiError` where Zoho refuses, throttles or fails, `InsufficientScopeError` where the grant lacks a
 * scope, `ProviderResponseError` for an answer that cannot be understood, `InvalidInputError` for what the caller gave, and
 * what `getToken` throws. Nothing is read as free that is not known to be.
 */
export class ZohoCalendarService {
  readonly #options: ZohoClientOptions
  readonly #requests: ZohoRequests
  readonly #cache: CalendarCache

  /** @throws InvalidInputError an option that does not exist, or means nothing */
  constructor(options: ZohoClientOptions) {
    const connection = parseClientOptions(options, 'ZohoCalendarService', 'zoho_calendar')
    this.#options = options
    this.#requests = new ZohoRequests(connection, calendarApi)
    this.#cache = new CalendarCache(connection.clock)
  }

  /** The calendar of a customer. */
  static forClient(
    tokens: ZohoTokens,
    clientId: string,
    settings: ZohoClientSettings = {},
  ): ZohoCalendarService {
    return new ZohoCalendarService({ ...settings, tokens, clientId })
  }

  /** The same for another customer, with the same settings. */
  forClient(clientId: string): ZohoCalendarService {
    return new ZohoCalendarService({ ...this.#options, clientId })
  }

  /**
   * The calendars. The list is kept for five minutes, and until this object writes a calendar: Zoho throttles it more tightly
   * than other calls.
   */
  async calendars(options: ListCalendarsOptions = {}): Promise<readonly Calendar[]> {
    const query = listQuery(options)
    options.signal?.throwIfAborted()
    return this.#cache.get(JSON.stringify(query), () => listCalendars(this.#requests, query, options.signal))
  }

  /** One calendar, hidden or not; null: there is none of that uid. From the list of all. */
  async calendar(uid: string, options: CalendarCallOptions = {}): Promise<Calendar | null> {
    const all = await this.calendars({ ...options, category: 'all', hidden: true })
    return all.find(calendar => calendar.uid === uid) ?? null
  }

  /** Makes a calendar. */
  async createCalendar(input: CalendarInput, { signal }: CalendarCallOptions = {}): Promise<Calendar> {
    return this.#writing(() => writeCalendar(this.#requests, null, input, signal))
  }

  /** Changes a calendar. */
  async updateCalendar(
    uid: string,
    changes: CalendarChanges,
    { signal }: CalendarCallOptions = {},
  ): Promise<Calendar> {
    return this.#writing(() => writeCalendar(this.#requests, uid, changes, signal))
  }

  /** Deletes a calendar with all its events. */
  async deleteCalendar(uid: string, { signal }: CalendarCallOptions = {}): Promise<void> {
    await this.#writing(() => deleteCalendar(this.#requests, uid, signal))
  }

  async #writing<T>(write: () => Promise<T>): Promise<T> {
    try {
      return await write()
    } finally {
      this.#cache.forget()
    }
  }

  /**
   * The events of any range, as one sequence over windows of 31 days, each event once. A window is asked for when it is reached;
   * leaving the loop asks for no more.
   */
  async *events(
    calendar: string,
    options: ListEventsOptions,
  ): AsyncGenerator<CalendarEvent, void, undefined> {
    const { listEvents } = await import('./event-reads.ts')
    yield* listEvents(this.#requests, calendar, options)
  }

  /** An event, or with `recurrenceId` one instance of it; null: there is none. */
  async event(calendar: string, uid: string, options: GetEventOptions = {}): Promise<CalendarEvent | null> {
    const { readEvent } = await import('./event-reads.ts')
    return readEvent(this.#requests, calendar, uid, options)
  }

  /**
   * Makes an event. Without a key it is not repeated where nobody knows whether it was made: the `ZohoApiError` then has the
   * outcome `unknown`. With a key the call can be repeated as often as it takes.
   */
  async createEvent(
    calendar: string,
    input: EventInput,
    options: CreateEventOptions = {},
  ): Promise<CalendarEvent> {
    const { createEvent } = await import('./create-event.ts')
    return createEvent(this.#requests, calendar, input, options)
  }

  /**
   * Changes an event, or a part of a recurring one. Zoho clears whatever an update leaves out, so the event is read first and
   * written back whole, with its etag. Two changes at once are both made, one after the other; with `etag` the later is refused.
   */
  async updateEvent(
    calendar: string,
    uid: string,
    changes: EventChanges,
    options: ChangeEventOptions = {},
  ): Promise<CalendarEvent> {
    const { updateEvent } = await import('./event-writes.ts')
    return updateEvent(this.#requests, calendar, uid, changes, options)
  }

  /** Deletes an event, or a part of a recurring one. False: there was none. */
  async deleteEvent(calendar: string, uid: string, options: DeleteEventOptions = {}): Promise<boolean> {
    const { deleteEvent } = await import('./event-writes.ts')
    return deleteEvent(this.#requests, calendar, uid, options)
  }

  /** When somebody is busy, by e-mail address; `not_shared` where they do not share it, which is not the same as free. */
  async freeBusy(email: string, options: FreeBusyOptions): Promise<FreeBusy> {
    const { freeBusy } = await import('./free-busy.ts')
    return freeBusy(this.#requests, email, options)
  }

  /**
   * The times that are free for an appointment, within working hours by the clock of a zone, in order. An hour that the change to
   * summer time leaves out is not there, one that comes twice is there twice, and every slot is as long as asked for.
   */
  async availableSlots(options: AvailableSlotsOptions): Promise<readonly Slot[]> {
    const { availableSlots } = await import('./availability.ts')
    return availableSlots(this.#requests, options)
  }
}
