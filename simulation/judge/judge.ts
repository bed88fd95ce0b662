import type { Entry } from '../history.ts'
import { eventViolations } from './events.ts'
import { Evidence, type Violation } from './evidence.ts'
import { endings, type Fate } from './losses.ts'
import { earlyRepetitions, outlivedLeases, overBudget, overlaps } from './requests.ts'
import { returnViolations } from './returns.ts'
import { rowViolations } from './rows.ts'
import { waitViolations } from './waits.ts'

export interface Verdict {
  readonly violations: readonly Violation[]
  readonly requests: number
  readonly calls: number
  readonly fates: readonly Fate[]
}

/** Reads a history, and nothing else: what of the promises it breaks, in the order of time. */
export function judge(history: readonly Entry[]): Verdict {
  const evidence = new Evidence(history)
  const ends = endings(evidence)
  const violations = [
    ...overlaps(evidence),
    ...earlyRepetitions(evidence),
    ...overBudget(evidence),
    ...outlivedLeases(evidence),
    ...rowViolations(evidence),
    ...eventViolations(evidence),
    ...returnViolations(evidence),
    ...waitViolations(evidence),
    ...uncodedErrors(evidence),
    ...ends.flatMap(ending => ending.violations),
  ]
  return {
    violations: violations.sort((a, b) => a.at - b.at),
    requests: evidence.attempts.length,
    calls: evidence.conversations.length,
    fates: ends.map(({ fate }) => fate),
  }
}

function uncodedErrors({ conversations }: Evidence): readonly Violation[] {
  return conversations.flatMap(({ call, returned }) =>
    returned?.error?.startsWith('NOT CODED')
      ? [{ promise: 'every error has a code', what: `${call.method}: ${returned.error}`, at: returned.at }]
      : [],
  )
}
