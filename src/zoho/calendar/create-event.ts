import { InvalidInputError } from 'evergrant'
import type { ZohoRequests } from '../request/zoho-requests.ts'
import { createOnce } from './create-once.ts'
import type { CalendarEvent } from './event.ts'
import { type EventInput, eventData } from './event-input.ts'
import { postEvent } from './event-writes.ts'

/** Makes an event; with a key, unless it was made before. */
export async function createEvent(
  requests: ZohoRequests,
  calendar: string,
  input: EventInput,
  { key, signal }: { readonly key?: string | undefined; readonly signal?: AbortSignal | undefined },
): Promise<CalendarEvent> {
  const data = eventData(input, 'createEvent')
  if (data.dateandtime === undefined || data.title === undefined)
    throw new InvalidInputError('createEvent needs title and time.')
  if (key === undefined) return postEvent(requests, calendar, data, signal)
  return createOnce(requests, calendar, data, { key, signal })
}
