import { ZohoApiError } from '../request/zoho-api-error.ts'
import type { ZohoRequests } from '../request/zoho-requests.ts'
import type { CalendarEvent } from './event.ts'
import type { EventData } from './event-input.ts'
import { markOf, withMark } from './event-mark.ts'
import { parseEventTime, spanOf } from './event-time.ts'
import { deleteEvent, postEvent } from './event-writes.ts'
import { inOrder, type MarkedPlace, markedEvents } from './marked-events.ts'

/**
 * Makes an event that no other call with its key has made. It is looked for before, where the outcome is not known, and
 * after: two processes that found nothing have made one each, and keep the one that was made first.
 */
export async function createOnce(
  requests: ZohoRequests,
  calendar: string,
  data: EventData,
  { key, signal }: { readonly key: string; readonly signal?: AbortSignal | undefined },
): Promise<CalendarEvent> {
  const time = parseEventTime(data.dateandtime, undefined)
  const aroundMs = time === null ? 0 : spanOf(time, 'UTC').startMs
  const place = { calendar, mark: await markOf(key), aroundMs, signal }
  const marked = { ...data, description: withMark(data.description, place.mark) }
  const [found] = await markedEvents(requests, place)
  if (found !== undefined) return found
  const made = await post(requests, marked, place)
  const others = (await markedEvents(requests, place)).filter(({ uid }) => uid !== made.uid)
  const [first = made] = [made, ...others].sort(inOrder)
  if (first.uid !== made.uid) await deleteEvent(requests, calendar, made.uid, { notify: 'nobody', signal })
  return first
}

async function post(requests: ZohoRequests, data: EventData, place: MarkedPlace): Promise<CalendarEvent> {
  try {
    return await postEvent(requests, place.calendar, data, place.signal)
  } catch (error) {
    if (!(error instanceof ZohoApiError) || error.outcome !== 'unknown') throw error
    const [arrived] = await markedEvents(requests, place)
    if (arrived !== undefined) return arrived
    throw mayBeRepeated(error, requests)
  }
}

/** With a key the same call may be made again, whatever became of this one. */
function mayBeRepeated(error: ZohoApiError, { connection }: ZohoRequests): ZohoApiError {
  const { status, zohoCode, details, outcome, retryAt } = error
  const failure = { status, zohoCode, details, outcome, retryAt, retryable: true }
  return new ZohoApiError(`${error.message} With the same key the call can be repeated.`, failure, connection)
}
