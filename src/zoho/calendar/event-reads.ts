import { ZohoApiError } from '../request/zoho-api-error.ts'
import type { ZohoRequests } from '../request/zoho-requests.ts'
import { listIn, notUnderstood } from './calendar-api.ts'
import { type CalendarEvent, parseEvent } from './event.ts'
import { type GivenTime, parseGivenRange, type Span } from './given-time.ts'
import { windowsOf } from './windows.ts'
import { wireInstant } from './wire-time.ts'

/** Which events of a calendar are listed. */
export interface ListEventsOptions {
  /** Events that end after it. Text needs an offset: `2026-03-29T09:00:00+02:00`. */
  readonly from: GivenTime
  /** Events that begin before it. Any range: it is asked for in windows of 31 days. */
  readonly to: GivenTime
  /**
   * Lists each instance of a recurring event by itself. Zoho then tells little more than uid, title and time. Default false: a
   * recurring event is listed once, with its `rrule`.
   */
  readonly byInstance?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

// Without it Zoho leaves descriptions out.
const LARGE = { accept: 'application/json+large' }
const SCOPES = ['ZohoCalendar.event.READ']

/** The events of a range, window by window; an event that lies in several is given once. */
export async function* listEvents(
  requests: ZohoRequests,
  calendar: string,
  { byInstance = false, signal, ...range }: ListEventsOptions,
): AsyncGenerator<CalendarEvent, void, undefined> {
  const given = new Set<string>()
  const whole = parseGivenRange(range, null)
  for (const window of windowsOf(whole)) {
    for (const event of await eventsInWindow(requests, calendar, window, { byInstance, signal })) {
      const key = keyOf(event, byInstance)
      if (given.has(key)) continue
      given.add(key)
      yield event
    }
  }
}

/** A series that is not expanded is told with the id of another instance in each window. */
function keyOf({ uid, recurrenceId, time }: CalendarEvent, byInstance: boolean): string {
  const start = time.kind === 'timed' ? time.startAt.toISOString() : time.startDate
  return `${uid} ${byInstance ? (recurrenceId ?? start) : start}`
}

/** The events of at most 31 days. */
export async function eventsInWindow(
  requests: ZohoRequests,
  calendar: string,
  window: Span,
  { byInstance, signal }: { readonly byInstance: boolean; readonly signal?: AbortSignal | undefined },
): Promise<readonly CalendarEvent[]> {
  const answer = await requests.send({
    method: 'GET',
    path: ['calendars', calendar, 'events'],
    query: { range: rangeText(window), byinstance: byInstance ? true : undefined },
    headers: LARGE,
    scopes: SCOPES,
    signal,
  })
  return understood(listIn(answer, 'events', requests), requests)
}

/** The instances of a recurring event in at most 90 days, each whole. */
export async function instancesOf(
  requests: ZohoRequests,
  calendar: string,
  uid: string,
  window: Span,
  signal: AbortSignal | undefined,
): Promise<readonly CalendarEvent[]> {
  const answer = await requests.send({
    method: 'GET',
    path: ['calendars', calendar, 'events', uid, 'byinstance'],
    query: { range: rangeText(window) },
    headers: LARGE,
    scopes: SCOPES,
    signal,
  })
  return understood(listIn(answer, 'events', requests), requests)
}

/** Which instance of a recurring event; absent: the event itself. */
export interface GetEventOptions {
  /** `recurrenceId` of a listed instance. */
  readonly recurrenceId?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** One event; null: there is none. Zoho says so by an empty list, or by HTTP 404. */
export async function readEvent(
  requests: ZohoRequests,
  calendar: string,
  uid: string,
  { recurrenceId, signal }: GetEventOptions,
): Promise<CalendarEvent | null> {
  try {
    const answer = await requests.send({
      method: 'GET',
      path: ['calendars', calendar, 'events', uid],
      query: { recurrenceid: recurrenceId },
      headers: LARGE,
      scopes: SCOPES,
      signal,
    })
    const [event] = understood(listIn(answer, 'events', requests), requests)
    return event === undefined ? null : withRightDays(requests, calendar, event, signal)
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

const DAY_MS = 86_400_000

/**
 * One instance of an all-day event that recurs every year comes with a day too many. The list of its instances has the right
 * days.
 */
async function withRightDays(
  requests: ZohoRequests,
  calendar: string,
  event: CalendarEvent,
  signal: AbortSignal | undefined,
): Promise<CalendarEvent> {
  const { time, recurrenceId, rrule } = event
  if (time.kind !== 'all_day' || recurrenceId === null || rrule === null) return event
  const startMs = Date.parse(time.startDate)
  const around = { startMs: startMs - DAY_MS, endMs: startMs + 2 * DAY_MS }
  const instances = await instancesOf(requests, calendar, event.uid, around, signal)
  const found = instances.find(instance => instance.recurrenceId === recurrenceId)
  if (found === undefined) return event
  return { ...event, time: found.time, raw: { ...event.raw, dateandtime: found.raw.dateandtime } }
}

/** Whether an error says that there is no such event. A page of HTML for an address that is wrong has no code. */
export function isMissing(error: unknown): boolean {
  return (
    error instanceof ZohoApiError &&
    error.status === 404 &&
    error.zohoCode !== null &&
    error.zohoCode !== 'URL_RULE_NOT_CONFIGURED'
  )
}

/** Events of an answer. One that cannot be understood is not left out: its time would pass for free. */
export function understood(entries: readonly unknown[], requests: ZohoRequests): readonly CalendarEvent[] {
  return entries.map(entry => {
    const event = parseEvent(entry)
    if (event !== null) return event
    throw notUnderstood('an event without a uid, or with a time in a form that is not known', requests)
  })
}

function rangeText({ startMs, endMs }: Span): string {
  return JSON.stringify({ start: wireInstant(startMs), end: wireInstant(endMs) })
}
