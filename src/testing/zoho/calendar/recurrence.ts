import { RRuleTemporal } from 'rrule-temporal'
import { Temporal } from 'temporal-polyfill'
import { parseTime, utcText } from './times.ts'

const weekdays = '(?:MO|TU|WE|TH|FR|SA|SU)'
const listOf = (item: string): RegExp => new RegExp(`^${item}(?:,${item}){0,99}$`)

/** The parts of a rule that Zoho takes. `COUNT` is at most 9,999, so that its expansion has an end. */
const parts: Readonly<Record<string, RegExp>> = {
  FREQ: /^(?:DAILY|WEEKLY|MONTHLY|YEARLY)$/,
  INTERVAL: /^[1-9]\d{0,2}$/,
  COUNT: /^[1-9]\d{0,3}$/,
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
  const series = expanded(rule, start)
  const isIn = (date: Temporal.ZonedDateTime): boolean =>
    Temporal.Instant.compare(date.toInstant(), from) >= 0 &&
    Temporal.Instant.compare(date.toInstant(), to) <= 0
  // With COUNT, each has to be counted; the iterator stops where nobody asks any more.
  const found = /COUNT=/.test(rule)
    ? series.all(date => Temporal.Instant.compare(date.toInstant(), to) <= 0)
    : series.between(from.toZonedDateTimeISO('UTC'), to.toZonedDateTimeISO('UTC'), true)
  return found.filter(isIn)
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
