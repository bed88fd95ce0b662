import { expect, test } from 'vitest'
import { playInWorkers } from '../play-in-workers.ts'
import { mutants } from './mutants.ts'
import { plant } from './planted.ts'

/** Each is found within far fewer; what takes longer is not found. */
const SCHEDULES = 4_000

test.each(mutants)(
  'a planted bug is found: $name',
  async ({ breaks, ...mutant }) => {
    using planted = plant({ breaks, ...mutant })
    const { worker } = planted
    const batch = { from: 1, schedules: SCHEDULES, workers: 2, mostFailures: 1, worker }
    const { failures, schedules } = await playInWorkers(batch, () => {})
    const [found] = failures
    console.log(
      `${mutant.name}: seed ${found?.seed} of ${schedules}: ${found?.violation.promise}: ${found?.violation.what}`,
    )
    expect(breaks).toContain(found?.violation.promise)
  },
  300_000,
)
