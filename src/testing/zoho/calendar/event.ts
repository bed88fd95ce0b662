import { Temporal } from 'temporal-polyfill'
import { occurrences } from './recurrence.ts'
import { dayText, type TimeRange, utcText } from './times.ts'

/** When something is: whole days, of which the last one is included, or from one instant to another. */
export type EventSpan =
  | { readonly kind: 'days'; readonly first: Temporal.PlainDate; readonly last: Temporal.PlainDate }
  | { readonly kind: 'times'; readonly start: Temporal.Instant; readonly end: Temporal.Instant }

/** Somebody who is invited. */
export interface Attendee {
  readonly email: string
  /** 0 guest, 1 may view, 2 may invite, 3 may edit. */
  readonly permission: number
  /** 0 not a participant, 1 required, 2 optional. */
  readonly attendance: number
  /** As answers have it: `needsaction`, `accepted`, `declined`, `tentative`. */
  readonly status: string
}

/** What clients write of an event. */
export interface EventContent {
  readonly title: string
  readonly span: EventSpan
  /** IANA name. */
  readonly timezone: string
  readonly isPrivate: boolean
  readonly description: string
  readonly richTextDescription: string
  readonly location: string
  readonly url: string
  readonly color: string
  readonly attendees: readonly Attendee[]
  /** The members of groups, by the name of the group. */
  readonly groupAttendees: ReadonlyMap<string, readonly string[]>
  readonly reminders: readonly { readonly action: string; readonly minutes: number }[]
  /** Null: happens once. */
  readonly rule: string | null
  /** 0: busy; 1: free. */
  readonly transparency: number
  readonly hasAlarm: boolean
  /** The kind of online meeting; empty: none. */
  readonly conference: string
}

/** An event as the calendar keeps it. */
export interface StoredEvent {
  readonly uid: string
  readonly id: string
  readonly content: EventContent
  /** Milliseconds since the epoch; another one at each write. */
  readonly etag: number
  readonly state: 'added' | 'updated'
  readonly createdAt: number
  readonly createdBy: string
  readonly modifiedAt: number
  /** Instances that are not as the series has them, by their recurrence id; null: deleted. */
  readonly exceptions: ReadonlyMap<string, EventContent | null>
}

/** One time of a series. */
export interface Instance {
  /** Its start as the series has it, in UTC; of all-day events its day. */
  readonly recurrenceId: string
  /** As the series has it. */
  readonly start: Temporal.ZonedDateTime
  /** What stands there. */
  readonly content: EventContent
}

/** The first start of a series. Days are reckoned in UTC, where each of them has a midnight. */
export function startOfSeries({ span, timezone }: EventContent): Temporal.ZonedDateTime {
  return span.kind === 'days' ? span.first.toZonedDateTime('UTC') : span.start.toZonedDateTimeISO(timezone)
}

/** The instants of a span: of days, from midnight to midnight in the zone. */
export function rangeOf(span: EventSpan, zone: string): TimeRange {
  if (span.kind === 'times') return { from: span.start, to: span.end }
  return {
    from: span.first.toZonedDateTime(zone).toInstant(),
    to: span.last.add({ days: 1 }).toZonedDateTime(zone).toInstant(),
  }
}

/** Whether something happens in a range. What only touches its end or its start does not. */
export function overlaps(content: EventContent, range: TimeRange): boolean {
  const { from, to } = rangeOf(content.span, content.timezone)
  const { compare } = Temporal.Instant
  if (compare(from, to) === 0) return compare(from, range.from) >= 0 && compare(from, range.to) < 0
  return compare(from, range.to) < 0 && compare(to, range.from) > 0
}

/** The instances of a series that happen in a range, in their order; those that were moved into it are among them. */
export function instancesIn(event: StoredEvent, range: TimeRange): readonly Instance[] {
  const found = seriesInstances(event.content, range).filter(
    ({ recurrenceId }) => !event.exceptions.has(recurrenceId),
  )
  const moved = [...event.exceptions].flatMap(([recurrenceId, content]): readonly Instance[] => {
    const original = content === null ? null : instanceAt(event.content, recurrenceId)
    return content === null || original === null ? [] : [{ ...original, content }]
  })
  return [...found, ...moved]
    .filter(({ content }) => overlaps(content, range))
    .sort((one, other) => Temporal.ZonedDateTime.compare(one.start, other.start))
}

/** One instance, as it is now. Null: there is none, or it was deleted. */
export function instanceOf(event: StoredEvent, recurrenceId: string): Instance | null {
  const original = instanceAt(event.content, recurrenceId)
  const exception = event.exceptions.get(recurrenceId)
  if (original === null || exception === null) return null
  return exception === undefined ? original : { ...original, content: exception }
}

/** The instance of a series at a recurrence id, whatever became of it. Null: the series has none there. */
export function instanceAt(content: EventContent, recurrenceId: string): Instance | null {
  const [, year, month, day, time] = /^(\d{4})(\d\d)(\d\d)(?:T(\d{6})Z)?$/.exec(recurrenceId) ?? []
  if (year === undefined || content.rule === null) return null
  const [, hour = '00', minute = '00', second = '00'] = /^(\d\d)(\d\d)(\d\d)$/.exec(time ?? '') ?? []
  const instant = Temporal.Instant.from(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  const [start] = occurrences(content.rule, startOfSeries(content), instant, instant)
  return start === undefined ? null : instanceFrom(content, start)
}

function seriesInstances(content: EventContent, { from, to }: TimeRange): readonly Instance[] {
  if (content.rule === null) return []
  // Days of a zone begin up to a day before or after those of UTC.
  const slack = { hours: content.span.kind === 'days' ? 24 : 0 }
  const lengthMs = lengthOf(content.span)
  const first = from.subtract({ milliseconds: lengthMs }).subtract(slack)
  return occurrences(content.rule, startOfSeries(content), first, to.add(slack)).map(start =>
    instanceFrom(content, start),
  )
}

function instanceFrom(content: EventContent, start: Temporal.ZonedDateTime): Instance {
  const { span } = content
  if (span.kind === 'days') {
    const first = start.toPlainDate()
    const last = first.add(span.first.until(span.last))
    return { recurrenceId: dayText(first), start, content: { ...content, span: { ...span, first, last } } }
  }
  const instant = start.toInstant()
  const end = instant.add(span.start.until(span.end))
  return {
    recurrenceId: utcText(instant),
    start,
    content: { ...content, span: { ...span, start: instant, end } },
  }
}

/** Milliseconds. */
export function lengthOf(span: EventSpan): number {
  if (span.kind === 'times') return span.end.epochMilliseconds - span.start.epochMilliseconds
  return (span.first.until(span.last).days + 1) * 86_400_000
}
