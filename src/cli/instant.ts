import { UsageError } from './failure.ts'

// With a zone: without one, it would be another instant on another machine.
const INSTANT = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/i

/** The value of an option that takes an instant. @throws UsageError it is none */
export function instantOf(option: string, text: string | undefined): Date | undefined {
  if (text === undefined) return undefined
  const at = INSTANT.test(text) ? new Date(text) : new Date(Number.NaN)
  if (!Number.isNaN(at.getTime())) return at
  throw new UsageError(`${option} takes an instant with its zone, 2026-11-26T08:00Z, or a day (UTC).`)
}
