import type { ZohoRequests } from '../request/zoho-requests.ts'
import { notUnderstood } from './calendar-api.ts'
import { type GivenTime, merged, parseGivenRange, type Span } from './given-time.ts'
import { isRecord } from './json-object.ts'
import { windowsOf } from './windows.ts'
import { parseWireTime, wireInstant } from './wire-time.ts'
import { laterDay, parseTimeZone, startOfDayMs } from './zone.ts'

/** Whose free time is asked for, and when. */
export interface FreeBusyOptions {
  /** The beginning of the range. */
  readonly from: GivenTime
  /** Any range: it is asked for in windows of 31 days. */
  readonly to: GivenTime
  /**
   * The IANA zone in which whole days begin, which Zoho tells without one, and in which text without an offset is meant. Default
   * UTC.
   */
  readonly timeZone?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** A time that is taken. */
export interface BusyTime {
  /** Its beginning. */
  readonly startAt: Date
  /** Its end, which is free again. */
  readonly endAt: Date
}

/**
 * When somebody is busy, in order.
 * - `shared`: `busy` is all of it, and the rest of the range is free. Times that touch are one.
 * - `not_shared`: nobody knows. They do not share their free/busy, which Zoho answers like free time.
 */
export type FreeBusy =
  | { readonly kind: 'shared'; readonly busy: readonly BusyTime[] }
  | { readonly kind: 'not_shared' }

const DAY_MS = 86_400_000

/** Asks when somebody is busy. */
export async function freeBusy(
  requests: ZohoRequests,
  email: string,
  options: FreeBusyOptions,
): Promise<FreeBusy> {
  const zone = parseTimeZone(options.timeZone ?? 'UTC', 'timeZone')
  const range = parseGivenRange(options, zone)
  // Whether Zoho reads the ends in UTC or in the user's zone is not documented: a day more is asked for at both.
  const asked = { startMs: range.startMs - DAY_MS, endMs: range.endMs + DAY_MS }
  const busy: Span[] = []
  for (const window of windowsOf(asked)) {
    const found = await busyIn(requests, email, window, zone, options.signal)
    if (found === null) return { kind: 'not_shared' }
    busy.push(...found)
  }
  return { kind: 'shared', busy: within(busy, range) }
}

async function busyIn(
  requests: ZohoRequests,
  email: string,
  { startMs, endMs }: Span,
  zone: string,
  signal: AbortSignal | undefined,
): Promise<readonly Span[] | null> {
  const { body } = await requests.send({
    method: 'GET',
    path: ['calendars', 'freebusy'],
    query: { uemail: email, sdate: wireInstant(startMs), edate: wireInstant(endMs), ftype: 'eventbased' },
    scopes: ['ZohoCalendar.freebusy.READ'],
    signal,
  })
  if (body === null || body === undefined) return []
  if (!isRecord(body)) throw notUnderstood('free/busy in a form that is not known', requests)
  if ('fb_not_enabled' in body && body.fb_not_enabled !== false && body.fb_not_enabled !== 'false')
    return null
  const { freebusy } = body
  if (Array.isArray(freebusy)) return freebusy.flatMap(entry => busyOf(entry, zone, requests))
  if ('NODATA' in body || 'fb_not_enabled' in body || Object.keys(body).length === 0) return []
  throw notUnderstood('free/busy in a form that is not known', requests)
}

/** What is not known to be free is busy. */
function busyOf(entry: unknown, zone: string, requests: ZohoRequests): readonly Span[] {
  const { fbtype, startTime, endTime } = isRecord(entry) ? entry : {}
  if (String(fbtype).toLowerCase() === 'free') return []
  const startMs = edgeMs(startTime, zone)
  const endMs = edgeMs(endTime, zone)
  if (startMs === null || endMs === null || endMs < startMs)
    throw notUnderstood('a time of free/busy in a form that is not known', requests)
  const first = parseWireTime(startTime)
  const isOneDay = first?.kind === 'day' && startMs === endMs
  return [{ startMs, endMs: isOneDay ? startOfDayMs(laterDay(first.date, 1), zone) : endMs }]
}

function edgeMs(value: unknown, zone: string): number | null {
  const time = parseWireTime(value)
  switch (time?.kind) {
    case 'day':
      return startOfDayMs(time.date, zone)
    case 'instant':
      return time.atMs
    case 'local':
    case undefined:
      return null
  }
}

function within(busy: readonly Span[], range: Span): readonly BusyTime[] {
  return merged(busy)
    .map(({ startMs, endMs }) => ({
      startMs: Math.max(startMs, range.startMs),
      endMs: Math.min(endMs, range.endMs),
    }))
    .filter(({ startMs, endMs }) => startMs < endMs)
    .map(({ startMs, endMs }) => ({ startAt: new Date(startMs), endAt: new Date(endMs) }))
}
