import type { ZohoRequests } from '../request/zoho-requests.ts'
import type { CalendarEvent } from './event.ts'
import { eventsInWindow } from './event-reads.ts'

const DAY_MS = 86_400_000

/** Where events with a mark are looked for: within 15 days of an instant. */
export interface MarkedPlace {
  readonly calendar: string
  readonly mark: string
  readonly aroundMs: number
  readonly signal: AbortSignal | undefined
}

/** The events with a mark, the one that was made first before all others: whoever looks, finds them in this order. */
export async function markedEvents(
  requests: ZohoRequests,
  { calendar, mark, aroundMs, signal }: MarkedPlace,
): Promise<readonly CalendarEvent[]> {
  const window = { startMs: aroundMs - 15 * DAY_MS, endMs: aroundMs + 16 * DAY_MS }
  const events = await eventsInWindow(requests, calendar, window, { byInstance: false, signal })
  return events.filter(({ raw }) => String(raw.description).includes(mark)).sort(inOrder)
}

/** By when they were made; at the same time, by uid. */
export function inOrder(one: CalendarEvent, other: CalendarEvent): number {
  const [first, second] = [madeAt(one), madeAt(other)]
  if (first !== second) return first < second ? -1 : 1
  return one.uid < other.uid ? -1 : 1
}

function madeAt({ raw }: CalendarEvent): number {
  const millis = Number(raw.createdtime_millis)
  return Number.isFinite(millis) ? millis : Number.POSITIVE_INFINITY
}
