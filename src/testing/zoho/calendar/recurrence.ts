import { RRuleTemporal } from 'rrule-temporal'
import { Temporal } from 'temporal-polyfill'
import { parseTime, utcText } from './times.ts'

const weekdays = '(?:MO|TU|WE|TH|FR|SA|SU)'
const listOf = (item: string): RegExp => new RegExp(`^${item}(?:,${item}){0,99}$`)

/** The parts of a rule that Zoho takes. `COUNT` is at most 999, as each one is counted. */
const parts: Readonly<Record<string, RegExp>> = {
  FREQ: /^(?:DAILY|WEEKLY|MONTHLY|YEARLY)$/,
  INTERVAL: /^[1-9]\d{0,2}$/,
  COUNT: /^[1-9]\d{0,2}$/,
  UNTIL: /^\d{8}(?:T\d{6}Z)?$/,
  BYDAY: listOf(`(?:[+-]?[1-9]\\d?)?${weekdays}`),
  BYMONTHDAY: listOf('[+-]?(?:[12]\\d|3[01]|[1-9])'),
  BYMONTH: listOf('(?:1[0-2]|[1-9])'),
  BYSETPOS: listOf('[+-]?[1-9]\\d{0,2}'),
  WKST: new RegExp(`^${weekdays}$`),
}

/** A recurrence rule of RFC 5545 in capitals, or null. */
export function parseRule(value: unknown, start: Temporal.ZonedDateTime): string | null {
  if (typeof value !== 'string' || value.length > 500) return null
  const found = new Map<string, string>()
  for (const part of value
    .toUpperCase()
    .replace(/^RRULE:/, '')
    .replace(/;$/, '')
    .split(';')) {
    const [name = '', text, more] = part.split('=')
    const pattern = Object.hasOwn(parts, name) ? parts[name] : undefined
    if (text === undefined || more !== undefined || found.has(name) || !pattern?.test(text)) return null
    found.set(name, text)
  }
  if (!found.has('FREQ') || (found.has('COUNT') && found.has('UNTIL'))) return null
  if (found.has('UNTIL') && parseTime(found.get('UNTIL')) === null) return null
  const rule = [...found].map(([name, text]) => `${name}=${text}`).join(';')
  return isUnderstood(rule, start) ? rule : null
}

function isUnderstood(rule: string, start: Temporal.ZonedDateTime): boolean {
  try {
    expanded(rule, start).between(start, start, true)
    return true
  } catch {
    return false
  }
}

/**
 * The starts of a series from `from` to `to`, both included. The wall time of its zone stays over daylight-saving changes; a
 * day on which that time does not exist has none (RFC 5545, 3.3.10). The start of the series is always one.
 */
export function occurrences(
  rule: string,
  start: Temporal.ZonedDateTime,
  from: Temporal.Instant,
  to: Temporal.Instant,
): readonly Temporal.ZonedDateTime[] {
  if (Temporal.Instant.compare(to, start.toInstant()) < 0) return []
  const count = Number(/COUNT=(\d+)/.exec(rule)?.[1] ?? Infinity)
  if (count === Infinity) return between(expanded(rule, start), from, to)
  const { compare } = Temporal.Instant
  return firstOf(rule, start, count, to).filter(date => compare(date.toInstant(), from) >= 0)
}

/**
 * The first of a series, up to `to`. The library would count to the end of time where a rule has no such day (30 February), so
 * that the rule is expanded without its COUNT, from window to window.
 */
function firstOf(
  rule: string,
  start: Temporal.ZonedDateTime,
  count: number,
  to: Temporal.Instant,
): readonly Temporal.ZonedDateTime[] {
  const endless = expanded(rule.replace(/;COUNT=\d+|COUNT=\d+;/, ''), start)
  const found: Temporal.ZonedDateTime[] = []
  let [first, days] = [start.toInstant(), 366]
  while (found.length < count && Temporal.Instant.compare(first, to) <= 0) {
    const end = first.add({ hours: 24 * days })
    const last = Temporal.Instant.compare(end, to) < 0 ? end : to
    found.push(...between(endless, first, last))
    // Times have whole seconds.
    first = last.add({ seconds: 1 })
    days *= 2
  }
  return found.slice(0, count)
}

function between(
  series: RRuleTemporal<Temporal.ZonedDateTime>,
  from: Temporal.Instant,
  to: Temporal.Instant,
): readonly Temporal.ZonedDateTime[] {
  const { compare } = Temporal.Instant
  return series
    .between(from.toZonedDateTimeISO('UTC'), to.toZonedDateTimeISO('UTC'), true)
    .filter(date => compare(date.toInstant(), from) >= 0 && compare(date.toInstant(), to) <= 0)
}

/** The rule with an end just before an occurrence. */
export function endedBefore(rule: string, occurrence: Temporal.ZonedDateTime): string {
  const rest = rule.split(';').filter(part => !/^(?:COUNT|UNTIL)=/.test(part))
  return [...rest, `UNTIL=${utcText(occurrence.toInstant().subtract({ seconds: 1 }))}`].join(';')
}

function expanded(rule: string, start: Temporal.ZonedDateTime): RRuleTemporal<Temporal.ZonedDateTime> {
  return new RRuleTemporal({
    rruleString: rule,
    dtstart: start,
    temporal: Temporal,
    includeDtstart: true,
    // Twice what the days from the first year to the last one need.
    maxIterations: 100_000,
  })
}
