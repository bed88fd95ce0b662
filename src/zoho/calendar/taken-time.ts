import type { CalendarEvent } from './event.ts'
import { spanOf } from './event-time.ts'
import type { Span } from './given-time.ts'

/**
 * The time that events take. Not taken: what is cancelled, marked as free, or declined. Whole days are those of the
 * event's zone, and of `zone` where it has none. `attendee` is the e-mail address of the person whose time it is.
 */
export function takenTime(
  events: Iterable<CalendarEvent>,
  zone: string,
  attendee: string | null,
): readonly Span[] {
  const spans: Span[] = []
  for (const event of events) if (takesTime(event, attendee)) spans.push(spanOf(event.time, zone))
  return spans
}

/** Whether an event takes time at all. */
export function takesTime(event: CalendarEvent, attendee: string | null): boolean {
  return !event.isCancelled && event.availability !== 'free' && !isDeclined(event, attendee)
}

/**
 * Whether the person whose calendar it is said no. Without an address this is only certain where they did not invite to
 * it themselves and Zoho lists a single entry, which then is theirs.
 */
function isDeclined({ attendees, isOrganizer }: CalendarEvent, attendee: string | null): boolean {
  if (attendee !== null) {
    const own = attendees.filter(({ email }) => email.toLowerCase() === attendee.toLowerCase())
    return own.some(({ status }) => status === 'declined')
  }
  return isOrganizer === false && attendees.length === 1 && attendees[0]?.status === 'declined'
}
