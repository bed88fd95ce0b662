import type { Entry } from './history.ts'
import type { Violation } from './judge/evidence.ts'
import { judge, type Verdict } from './judge/judge.ts'
import { planOf } from './world/plan.ts'
import { World } from './world/world.ts'

/** One schedule, played and judged. */
export interface Played {
  readonly history: readonly Entry[]
  readonly verdict: Verdict
  readonly steps: number
}

/** Plays the schedule of a seed. The same seed and the same code give the same history. */
export async function runSchedule(seed: number): Promise<Played> {
  const strays: unknown[] = []
  const onStray = (reason: unknown): void => void strays.push(reason)
  process.on('unhandledRejection', onStray)
  try {
    const world = new World(planOf(seed))
    const stuck = await world.play().then(
      () => null,
      (error: unknown) => error,
    )
    const { history, steps } = world
    if (stuck !== null) return { history, verdict: verdictOn(stuck), steps }
    const verdict = judge(history)
    const stray = strays.map(reason => violationBy('no promise rejects without a listener', reason))
    return { history, verdict: { ...verdict, violations: [...verdict.violations, ...stray] }, steps }
  } finally {
    process.off('unhandledRejection', onStray)
  }
}

function verdictOn(stuck: unknown): Verdict {
  return { violations: [violationBy('a schedule comes to its end', stuck)], requests: 0, calls: 0, fates: [] }
}

function violationBy(promise: string, reason: unknown): Violation {
  const what = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)
  return { promise, what, at: 0 }
}
