import type { Mutant } from './mutants.ts'

const TOLD_ONCE = 'what becomes of a connection is told once, with the change'
const memory = 'src/store/memory.ts'

/** What becomes of a connection, and who tells it. */
export const events: readonly Mutant[] = [
  {
    name: 'what becomes of a status is told after the change, and not where the process ends between the two',
    seed: 1,
    changes: [
      {
        file: memory,
        find: 'this.eventLog.record(after, [...always, ...turned])',
        replace: 'setTimeout(() => this.eventLog.record(after, [...always, ...turned]), 0)',
      },
    ],
    breaks: [TOLD_ONCE],
  },
  {
    name: 'a status that turned is told by who read the row before, and not by the row itself',
    seed: 1,
    changes: [
      {
        file: memory,
        find: `return this.#write(row, {
      ...NO_FAILURE,
      ...leaseAfter(row, request),
      ...this.#issued(request, row),`,
        replace: `if (row.lastError === 'REAUTHORIZATION_REQUIRED') this.eventLog.record(row, [told('recovered')])
    return this.#write(row, {
      ...NO_FAILURE,
      ...leaseAfter(row, request),
      ...this.#issued(request, row),`,
      },
    ],
    breaks: [TOLD_ONCE],
  },
]
