import { expect, test } from 'vitest'
import { playInWorkers } from '../play-in-workers.ts'
import { runSchedule } from '../run-schedule.ts'
import { mutants } from './mutants.ts'
import { plant } from './planted.ts'

/** What is not found by then is not found. */
const SCHEDULES = 6_000

test.each(mutants)(
  'a planted bug is found: $name',
  async mutant => {
    using planted = plant(mutant)
    const { failures } = await playInWorkers(
      { from: mutant.seed, schedules: SCHEDULES, workers: 2, mostFailures: 1, worker: planted.worker },
      () => {},
    )
    expect(mutant.breaks).toContain(failures[0]?.violation.promise)
  },
  300_000,
)

test('a bug whose place in the source has changed is no bug that was not found', () => {
  const [mutant] = mutants
  if (mutant === undefined) throw new RangeError('there are no mutants')
  const [change] = mutant.changes
  if (change === undefined) throw new RangeError('it changes nothing')
  const elsewhere = { ...mutant, changes: [{ ...change, find: 'a text that is nowhere' }] }
  expect(() => plant(elsewhere)).toThrow('0 times')
  expect(() => plant({ ...mutant, changes: [{ ...change, find: 'return' }] })).toThrow(/\d\d times/)
})

test('the source without a bug holds every promise where the bugs are found', async () => {
  for (const { seed } of mutants) {
    expect({ seed, violations: (await runSchedule(seed)).verdict.violations }).toEqual({
      seed,
      violations: [],
    })
  }
})
