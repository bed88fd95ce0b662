import type { Allowance } from '../lifecycle/budget.ts'
import type {
  ClaimRequest,
  ConnectionKey,
  ConnectionRow,
  ConnectionSummary,
  DueRequest,
  OwnLease,
  RejectRequest,
  Seed,
} from '../ports/store.ts'

export type StoredRow = Omit<ConnectionRow, 'now'>

export const NO_LEASE = { leaseId: null, leaseUntil: null }
export const NO_FAILURE = {
  status: 'active',
  statusReason: null,
  failureCount: 0,
  nextAttemptAt: null,
  lastError: null,
  attemptId: null,
} as const

/** The lease after a write of its holder, or of another. */
export function leaseAfter(
  { leaseId, leaseUntil }: Pick<StoredRow, 'leaseId' | 'leaseUntil'>,
  own: OwnLease,
): Pick<StoredRow, 'leaseId' | 'leaseUntil'> {
  return leaseId === own.leaseId ? NO_LEASE : { leaseId, leaseUntil }
}

/** What a refresh token begins with, beside that nothing befell it. */
export const NEW_GRANT = {
  appId: null,
  lastRefreshedAt: null,
  refreshTokenExpiresAt: null,
  budgetUntil: null,
  accountDigest: null,
} as const

export function summaryOf({ accessToken, refreshToken, ...row }: ConnectionRow): ConnectionSummary {
  return { ...row, hasAccessToken: accessToken !== null, hasRefreshToken: refreshToken !== null }
}

export function idOf({ clientId, provider }: ConnectionKey): string {
  return JSON.stringify([clientId, provider])
}

export function useOf({ digest }: Seed, provider: string): string {
  return JSON.stringify([digest, provider])
}

type Leased = Pick<ConnectionRow, 'leaseUntil'>
type Budgeted = Pick<ConnectionRow, 'budgetUntil'>
type Claimed = Leased &
  Budgeted &
  Pick<ConnectionRow, 'status' | 'attemptId' | 'failureCount' | 'nextAttemptAt' | 'lastError'>

export function isClaimable(
  row: Claimed,
  { row: seen, skipNoProgress, longestLeaseMs, longestGateMs, allowance }: ClaimRequest,
  now: number,
): boolean {
  const gateOpen =
    isOver(row.nextAttemptAt, longestGateMs, now) || (skipNoProgress && row.lastError === 'NO_PROGRESS')
  return (
    row.status === seen.status &&
    row.attemptId === seen.attemptId &&
    row.failureCount === seen.failureCount &&
    gateOpen &&
    isLeaseOver(row, longestLeaseMs, now) &&
    isAllowed(row, allowance, now)
  )
}

export function isRejectable(
  row: Pick<ConnectionRow, 'rejectedAt' | 'budgetUntil'>,
  { pauseMs, allowance }: RejectRequest,
  now: number,
): boolean {
  const { rejectedAt } = row
  const isPaused = rejectedAt !== null && rejectedAt > now - pauseMs && rejectedAt <= now
  return !isPaused && isAllowed(row, allowance, now)
}

function isAllowed({ budgetUntil }: Budgeted, allowance: Allowance | null, now: number): boolean {
  if (allowance === null || budgetUntil === null) return true
  return budgetUntil <= now + allowance.aheadMs || budgetUntil > now + allowance.mostMs
}

/** The budget after a request. */
export function taken({ budgetUntil }: Budgeted, { costMs, mostMs }: Allowance, now: number): number {
  return Math.min(Math.max(budgetUntil ?? now, now) + costMs, now + mostMs)
}

/** A page of the rows that are due, in the order of the instant, then of the id. */
export function duePage<Row extends Claimed & { readonly id: string }>(
  rows: Iterable<Row & Pick<ConnectionRow, 'provider' | 'refreshToken' | 'refreshAt'>>,
  { provider, needsRefreshToken, longestLeaseMs, longestGateMs, limit, after }: DueRequest,
  now: number,
): { readonly rows: readonly Row[]; readonly next: string | null } {
  const cursorOf = ({ refreshAt, id }: { refreshAt: number | null; id: string }): string =>
    `${String(refreshAt).padStart(20, '0')} ${id}`
  const due = [...rows]
    .filter(row => row.provider === provider && (!needsRefreshToken || row.refreshToken !== null))
    .filter(({ status }) => status !== 'reauthorization_required')
    .filter(({ refreshAt }) => refreshAt !== null && refreshAt <= now)
    .filter(({ nextAttemptAt }) => isOver(nextAttemptAt, longestGateMs, now))
    .filter(row => isLeaseOver(row, longestLeaseMs, now))
    .filter(row => after === null || cursorOf(row) > after)
    .sort((a, b) => compareText(cursorOf(a), cursorOf(b)))
    .slice(0, limit)
  const last = due.at(-1)
  return { rows: due, next: last === undefined || due.length < limit ? null : cursorOf(last) }
}

export function isLeaseOver({ leaseUntil }: Leased, longestLeaseMs: number, now: number): boolean {
  return isOver(leaseUntil, longestLeaseMs, now)
}

// Further ahead than it can be: the clock was set back.
export function isOver(until: number | null, longestMs: number, now: number): boolean {
  return until === null || until <= now || until > now + longestMs
}

export function compareKeys(a: ConnectionKey, b: ConnectionKey): number {
  return compareText(a.clientId, b.clientId) || compareText(a.provider, b.provider)
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** A row that has nothing but its names, and what is given. */
export function newRow(
  { clientId, provider }: ConnectionKey,
  id: string,
  now: number,
  values: Partial<StoredRow>,
): StoredRow {
  return {
    ...NO_FAILURE,
    ...NO_LEASE,
    id,
    clientId,
    provider,
    accessToken: null,
    refreshToken: null,
    expiresAt: null,
    scopes: null,
    metadata: {},
    generation: 0,
    lifetimeMs: null,
    refreshAt: null,
    ...NEW_GRANT,
    rejectedAt: null,
    ...values,
    createdAt: now,
    updatedAt: now,
  }
}
