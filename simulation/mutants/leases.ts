import type { Mutant } from './mutants.ts'

const memory = 'src/store/memory.ts'
const rows = 'src/store/memory-rows.ts'

/** Whose a lease is. */
export const leases: readonly Mutant[] = [
  {
    name: 'a lease is ended by whoever asks',
    seed: 1640,
    changes: [
      {
        file: memory,
        find: 'if (row === undefined || row.leaseId !== leaseId) return false',
        replace: 'if (row === undefined) return false',
      },
    ],
    breaks: ['nobody ends the lease of another', 'no refresh token is in flight twice'],
  },
  {
    name: 'a late commit ends the lease of whoever has taken over',
    seed: 1,
    changes: [
      {
        file: memory,
        find: `      ...NO_FAILURE,
      ...leaseAfter(row, request),`,
        replace: `      ...NO_FAILURE,
      ...NO_LEASE,`,
      },
    ],
    breaks: ['nobody ends the lease of another', 'no refresh token is in flight twice'],
  },
  {
    name: 'a claim does not look at the lease',
    seed: 2646,
    changes: [
      {
        file: rows,
        find: `gateOpen &&
    isLeaseOver(row, longestLeaseMs, now)`,
        replace: `gateOpen &&
    longestLeaseMs > 0`,
      },
    ],
    breaks: ['one refresh at a time'],
  },
]
