import { Temporal } from 'temporal-polyfill'

/**
 * A time as Zoho Calendar writes it, in one of its shapes.
 * - `day`: `yyyyMMdd` of all-day events, `yyyyMMddZ` of free/busy. `date` is `2026-03-29`.
 * - `instant`: `yyyyMMddTHHmmssZ`, `yyyyMMddTHHmmss±HHMM`.
 * - `local`: `yyyyMMddTHHmmss`, the clock of the event's zone. `dateTime` is `2026-03-29T02:30:00`.
 */
export type WireTime =
  | { readonly kind: 'day'; readonly date: string }
  | { readonly kind: 'instant'; readonly atMs: number }
  | { readonly kind: 'local'; readonly dateTime: string }

const shape =
  /^(?<date>\d{8})(?:T(?<hour>[01]\d|2[0-3])(?<minute>[0-5]\d)(?<second>[0-5]\d))?(?<zone>Z|[+-]\d{2}:?[0-5]\d)?$/

/** Reads a time of an answer. Null: it has none of the shapes, or names a day that is none. */
export function parseWireTime(value: unknown): WireTime | null {
  const groups = typeof value === 'string' ? shape.exec(value)?.groups : undefined
  const date = isoDate(groups?.date)
  if (groups === undefined || date === null) return null
  const { hour, minute, second, zone } = groups
  if (hour === undefined) return zone === undefined || zone === 'Z' ? { kind: 'day', date } : null
  const dateTime = `${date}T${hour}:${minute}:${second}`
  if (zone === undefined) return { kind: 'local', dateTime }
  const offset = zone === 'Z' || zone.includes(':') ? zone : `${zone.slice(0, 3)}:${zone.slice(3)}`
  return instantOf(`${dateTime}${offset}`)
}

function isoDate(digits: string | undefined): string | null {
  if (digits === undefined) return null
  try {
    return Temporal.PlainDate.from(digits, { overflow: 'reject' }).toString()
  } catch {
    return null
  }
}

function instantOf(text: string): WireTime | null {
  try {
    return { kind: 'instant', atMs: Temporal.Instant.from(text).epochMilliseconds }
  } catch {
    return null
  }
}

/**
 * The instant of a local time. Where the zone's clocks show it twice or never, a start is the earlier and an end the
 * later reading: what is taken stays taken.
 */
export function localInstantMs(dateTime: string, zone: string, edge: 'start' | 'end'): number {
  const disambiguation = edge === 'start' ? 'earlier' : 'later'
  return Temporal.PlainDateTime.from(dateTime).toZonedDateTime(zone, { disambiguation }).epochMilliseconds
}

/** An instant as Zoho documents it for writes and ranges: `yyyyMMddTHHmmssZ`. Parts of a second are cut off. */
export function wireInstant(atMs: number): string {
  return `${new Date(Math.floor(atMs / 1000) * 1000).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`
}

/** A day, `2026-03-29`, as Zoho has it: `20260329`. */
export function wireDay(date: string): string {
  return date.replaceAll('-', '')
}
