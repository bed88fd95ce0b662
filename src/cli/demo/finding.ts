/** Something that was expected, and what was found. */
export interface Check {
  readonly holds: boolean
  readonly expected: string
  readonly found: string
}

/** What a chapter found out. */
export interface Finding {
  readonly checks: readonly Check[]
  /** Measured numbers and other details, a line each. */
  readonly details: readonly string[]
}

/** `what` is exactly `expected`. */
export function same(
  what: string,
  found: string | number | boolean | null,
  expected: string | number | boolean | null,
): Check {
  return { holds: found === expected, expected: `${what}: ${expected}`, found: String(found) }
}

/** `what` is not `other`. */
export function different(what: string, found: string, other: string): Check {
  return { holds: found !== other, expected: `${what}: not ${other}`, found }
}

/** `what` is less than `limit`. */
export function below(what: string, found: number, limit: number): Check {
  return { holds: found < limit, expected: `${what}: below ${limit}`, found: String(found) }
}

/** `1 request`, `2 requests`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? noun : plural}`
}
