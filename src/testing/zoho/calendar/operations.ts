/** The functions that answer, by name. */
export type CalendarAnswerName =
  | 'listCalendars'
  | 'getCalendar'
  | 'createCalendar'
  | 'updateCalendar'
  | 'deleteCalendar'
  | 'listEvents'
  | 'listInstances'
  | 'getEvent'
  | 'createEvent'
  | 'updateEvent'
  | 'deleteEvent'
  | 'getFreeBusy'

/** One thing that the Calendar API does. */
export interface CalendarOperation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below `/api/v1`, in the form of the web framework. */
  readonly path: string
  /** `ZohoCalendar.<scope>`, or `ALL` in the place of its verb. */
  readonly scope: string
  /** The parameters that it knows, in query and form; every other one is refused. */
  readonly parameters: readonly string[]
  /** Those that it cannot do without. */
  readonly mandatory: readonly string[]
  /** What does it: it is loaded with the first call, as what reckons with time zones takes a while. */
  readonly answer: CalendarAnswerName
}

const event = '/calendars/:caluid/events/:uid'

/** Everything under `/api/v1`. A path that is a special case of another stands before it. */
export const calendarOperations: readonly CalendarOperation[] = [
  {
    method: 'GET',
    path: '/calendars',
    scope: 'calendar.READ',
    parameters: ['category', 'showhiddencal'],
    mandatory: [],
    answer: 'listCalendars',
  },
  {
    method: 'POST',
    path: '/calendars',
    scope: 'calendar.CREATE',
    parameters: ['calendarData'],
    mandatory: ['calendarData'],
    answer: 'createCalendar',
  },
  {
    method: 'GET',
    path: '/calendars/freebusy',
    scope: 'freebusy.READ',
    parameters: ['uemail', 'sdate', 'edate', 'ftype'],
    mandatory: ['uemail', 'sdate', 'edate'],
    answer: 'getFreeBusy',
  },
  {
    method: 'GET',
    path: '/calendars/:caluid',
    scope: 'calendar.READ',
    parameters: [],
    mandatory: [],
    answer: 'getCalendar',
  },
  {
    method: 'PUT',
    path: '/calendars/:caluid',
    scope: 'calendar.UPDATE',
    parameters: ['calendarData'],
    mandatory: ['calendarData'],
    answer: 'updateCalendar',
  },
  {
    method: 'DELETE',
    path: '/calendars/:caluid',
    scope: 'calendar.DELETE',
    parameters: [],
    mandatory: [],
    answer: 'deleteCalendar',
  },
  {
    method: 'GET',
    path: '/calendars/:caluid/events',
    scope: 'event.READ',
    parameters: ['range', 'byinstance', 'timezone', 'crm_event_type', 'lastmodified'],
    mandatory: ['range'],
    answer: 'listEvents',
  },
  {
    method: 'POST',
    path: '/calendars/:caluid/events',
    scope: 'event.CREATE',
    parameters: ['eventdata'],
    mandatory: ['eventdata'],
    answer: 'createEvent',
  },
  {
    method: 'GET',
    path: `${event}/byinstance`,
    scope: 'event.READ',
    parameters: ['range', 'timezone'],
    mandatory: ['range'],
    answer: 'listInstances',
  },
  {
    method: 'GET',
    path: event,
    scope: 'event.READ',
    parameters: ['recurrenceid', 'timezone'],
    mandatory: [],
    answer: 'getEvent',
  },
  {
    method: 'PUT',
    path: event,
    scope: 'event.UPDATE',
    parameters: ['eventdata'],
    mandatory: ['eventdata'],
    answer: 'updateEvent',
  },
  {
    method: 'DELETE',
    path: event,
    scope: 'event.DELETE',
    parameters: ['eventdata'],
    mandatory: [],
    answer: 'deleteEvent',
  },
]
