import type { Mutant } from './mutants.ts'

const rows = 'src/store/memory-rows.ts'

/** What a provider wants to be asked at most. */
export const budgets: readonly Mutant[] = [
  {
    name: 'a claim takes nothing of the budget',
    seed: 26,
    changes: [
      {
        file: rows,
        find: 'return Math.min(Math.max(budgetUntil ?? now, now) + costMs, now + mostMs)',
        replace: 'return Math.min(Math.max(budgetUntil ?? now, now) + 0 * costMs, now + mostMs)',
      },
    ],
    breaks: ['no more requests than the provider wants'],
  },
  {
    name: 'a request that was sent is given back to the budget',
    seed: 35,
    changes: [
      {
        file: 'src/refresh/settle.ts',
        find: 'refundMs: sent ? undefined : claim.costMs,',
        replace: 'refundMs: sent ? claim.costMs : claim.costMs,',
      },
    ],
    breaks: ['no more requests than the provider wants'],
  },
]
