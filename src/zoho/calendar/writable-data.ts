import type { CalendarEvent } from './event.ts'
import type { EventData } from './event-input.ts'
import type { EventTime } from './event-time.ts'
import { isRecord } from './json-object.ts'
import { wireInstant } from './wire-time.ts'

/**
 * What is written back of an event that was read. An update replaces everything that can be written, so all of it has to be
 * there; and Zoho refuses members that it only answers, so it is chosen from this list and nothing else.
 */
export function writableData({ raw, time }: CalendarEvent): EventData {
  return {
    dateandtime: timeData(time, raw),
    isallday: time.kind === 'all_day',
    title: textOf(raw.title),
    description: textOf(raw.description),
    richtext_description: textOf(raw.richtext_description),
    location: textOf(raw.location),
    url: textOf(raw.url),
    // Answered as a number of Zoho's palette, too, which is not taken back.
    color: typeof raw.color === 'string' && /^#[\da-f]{3,6}$/i.test(raw.color) ? raw.color : undefined,
    isprivate: raw.isprivate,
    attendees: listOf(raw.attendees, attendeeData),
    group_attendees: isRecord(raw.group_attendees) ? raw.group_attendees : undefined,
    reminders: listOf(raw.reminders, ({ action, minutes }) => ({ action, minutes })),
    rrule: textOf(raw.rrule),
    transparency: raw.transparency,
    calendar_alarm: raw.calendar_alarm,
  }
}

function timeData(time: EventTime, { dateandtime }: CalendarEvent['raw']): EventData {
  const told = isRecord(dateandtime) ? dateandtime : {}
  const timezone = time.timeZone ?? told.timezone
  // The days as they were told: whichever way their end is meant, it is meant so here, too.
  return time.kind === 'all_day'
    ? { start: told.start, end: told.end ?? told.start, timezone }
    : { start: wireInstant(time.startAt.getTime()), end: wireInstant(time.endAt.getTime()), timezone }
}

/** Answers have `needsaction`, writes `NEEDS-ACTION`. */
function attendeeData({ email, permission, attendance, status }: EventData): EventData {
  const plain = typeof status === 'string' ? status.toUpperCase().replaceAll(/[-_ ]/g, '') : ''
  return {
    email,
    permission,
    attendance,
    status: plain === 'NEEDSACTION' ? 'NEEDS-ACTION' : plain || undefined,
  }
}

function listOf(value: unknown, write: (item: EventData) => EventData): readonly EventData[] | undefined {
  return Array.isArray(value) && value.length > 0 ? value.filter(isRecord).map(write) : undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
