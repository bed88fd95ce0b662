import { InvalidInputError } from 'evergrant'
import { Temporal } from 'temporal-polyfill'
import { startOfDayMs } from './zone.ts'

/** A stretch of time, from its start up to its end without it. Milliseconds since the epoch. */
export interface Span {
  readonly startMs: number
  readonly endMs: number
}

/** An instant as callers give it: a `Date`, or ISO 8601 text. */
export type GivenTime = Date | string

// Zoho writes a year in four digits.
const EARLIEST_MS = Date.UTC(1900, 0, 1)
const LATEST_MS = Date.UTC(9999, 11, 31)

/**
 * Reads an instant that a caller gave. Text without an offset, and days, mean the clock of `zone`; without a zone they
 * are refused, since they would mean something else on each machine.
 */
export function parseGivenTime(value: unknown, name: string, zone: string | null): number {
  const atMs = value instanceof Date ? value.getTime() : textInstantMs(value, zone)
  if (atMs === null || !Number.isFinite(atMs))
    throw new InvalidInputError(`${name} ${objection(value, zone)}`)
  if (atMs >= EARLIEST_MS && atMs <= LATEST_MS) return atMs
  throw new InvalidInputError(`${name} lies outside of the years 1900 to 9999.`)
}

function textInstantMs(value: unknown, zone: string | null): number | null {
  if (typeof value !== 'string') return null
  try {
    return Temporal.Instant.from(value).epochMilliseconds
  } catch {
    return zone === null ? null : localTextMs(value, zone)
  }
}

function localTextMs(text: string, zone: string): number | null {
  try {
    if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return startOfDayMs(text, zone)
    return Temporal.PlainDateTime.from(text).toZonedDateTime(zone).epochMilliseconds
  } catch {
    return null
  }
}

function objection(value: unknown, zone: string | null): string {
  const needed =
    zone === null ? ', with its offset: 2026-03-29T09:00:00+02:00' : ', such as 2026-03-29T09:00:00'
  if (typeof value !== 'string') return `is no Date that holds a time. Give one, or ISO 8601 text${needed}.`
  return `is ${JSON.stringify(value.slice(0, 80))}. Give a Date, or ISO 8601 text${needed}.`
}

/** A range that a caller gave. It may be empty; one that ends before it begins is refused. */
export function parseGivenRange(
  range: { readonly from: GivenTime; readonly to: GivenTime },
  zone: string | null,
  fromName = 'from',
  toName = 'to',
): Span {
  const startMs = parseGivenTime(range.from, fromName, zone)
  const endMs = parseGivenTime(range.to, toName, zone)
  if (startMs <= endMs) return { startMs, endMs }
  throw new InvalidInputError(`${fromName} is after ${toName}: nothing lies between them. Exchange the two.`)
}

/** A day that a caller gave: `2026-03-29`. */
export function parseGivenDay(value: unknown, name: string): string {
  try {
    if (typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value))
      return Temporal.PlainDate.from(value, { overflow: 'reject' }).toString()
  } catch {
    // Refused below: the text has the form of a day and is none.
  }
  throw new InvalidInputError(`${name} is no day. Give it as text, such as 2026-03-29.`)
}

/** Spans in order, those that touch or overlap made one. */
export function merged(spans: readonly Span[]): readonly Span[] {
  const result: { startMs: number; endMs: number }[] = []
  for (const { startMs, endMs } of spans.toSorted((one, other) => one.startMs - other.startMs)) {
    const last = result.at(-1)
    if (last !== undefined && startMs <= last.endMs) last.endMs = Math.max(last.endMs, endMs)
    else result.push({ startMs, endMs })
  }
  return result
}
