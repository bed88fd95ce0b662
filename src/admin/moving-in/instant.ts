import type { Cell } from '../../store/foreign-database.ts'
import type { SourceRow } from './source-row.ts'

// A zone, because without one it would be another instant on another machine.
const INSTANT = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?\s?(Z|[+-]\d\d(:?\d\d)?)$/i

/** As seconds this is the year 5138, as milliseconds 1973: no number of the one unit is taken for the other. */
const LEAST_MILLISECONDS = 1e11
/** Again the year 5138: beyond it lie microseconds. */
const MOST_MILLISECONDS = 1e14

/** When an access token ends, as a cell says it: an instant, a number of seconds or milliseconds, or a text. */
export function expiryOf(cell: Cell | null): SourceRow['expiry'] {
  if (cell === null || cell.text.trim() === '') {
    return cell?.kind === 'other' ? { kind: 'unreadable' } : { kind: 'unknown' }
  }
  const at = cell.kind === 'instant' ? Number(cell.text) * 1_000 : instantOf(cell.text.trim())
  return Number.isNaN(at) ? { kind: 'unreadable' } : { kind: 'at', at: Math.round(at) }
}

function instantOf(text: string): number {
  if (INSTANT.test(text)) {
    // PostgreSQL writes `2026-11-23 10:00:00+01`; JavaScript reads `2026-11-23T10:00:00+01:00`.
    return Date.parse(
      text
        .replace(/\s(?=Z|[+-])/i, '')
        .replace(' ', 'T')
        .replace(/(T.*[+-]\d\d)$/, '$1:00'),
    )
  }
  const number = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (number < LEAST_MILLISECONDS) return number * 1_000
  return number <= MOST_MILLISECONDS ? number : Number.NaN
}
