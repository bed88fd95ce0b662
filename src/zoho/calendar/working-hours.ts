import { InvalidInputError } from 'evergrant'
import type { Span } from './given-time.ts'
import { offsetSpans } from './zone.ts'

/** From `start` up to `end` by the clock of the day, `HH:MM`. `24:00` is the end of the day. */
export interface WorkingInterval {
  /** `09:00` */
  readonly start: string
  /** `17:00`, which is no longer part of it. */
  readonly end: string
}

/** A day of the week. */
export type Weekday = 'monday' | 'tuesday' | 'wednesday' | 'thursday' | 'friday' | 'saturday' | 'sunday'

/**
 * When appointments may be, by day of the week: any number of intervals a day, none of a day that is left out. What goes
 * on past midnight is an interval up to `24:00`, and one from `00:00` on the next day.
 */
export type WorkingHours = { readonly [day in Weekday]?: readonly WorkingInterval[] | undefined }

/** Minutes after midnight. */
interface Minutes {
  readonly start: number
  readonly end: number
}

/** The intervals of each day of the week, Thursday first: the epoch began on one. */
export type Week = readonly (readonly Minutes[])[]

/** A stretch of working time in which slots begin at `gridMs` and every step before and after it. */
export interface Shift extends Span {
  readonly gridMs: number
}

const weekdays: readonly Weekday[] = [
  'thursday',
  'friday',
  'saturday',
  'sunday',
  'monday',
  'tuesday',
  'wednesday',
]

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

/** Reads the working hours that a caller gave. */
export function parseWorkingHours(hours: unknown): Week {
  if (typeof hours !== 'object' || hours === null)
    throw new InvalidInputError(
      `workingHours is no object. Give intervals by day: { monday: [{ start: '09:00', end: '17:00' }] }.`,
    )
  const given = new Map<string, unknown>(Object.entries(hours))
  for (const name of given.keys())
    if (!weekdays.some(day => day === name))
      throw new InvalidInputError(
        `workingHours has ${JSON.stringify(name)}, which is no day: monday to sunday.`,
      )
  const week = weekdays.map(day => parseDay(day, given.get(day) ?? []))
  if (week.every(intervals => intervals.length === 0))
    throw new InvalidInputError('workingHours has no interval on any day.')
  return week
}

function parseDay(day: Weekday, given: unknown): readonly Minutes[] {
  if (!Array.isArray(given)) throw new InvalidInputError(`workingHours.${day} is no list of intervals.`)
  const intervals = given
    .map((one: unknown) => parseInterval(day, one))
    .sort((one, other) => one.start - other.start)
  for (const [index, { start }] of intervals.entries()) {
    const before = intervals[index - 1]
    if (before !== undefined && start < before.end)
      throw new InvalidInputError(`workingHours.${day} has intervals that overlap. Make one of them.`)
  }
  return intervals
}

function parseInterval(day: Weekday, given: unknown): Minutes {
  const one: { start?: unknown; end?: unknown } = typeof given === 'object' && given !== null ? given : {}
  const start = minutesOf(one.start)
  const end = minutesOf(one.end)
  if (start === null || end === null)
    throw new InvalidInputError(`workingHours.${day} needs start and end as HH:MM, from 00:00 to 24:00.`)
  if (start < end) return { start, end }
  throw new InvalidInputError(
    `workingHours.${day} has an interval that does not end after its start. ` +
      'Past midnight: one up to 24:00, and one from 00:00 on the next day.',
  )
}

function minutesOf(text: unknown): number | null {
  const found = typeof text === 'string' ? /^(\d{2}):([0-5]\d)$/.exec(text) : null
  const minutes = found === null ? Number.NaN : Number(found[1]) * 60 + Number(found[2])
  return minutes <= 24 * 60 ? minutes : null
}

/**
 * The working time of a range, in order and without overlaps: the instants at which the zone's clock shows a time within
 * the hours of its day. An hour that is left out in spring is not there, one that comes twice in autumn is there twice.
 */
export function* shiftsOf(week: Week, zone: string, range: Span): Generator<Shift> {
  for (const { startMs, endMs, offsetMs } of offsetSpans(zone, range.startMs, range.endMs)) {
    const firstDay = Math.floor((startMs + offsetMs) / DAY_MS)
    const lastDay = Math.floor((endMs - 1 + offsetMs) / DAY_MS)
    for (let day = firstDay; day <= lastDay; day++) {
      const midnightMs = day * DAY_MS - offsetMs
      for (const { start, end } of week[((day % 7) + 7) % 7] ?? []) {
        const gridMs = midnightMs + start * MINUTE_MS
        const shift = {
          startMs: Math.max(gridMs, startMs),
          endMs: Math.min(midnightMs + end * MINUTE_MS, endMs),
          gridMs,
        }
        if (shift.startMs < shift.endMs) yield shift
      }
    }
  }
}
