import type { Span } from './given-time.ts'

const DAY_MS = 86_400_000

/** Zoho's bound on a range of events or of free/busy: 31 days. */
export const WINDOW_DAYS = 31

/**
 * Cuts a range into windows that Zoho answers, in order. Zoho's ranges are in whole seconds: the outer ends are widened
 * to them. Each window but the first begins with the last second of the one before, so that what happens exactly at a
 * seam is in one of them whichever way an end is counted. What lies in both is left out by who reads them.
 */
export function* windowsOf({ startMs, endMs }: Span, days: number = WINDOW_DAYS): Generator<Span> {
  const last = Math.ceil(endMs / 1000) * 1000
  let start = Math.floor(startMs / 1000) * 1000
  if (start >= last) return
  for (;;) {
    const end = Math.min(start + days * DAY_MS, last)
    yield { startMs: start, endMs: end }
    if (end === last) return
    start = end - 1000
  }
}
