import type { Entry } from './history.ts'
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
    const history = await world.play()
    const verdict = judge(history)
    return {
      history,
      verdict: { ...verdict, violations: [...verdict.violations, ...strays.map(violationBy)] },
      steps: world.steps,
    }
  } finally {
    process.off('unhandledRejection', onStray)
  }
}

function violationBy(reason: unknown): Verdict['violations'][number] {
  const what = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)
  return { promise: 'no promise rejects without a listener', what, at: 0 }
}
