import type { Violation } from './judge/evidence.ts'
import type { Verdict } from './judge/judge.ts'
import type { Fate } from './judge/losses.ts'

/** A schedule that broke a promise, or could not be played. */
export interface Failure {
  readonly seed: number
  readonly violation: Violation
}

/** What came of many schedules. Crosses from worker to main process as JSON. */
export interface Tally {
  schedules: number
  steps: number
  calls: number
  requests: number
  readonly fates: Record<Fate, number>
  readonly failures: Failure[]
}

export function emptyTally(): Tally {
  return {
    schedules: 0,
    steps: 0,
    calls: 0,
    requests: 0,
    fates: { usable: 0, gone: 0, lost: 0 },
    failures: [],
  }
}

export function count(tally: Tally, seed: number, steps: number, verdict: Verdict): void {
  tally.schedules += 1
  tally.steps += steps
  tally.calls += verdict.calls
  tally.requests += verdict.requests
  for (const fate of verdict.fates) tally.fates[fate] += 1
  const [violation] = verdict.violations
  if (violation !== undefined) tally.failures.push({ seed, violation })
}

export function add(sum: Tally, part: Tally): void {
  sum.schedules += part.schedules
  sum.steps += part.steps
  sum.calls += part.calls
  sum.requests += part.requests
  for (const fate of ['usable', 'gone', 'lost'] as const) sum.fates[fate] += part.fates[fate]
  sum.failures.push(...part.failures)
}
