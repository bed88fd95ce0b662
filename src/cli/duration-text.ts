const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** A duration in words of one unit, rounded down: `54 min`, `8 s`. */
export function durationText(ms: number): string {
  if (ms >= 2 * DAY) return `${Math.floor(ms / DAY)} d`
  if (ms >= 2 * HOUR) return `${Math.floor(ms / HOUR)} h`
  if (ms >= 2 * MINUTE) return `${Math.floor(ms / MINUTE)} min`
  return `${Math.floor(Math.max(0, ms) / SECOND)} s`
}
