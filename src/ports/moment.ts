import type { Clock } from './clock.ts'

/** An instant by both clocks of the process. */
export interface Moment {
  readonly monotonicMs: number
  /** Wall minus monotonic clock: when it moves, the machine slept or its clock was set. */
  readonly clockOffset: number
}

// Clocks may disagree by this much before what was known is looked at again.
const CLOCK_TOLERANCE_MS = 1_000

export function momentOf(clock: Clock): Moment {
  const monotonicMs = clock.monotonicMs()
  return { monotonicMs, clockOffset: clock.wallMs() - monotonicMs }
}

/**
 * Whether the machine slept since then, or its clock was set: the monotonic clock, which stands still while a
 * machine is suspended, does not know how much time has passed.
 */
export function hasSlept({ clockOffset }: Pick<Moment, 'clockOffset'>, clock: Clock): boolean {
  return Math.abs(clock.wallMs() - clock.monotonicMs() - clockOffset) > CLOCK_TOLERANCE_MS
}
