import { InvalidInputError } from 'evergrant'
import type { ZohoRequests } from '../request/zoho-requests.ts'
import type { CalendarEvent } from './event.ts'
import { eventsInWindow, instancesOf } from './event-reads.ts'
import type { Span } from './given-time.ts'
import { parseSlotOptions, type Slot, type SlotOptions, slotsOf } from './slots.ts'
import { takenTime, takesTime } from './taken-time.ts'
import { windowsOf } from './windows.ts'

/** Which free time is asked for. */
export interface AvailableSlotsOptions extends SlotOptions {
  /** The uid of a calendar, or of several: a slot is free in all of them. */
  readonly calendar: string | readonly string[]
  /** The e-mail address of whose time it is: what they declined takes none. Absent: known from events that list them alone. */
  readonly attendee?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** The free slots of calendars. */
export async function availableSlots(
  requests: ZohoRequests,
  options: AvailableSlotsOptions,
): Promise<readonly Slot[]> {
  const question = parseSlotOptions(options)
  const { calendar, attendee = null, signal } = options
  const calendars = typeof calendar === 'string' ? [calendar] : [...calendar]
  if (calendars.length === 0)
    throw new InvalidInputError('calendar names none: what is free would be unknown.')
  const { range, beforeMs, afterMs, zone } = question
  const looked = { startMs: range.startMs - beforeMs, endMs: range.endMs + afterMs }
  const taken: Span[] = []
  for (const uid of calendars)
    for (const window of windowsOf(looked))
      taken.push(...takenTime(await judged(requests, { uid, window, attendee, signal }), zone, attendee))
  return slotsOf(question, taken)
}

interface Place {
  readonly uid: string
  readonly window: Span
  readonly attendee: string | null
  readonly signal: AbortSignal | undefined
}

/**
 * Every single time of a window's events. The list of instances has all times, but does not tell which are marked as free or
 * declined; the list of events does, of a series as a whole. Where that says that a series takes no time, its instances are
 * asked for: one of them may have been changed to take some.
 */
async function judged(
  requests: ZohoRequests,
  { uid: calendar, window, attendee, signal }: Place,
): Promise<readonly CalendarEvent[]> {
  const times = await eventsInWindow(requests, calendar, window, { byInstance: true, signal })
  if (times.length === 0) return []
  const events = await eventsInWindow(requests, calendar, window, { byInstance: false, signal })
  const byUid = new Map(events.map(event => [event.uid, event]))
  const series = new Map<string, readonly CalendarEvent[]>()
  const found: CalendarEvent[] = []
  for (const time of times) {
    const event = byUid.get(time.uid)
    if (event === undefined || takesTime(event, attendee)) found.push(time)
    else if (time.recurrenceId !== null) {
      const known = series.get(time.uid) ?? (await instancesOf(requests, calendar, time.uid, window, signal))
      series.set(time.uid, known)
      found.push(known.find(({ recurrenceId }) => recurrenceId === time.recurrenceId) ?? time)
    }
  }
  return found
}
