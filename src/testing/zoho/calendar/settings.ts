/** The throttle of the Calendar API: so many calls of one operation by one user in a rolling window. */
export interface CalendarThrottle {
  /** How many pass in a window. */
  readonly requests: number
  /** The same for the list of calendars, which Zoho throttles more tightly. */
  readonly calendarListRequests: number
  /** How long a window is. */
  readonly windowMs: number
  /** Measured at a sibling of the Calendar: 400. */
  readonly status: 400 | 429
  /** Whether the refusal has a `Retry-After` header, in seconds. */
  readonly retryAfter: boolean
}

/**
 * How the Calendar API of the local Zoho behaves. Where sources differ, or Zoho publishes nothing, there is a switch, and the
 * default is what was measured or documented.
 * https://www.zoho.com/calendar/help/api/introduction.html
 */
export interface CalendarSettings {
  /**
   * The form of error bodies: `{"error":[{"message":"…"}]}` (`object`), `[{"message":"…"}]` (`array`), or those of Zoho Mail
   * and Zoho Projects. None is documented for the Calendar.
   */
  readonly errorForm: 'object' | 'array' | 'mail_array' | 'mail_object' | 'projects'
  /** HTTP status where there is no Authorization header (`INVALID_TICKET`). */
  readonly noTicketStatus: 400 | 401
  /** What a wrong URL gets: the keyword `URL_RULE_NOT_CONFIGURED`, or a page of HTML. Both with 404. */
  readonly wrongUrl: 'keyword' | 'html'
  /** Null: no throttle, as Zoho publishes no numbers. */
  readonly throttle: CalendarThrottle | null
  /** Lists without an entry: `{"events":[]}`, or `{}`. */
  readonly emptyList: 'array' | 'left_out'
  /** What a get of an event that does not exist gets: an empty list with 200, or 404. */
  readonly missingEvent: 'empty_list' | 'not_found'
  /** HTTP status of an update or a deletion with an etag that is no longer the event’s. Not documented. */
  readonly staleEtagStatus: 409 | 412
  /** Keys of `eventdata` and `calendarData` that nobody knows: refused (`EXTRA_KEY_FOUND_IN_JSON`), or passed over. */
  readonly unknownKeys: 'refused' | 'ignored'
  /** A deletion is answered with a body and 200, or with 204. */
  readonly deleteStatus: 200 | 204
  /**
   * How timed events are written in answers: in their zone with its offset (`20260206T100000-0800`), in UTC
   * (`20260206T180000Z`), or in their zone without an offset (`20260206T100000`).
   */
  readonly timeForm: 'offset' | 'utc' | 'local'
  /** Whether the end of an all-day event is its last day, or the day behind it; in what is written, and in answers. */
  readonly allDayEnd: 'last_day' | 'next_day'
  /** Measured: a get with `recurrenceid` gives an all-day yearly event a day too many, and `multiday: true`. */
  readonly allDayInstanceBug: boolean
  /** Whether lists have all attendees of an event, or the caller’s own entry alone. */
  readonly listedAttendees: 'own' | 'all'
  /** Users whose free/busy is not shared (`fb_not_enabled`), by e-mail address. */
  readonly freeBusyNotShared: readonly string[]
  /** Free/busy without an entry: `{"NODATA":…}`, an empty list, or `{}`. */
  readonly freeBusyEmpty: 'nodata' | 'empty_list' | 'left_out'
  /** How free/busy writes the days of all-day events: `20260721Z`, or `20260721T000000Z`. */
  readonly freeBusyAllDay: 'date' | 'instant'
  /** IANA name of the zone of the users’ own calendars, and of calendars that are made without one. */
  readonly timezone: string
}

/** Some settings of the Calendar; one that is `undefined` changes nothing. */
export type CalendarChanges = {
  readonly [Name in keyof CalendarSettings]?: CalendarSettings[Name] | undefined
}

/** 100 calls of an operation in two minutes, refused with HTTP 400: measured at Zoho Projects. */
export const zohoCalendarThrottle: CalendarThrottle = {
  requests: 100,
  calendarListRequests: 30,
  windowMs: 120_000,
  status: 400,
  retryAfter: false,
}

/** As Zoho answers, where it is known. */
export const zohoCalendarSettings: CalendarSettings = {
  errorForm: 'object',
  noTicketStatus: 401,
  wrongUrl: 'keyword',
  throttle: null,
  emptyList: 'array',
  missingEvent: 'empty_list',
  staleEtagStatus: 412,
  unknownKeys: 'refused',
  deleteStatus: 200,
  timeForm: 'offset',
  allDayEnd: 'last_day',
  allDayInstanceBug: true,
  listedAttendees: 'own',
  freeBusyNotShared: [],
  freeBusyEmpty: 'nodata',
  freeBusyAllDay: 'date',
  timezone: 'America/Los_Angeles',
}

/** The settings with changes; a change that is `undefined` changes nothing. */
export function changedCalendarSettings(
  settings: CalendarSettings,
  changes: CalendarChanges = {},
): CalendarSettings {
  const made = Object.entries(changes).filter(
    ([name, value]) => value !== undefined && Object.hasOwn(settings, name),
  )
  return { ...settings, ...Object.fromEntries(made) }
}
