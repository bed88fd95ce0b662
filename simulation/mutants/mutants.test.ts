import { expect, test } from 'vitest'
import { playInWorkers } from '../play-in-workers.ts'
import { mutants } from './mutants.ts'
import { plant } from './planted.ts'

/** Most are found within the first hundreds; what is not found by then is not found. */
const SCHEDULES = 8_000

test.each(mutants)(
  'a planted bug is found: $name',
  async ({ breaks, ...mutant }) => {
    using planted = plant({ breaks, ...mutant })
    const { worker } = planted
    const batch = { from: 1, schedules: SCHEDULES, workers: 2, mostFailures: 1, worker }
    const { failures } = await playInWorkers(batch, () => {})
    const [found] = failures
    expect(breaks).toContain(found?.violation.promise)
  },
  300_000,
)
