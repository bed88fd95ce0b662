import { runSchedule } from './run-schedule.ts'
import { count, emptyTally, type Tally } from './tally.ts'

/** So often it is told how far it has come. */
const TOLD_AFTER = 100

/**
 * Plays schedules one after the other, until `mostFailures` have failed.
 * @param tell is given what came of the schedules since it was told last
 */
export async function play(
  seeds: Iterable<number>,
  mostFailures: number,
  tell: (part: Tally) => void,
): Promise<void> {
  let part = emptyTally()
  let failures = 0
  for (const seed of seeds) {
    const { verdict, steps } = await runSchedule(seed)
    count(part, seed, steps, verdict)
    if (verdict.violations.length > 0) failures += 1
    if (failures >= mostFailures) break
    if (part.schedules === TOLD_AFTER) {
      tell(part)
      part = emptyTally()
    }
  }
  tell(part)
}
