import { InvalidInputError } from 'evergrant'
import { ZohoApiError } from '../request/zoho-api-error.ts'
import type { ZohoRequests } from '../request/zoho-requests.ts'
import { listIn, notUnderstood } from './calendar-api.ts'
import { type CalendarEvent, etagOf } from './event.ts'
import { type EventChanges, type EventData, type EventInput, eventData } from './event-input.ts'
import { markIn, withMark } from './event-mark.ts'
import { isMissing, readEvent, understood } from './event-reads.ts'
import { writableData } from './writable-data.ts'

/** Which event, or part of it, is changed or deleted. */
export interface ChangeEventOptions {
  /**
   * The version that was looked at: where there is another by now, the call is refused with HTTP 412. Absent: whichever there
   * is; where another write comes in between, the event is read again and changed again.
   */
  readonly etag?: string | number | undefined
  /** `recurrenceId` of an instance of a recurring event. Absent: the whole event. */
  readonly recurrenceId?: string | undefined
  /** With it: that instance alone (the default), or it and those after it. */
  readonly part?: 'only' | 'following' | undefined
  readonly signal?: AbortSignal | undefined
}

/** How an event is deleted. */
export interface DeleteEventOptions extends ChangeEventOptions {
  /** Who gets a mail about it. Absent: as Zoho has it. */
  readonly notify?: EventInput['notify']
}

// Whoever loses so many races in a row would lose the next.
const MOST_ATTEMPTS = 5

/**
 * Makes an event. `eventdata` goes into the body as a form: a description alone can be longer than an address may be, and
 * addresses are what proxies write down.
 */
export async function postEvent(
  requests: ZohoRequests,
  calendar: string,
  data: EventData,
  signal: AbortSignal | undefined,
): Promise<CalendarEvent> {
  const answer = await requests.send({
    method: 'POST',
    path: ['calendars', calendar, 'events'],
    form: { eventdata: JSON.stringify(data) },
    scopes: ['ZohoCalendar.event.CREATE'],
    signal,
  })
  const [event] = understood(listIn(answer, 'events', requests), requests)
  if (event === undefined) throw notUnderstood('no event after one was made', requests)
  return event
}

/** Changes an event: reads it, and writes all of it back with the changes. */
export async function updateEvent(
  requests: ZohoRequests,
  calendar: string,
  uid: string,
  changes: EventChanges,
  options: ChangeEventOptions,
): Promise<CalendarEvent> {
  const wanted = eventData(changes, 'updateEvent')
  const isOnly = partOf(options) === 'only'
  return raced(requests, options, async () => {
    const { recurrenceId, signal } = options
    const event = await readEvent(requests, calendar, uid, { recurrenceId, signal })
    if (event === null) throw failure(requests, 404, `there is no event ${uid} in this calendar`)
    requireEtag(requests, event, options)
    const data = { ...writableData(event), ...stillMarked(wanted, event) }
    const whole = {
      ...data,
      ...(isOnly && { rrule: undefined }),
      ...partData(options),
      etag: wireEtag(event.etag),
    }
    const answer = await requests.send({
      method: 'PUT',
      path: ['calendars', calendar, 'events', uid],
      form: { eventdata: JSON.stringify(whole) },
      scopes: ['ZohoCalendar.event.UPDATE'],
      signal,
    })
    const [changed] = understood(listIn(answer, 'events', requests), requests)
    if (changed === undefined) throw notUnderstood('no event after one was changed', requests)
    return changed
  })
}

/** The changes of an event, with the mark that it has: a key holds for as long as its event. */
function stillMarked(changes: EventData, { raw }: CalendarEvent): EventData {
  const mark = markIn(raw.description)
  if (mark === null || !('description' in changes)) return changes
  return { ...changes, description: withMark(changes.description, mark) }
}

/** Deletes an event, or a part of it. False: there is none. */
export async function deleteEvent(
  requests: ZohoRequests,
  calendar: string,
  uid: string,
  options: DeleteEventOptions,
): Promise<boolean> {
  const { notify_attendee } = eventData({ notify: options.notify }, 'deleteEvent')
  return raced(requests, options, async () => {
    const { recurrenceId, signal } = options
    let etag = etagOf(options.etag)
    if (etag === null) {
      const event = await readEvent(requests, calendar, uid, { recurrenceId, signal })
      if (event === null) return false
      etag = event.etag
    }
    const part = { ...partData(options), notify_attendee }
    const isMore = Object.values(part).some(value => value !== undefined)
    try {
      await requests.send({
        method: 'DELETE',
        path: ['calendars', calendar, 'events', uid],
        // What says which part can only be a parameter. A body of a DELETE is lost on many ways.
        query: { eventdata: isMore ? JSON.stringify({ ...part, uid, etag: wireEtag(etag) }) : undefined },
        headers: etag === null ? {} : { etag },
        scopes: ['ZohoCalendar.event.DELETE'],
        idempotent: true,
        signal,
      })
      return true
    } catch (error) {
      if (isMissing(error)) return false
      throw error
    }
  })
}

/** Again, where another write came in between, and the caller did not say which version it means. */
async function raced<T>(
  requests: ZohoRequests,
  { etag }: ChangeEventOptions,
  write: () => Promise<T>,
): Promise<T> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await write()
    } catch (error) {
      if (!isStale(error)) throw error
      if (etag !== undefined) throw stale(requests, false)
      if (attempts === MOST_ATTEMPTS) throw stale(requests, true)
    }
  }
}

function requireEtag(requests: ZohoRequests, event: CalendarEvent, { etag }: ChangeEventOptions): void {
  if (etag !== undefined && event.etag !== etagOf(etag)) throw stale(requests, false)
}

/** What an etag of before gets is not documented: HTTP 409 or 412, or a code that speaks of it. */
function isStale(error: unknown): boolean {
  if (!(error instanceof ZohoApiError)) return false
  const speaksOfIt = /ETAG/.test(error.zohoCode ?? '') && error.zohoCode !== 'ETAG_MISSING'
  return error.status === 409 || error.status === 412 || speaksOfIt
}

function stale(requests: ZohoRequests, retryable: boolean): ZohoApiError {
  return failure(
    requests,
    412,
    'the event was changed by somebody else; nothing was written. Read it again',
    retryable,
  )
}

function failure(
  { connection }: ZohoRequests,
  status: number,
  what: string,
  retryable = false,
): ZohoApiError {
  const { clientId, provider } = connection
  return new ZohoApiError(
    `${provider} of ${clientId}: ${what}.`,
    { status, zohoCode: null, details: {}, retryable, outcome: 'not_done', retryAt: null },
    connection,
  )
}

function partOf({ recurrenceId, part }: ChangeEventOptions): 'only' | 'following' | null {
  if (recurrenceId === undefined) {
    if (part === undefined) return null
    throw new InvalidInputError('part is of an instance of a recurring event: give its recurrenceId, too.')
  }
  if (part === undefined || part === 'only') return 'only'
  if (part === 'following') return part
  throw new InvalidInputError('part has to be one of: only, following.')
}

function partData(options: ChangeEventOptions): EventData {
  const part = partOf(options)
  return part === null ? {} : { recurrenceid: options.recurrenceId, recurrence_edittype: part }
}

/** Documented as a number. */
function wireEtag(etag: string | null): string | number | undefined {
  if (etag === null) return undefined
  const number = Number(etag)
  return /^\d+$/.test(etag) && Number.isSafeInteger(number) ? number : etag
}
