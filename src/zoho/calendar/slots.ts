import { InvalidInputError } from 'evergrant'
import { type GivenTime, merged, parseGivenRange, type Span } from './given-time.ts'
import { parseWorkingHours, type Shift, shiftsOf, type Week, type WorkingHours } from './working-hours.ts'
import { localText, parseTimeZone } from './zone.ts'

/** What is asked of a calendar's free time. */
export interface SlotOptions {
  /** No slot begins before it. Text without an offset is meant in `timeZone`. */
  readonly from: GivenTime
  /** No slot ends after it. At most 366 days after `from`. */
  readonly to: GivenTime
  /** How long each slot is, in whole minutes, up to 1,440. */
  readonly durationMinutes: number
  /** When appointments may be. A slot lies within it whole. */
  readonly workingHours: WorkingHours
  /** The IANA zone of the working hours, such as `America/New_York`. */
  readonly timeZone: string
  /**
   * Slots begin with an interval of the working hours, and every so many minutes after it, by the clock of the zone.
   * Default: `durationMinutes`. A shorter step gives slots that overlap each other, to choose one of.
   */
  readonly stepMinutes?: number | undefined
  /** How many minutes before a slot have to be free of other events, too. Default 0. */
  readonly bufferBeforeMinutes?: number | undefined
  /** The same after it. */
  readonly bufferAfterMinutes?: number | undefined
  /** Gives so many, the earliest, and no more. */
  readonly limit?: number | undefined
}

/** A time that is free. */
export interface Slot {
  /** Its beginning. */
  readonly startAt: Date
  /** Its end, `durationMinutes` later. */
  readonly endAt: Date
  /** The start by the clock of the zone, with its offset: `2026-03-29T09:00:00+02:00`. */
  readonly localStart: string
}

/** {@link SlotOptions}, read. Durations in milliseconds. */
export interface SlotQuestion {
  readonly range: Span
  readonly week: Week
  readonly zone: string
  readonly durationMs: number
  readonly stepMs: number
  readonly beforeMs: number
  readonly afterMs: number
  readonly limit: number
}

const MINUTE_MS = 60_000
const LONGEST_RANGE_MS = 366 * 86_400_000
const DAY_MINUTES = 1440

/** Reads what a caller asks of a calendar's free time. */
export function parseSlotOptions(options: SlotOptions): SlotQuestion {
  const zone = parseTimeZone(options.timeZone, 'timeZone')
  const range = parseGivenRange(options, zone)
  if (range.endMs - range.startMs > LONGEST_RANGE_MS)
    throw new InvalidInputError('availableSlots looks at 366 days at most. Move from and to together.')
  const duration = wholeNumber(options.durationMinutes, 'durationMinutes', 1, DAY_MINUTES)
  const step = wholeNumber(options.stepMinutes ?? duration, 'stepMinutes', 1, DAY_MINUTES)
  const before = wholeNumber(options.bufferBeforeMinutes ?? 0, 'bufferBeforeMinutes', 0, DAY_MINUTES)
  const after = wholeNumber(options.bufferAfterMinutes ?? 0, 'bufferAfterMinutes', 0, DAY_MINUTES)
  return {
    range,
    zone,
    week: parseWorkingHours(options.workingHours),
    durationMs: duration * MINUTE_MS,
    stepMs: step * MINUTE_MS,
    beforeMs: before * MINUTE_MS,
    afterMs: after * MINUTE_MS,
    limit:
      options.limit === undefined
        ? Number.POSITIVE_INFINITY
        : wholeNumber(options.limit, 'limit', 1, 1_000_000),
  }
}

function wholeNumber(value: unknown, name: string, least: number, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value
  throw new InvalidInputError(`${name} has to be a whole number from ${least} to ${most}.`)
}

/** The free slots beside what is taken, in order. `taken` in any order, overlapping or not. */
export function slotsOf(question: SlotQuestion, taken: readonly Span[]): readonly Slot[] {
  const slots: Slot[] = []
  for (const startMs of startsOf(question, taken)) {
    if (slots.length >= question.limit) break
    slots.push({
      startAt: new Date(startMs),
      endAt: new Date(startMs + question.durationMs),
      localStart: localText(startMs, question.zone),
    })
  }
  return slots
}

function* startsOf(question: SlotQuestion, taken: readonly Span[]): Generator<number> {
  const { durationMs, stepMs, range } = question
  const shifts = [...shiftsOf(question.week, question.zone, range)]
  const work = merged(shifts)
  const blocks = merged(blockedBy(question, taken))
  let atWork = 0
  let atBlock = 0
  for (const shift of shifts) {
    for (let start = firstStart(shift, stepMs); start < shift.endMs; start += stepMs) {
      while ((work[atWork]?.endMs ?? Number.POSITIVE_INFINITY) <= start) atWork++
      while ((blocks[atBlock]?.endMs ?? Number.POSITIVE_INFINITY) <= start) atBlock++
      const workEndMs = work[atWork]?.endMs ?? Number.NEGATIVE_INFINITY
      const blockStartMs = blocks[atBlock]?.startMs ?? Number.POSITIVE_INFINITY
      if (start + durationMs <= Math.min(workEndMs, blockStartMs)) yield start
    }
  }
}

/** The first time on the shift's grid that is not before the shift. */
function firstStart({ startMs, gridMs }: Shift, stepMs: number): number {
  return gridMs + Math.ceil((startMs - gridMs) / stepMs) * stepMs
}

/** What is taken, widened by the time that has to stay free around it. What takes no time blocks nothing. */
function blockedBy({ beforeMs, afterMs }: SlotQuestion, taken: readonly Span[]): readonly Span[] {
  return taken
    .filter(({ startMs, endMs }) => startMs < endMs)
    .map(({ startMs, endMs }) => ({ startMs: startMs - afterMs, endMs: endMs + beforeMs }))
}
