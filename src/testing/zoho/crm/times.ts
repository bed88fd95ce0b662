const offsets = new Map<string, Intl.DateTimeFormat>()

/**
 * An instant as Zoho's answers print it: `2026-01-01T05:30:00+05:30`, in the zone of the user, without milliseconds.
 * @param wallMs since the epoch
 * @param timeZone an IANA name
 */
export function zohoTime(wallMs: number, timeZone: string): string {
  const seconds = Math.floor(wallMs / 1000) * 1000
  const offsetMinutes = offsetAt(seconds, timeZone)
  const local = new Date(seconds + offsetMinutes * 60_000).toISOString().slice(0, 19)
  const size = Math.abs(offsetMinutes)
  const two = (part: number): string => String(part).padStart(2, '0')
  return `${local}${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
}

/** Ms since the epoch of an ISO 8601 time with an offset and without milliseconds, as Zoho takes it; else null. */
export function parseInstant(text: string): number | null {
  const known = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:Z|[+-]\d{2}:\d{2})$/.test(text)
  if (!known || !isDate(text.slice(0, 10))) return null
  const instant = Date.parse(text)
  return Number.isNaN(instant) ? null : instant
}

/** Whether it is a day of the calendar, `yyyy-MM-dd`. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const day = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text)
}

function offsetAt(wallMs: number, timeZone: string): number {
  const format =
    offsets.get(timeZone) ?? new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  offsets.set(timeZone, format)
  const name = format.formatToParts(wallMs).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT'
  const [, sign, hours = '0', minutes = '0'] = name.match(/GMT([+-])(\d{2}):(\d{2})/) ?? []
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}
