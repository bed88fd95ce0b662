import { withoutMark } from './event-mark.ts'
import { type EventTime, parseEventTime } from './event-time.ts'
import { isRecord } from './json-object.ts'

/** What an invited person said. */
export type AttendeeStatus = 'needs_action' | 'accepted' | 'declined' | 'tentative'

/** Somebody who is invited to an event. */
export interface EventAttendee {
  /** The e-mail address. */
  readonly email: string
  readonly name: string | null
  /** Null: Zoho told none, or one that is not known. */
  readonly status: AttendeeStatus | null
}

/** An event of a calendar, as Zoho told it. */
export interface CalendarEvent {
  /** `<32 hex digits>@zoho.com`; of imported events whatever they had. The same for all instances of a recurring one. */
  readonly uid: string
  /** The calendar's uid. Null: not told. */
  readonly calendarUid: string | null
  /** Empty: none. */
  readonly title: string
  /** Null: none, or a list that tells none (see `details`). */
  readonly description: string | null
  /** Null: none. */
  readonly location: string | null
  /** When it is. */
  readonly time: EventTime
  /** `FREQ=WEEKLY;…` of a recurring event. */
  readonly rrule: string | null
  /** Which instance of a recurring event it is. */
  readonly recurrenceId: string | null
  /** Whether the time counts as taken in the calendar. Null: not told, which counts as taken. */
  readonly availability: 'busy' | 'free' | null
  /** Whether it is cancelled or deleted. */
  readonly isCancelled: boolean
  /** Whether others see no more than that there is something. */
  readonly isPrivate: boolean
  /** The e-mail address of who made it. Null: not told. */
  readonly organizer: string | null
  /** Whether the calendar's owner is the organizer. Null: not told. */
  readonly isOrganizer: boolean | null
  /** Those whom Zoho listed. A list of events may tell the owner's own entry alone; `event()` tells all. */
  readonly attendees: readonly EventAttendee[]
  /** Its version. Each write makes another. */
  readonly etag: string | null
  /** Everything that Zoho sent, under Zoho's names. */
  readonly raw: Readonly<Record<string, unknown>>
}

/** Reads an event of an answer. Null: it has no uid, or no time that can be understood. */
export function parseEvent(value: unknown): CalendarEvent | null {
  if (!isRecord(value)) return null
  const uid = textOf(value.uid)
  const time = parseEventTime(value.dateandtime, value.duration)
  if (uid === null || time === null) return null
  return {
    uid,
    calendarUid: textOf(value.caluid),
    title: textOf(value.title) ?? '',
    description: withoutMark(textOf(value.description)),
    location: textOf(value.location),
    time,
    rrule: textOf(value.rrule),
    recurrenceId: textOf(value.recurrenceid),
    availability: availabilityOf(value.transparency),
    isCancelled: cancelled.has(String(value.estatus).toLowerCase()),
    isPrivate: value.isprivate === true || value.isprivate === 'true',
    organizer: textOf(value.organizer),
    isOrganizer: typeof value.role === 'string' ? value.role.toLowerCase() === 'organizer' : null,
    attendees: Array.isArray(value.attendees) ? value.attendees.flatMap(attendeeOf) : [],
    etag: etagOf(value.etag),
    raw: value,
  }
}

const cancelled: ReadonlySet<string> = new Set(['deleted', 'cancelled', 'canceled'])

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

/** Zoho answers an etag as text and documents it as a number. Either is taken; it is compared as text. */
export function etagOf(value: unknown): string | null {
  return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : textOf(value)
}

function availabilityOf(transparency: unknown): 'busy' | 'free' | null {
  if (transparency === undefined || transparency === null) return null
  return String(transparency) === '1' ? 'free' : 'busy'
}

function attendeeOf(value: unknown): readonly EventAttendee[] {
  if (!isRecord(value)) return []
  const email = textOf(value.email)
  if (email === null) return []
  return [{ email, name: textOf(value.dName), status: statusOf(value.status) }]
}

/** Answers have `needsaction`, writes `NEEDS-ACTION`. */
function statusOf(value: unknown): AttendeeStatus | null {
  switch (typeof value === 'string' ? value.toLowerCase().replaceAll(/[-_ ]/g, '') : '') {
    case 'needsaction':
      return 'needs_action'
    case 'accepted':
      return 'accepted'
    case 'declined':
      return 'declined'
    case 'tentative':
      return 'tentative'
    default:
      return null
  }
}
