import { grantOf, type Request, type Row, type RowChange } from '../history.ts'
import type { At, Evidence, Violation } from './evidence.ts'

interface Written extends RowChange {
  readonly method: string
  readonly machine: string
  readonly at: number
  /** The database's clock. */
  readonly now: number
}

/** What may be done to a row, by whom. */
export function rowViolations(evidence: Evidence): readonly Violation[] {
  return evidence.statements.flatMap(({ method, machine, at, now, changes }) =>
    changes.flatMap(change =>
      RULES.flatMap(({ promise, broken }) => {
        const what = broken({ ...change, method, machine, at, now }, evidence)
        return what === null ? [] : [{ promise, what: `${method} of ${machine}: ${what}`, at }]
      }),
    ),
  )
}

interface Rule {
  readonly promise: string
  /** What is wrong; null: nothing. */
  readonly broken: (written: Written, evidence: Evidence) => string | null
}

const RULES: readonly Rule[] = [
  {
    promise: 'no generation goes back',
    broken: ({ before, after }) => {
      if (before === null || after === null || before.id !== after.id) return null
      const moved = before.access !== after.access || before.refresh !== after.refresh
      const expected = moved ? before.generation + 1 : before.generation
      return after.generation >= expected ? null : `${before.generation} became ${after.generation}`
    },
  },
  {
    promise: 'nothing is resurrected after a delete',
    broken: ({ before, after, method }, { settings }) => {
      if (before !== null || after === null || method === 'put') return null
      // With the app's own credentials a connection begins with a call, and again with the next one.
      const begins = settings.grant === 'client_credentials' && method === 'insertEmpty'
      return begins && after.access === null ? null : `${after.id} came back`
    },
  },
  {
    promise: 'no connection vanishes',
    broken: ({ before, after, method }) => {
      if (before === null) return null
      if (after === null) return method === 'delete' ? null : `${before.id} is gone`
      return before.id === after.id ? null : `${before.id} became ${after.id}`
    },
  },
  {
    promise: 'a re-connect always wins',
    broken: ({ before, after, method }, evidence) => {
      if (before === null || after === null || method === 'put') return null
      return foreignTokens(before, after, evidence)
    },
  },
  {
    promise: 'one refresh at a time',
    broken: ({ before, method, now, at }, evidence) => {
      if (method !== 'claim' || before === null || before.leaseUntil === null || before.leaseUntil <= now)
        return null
      const takenAt = evidence.claimOf(before.leaseId)?.at ?? at
      return evidence.hostClockWasSet(takenAt, at) ? null : `${before.leaseId} has the lease`
    },
  },
  {
    promise: 'nobody ends the lease of another',
    broken: ({ before, after, method, machine }) => {
      // A lifeboat's entry is written over a lease that is over.
      if (!['settle', 'commit', 'salvage', 'succeed'].includes(method)) return null
      if (before === null || after === null) return null
      const ended = before.leaseId !== null && before.leaseId !== after.leaseId
      return ended && !before.leaseId.startsWith(`${machine}#`) ? `it was ${before.leaseId}` : null
    },
  },
  {
    promise: 'no grant is reported dead that was not refused',
    broken: ({ before, after, method }, evidence) => {
      if (before === null || after === null || method === 'put' || before.status === after.status) return null
      return after.status === 'active' ? null : unfounded(before, after, evidence)
    },
  },
]

/** A refresh writes what was issued for the refresh token that lies in the row, and nothing else. */
function foreignTokens(before: Row, after: Row, evidence: Evidence): string | null {
  const isFor = (token: string | null, field: 'access' | 'successor'): boolean =>
    evidence.attempts.some(
      ({ request, served }) =>
        served?.[field] === token &&
        (evidence.settings.grant === 'client_credentials'
          ? isOfRow(request, before, evidence)
          : isAncestor(served.spent, before, evidence)),
    )
  if (after.refresh !== before.refresh && !isFor(after.refresh, 'successor')) {
    return `${after.refresh} over ${before.refresh}`
  }
  if (after.access === before.access || isFor(after.access, 'access')) return null
  return `${after.access} beside ${before.refresh}`
}

// What was asked for is the row's: a request of the row before, or of what it asked for before, is not for it.
function isOfRow(request: At<Request>, { id, generation }: Row, evidence: Evidence): boolean {
  const claimed = evidence.claimFor(request)?.row
  return claimed?.id === id && claimed.generation === generation
}

// With a retry window a replay issues another successor of the same refresh token.
function isAncestor(spent: string, { refresh }: Row, { settings }: Evidence): boolean {
  if (spent === refresh) return true
  return settings.rotation === 'window' && refresh !== null && grantOf(spent) === grantOf(refresh)
}

function unfounded(before: Row, after: Row, evidence: Evidence): string | null {
  const { refresh } = before
  if (refresh === null) return `${after.status} without a refresh token`
  const refusals = evidence.refusalsOf(refresh, Infinity)
  const isStrict = evidence.settings.rotation === 'strict'
  const needed = after.status === 'suspect' || isStrict ? 1 : 2
  return refusals >= needed
    ? null
    : `${after.status}, ${after.reason}, after ${refusals} refusals of ${refresh}`
}
