import type {
  ClaimRequest,
  ConnectionKey,
  ConnectionRow,
  ConnectionSummary,
  Revocation,
  Seed,
} from '../ports/store.ts'

export function summaryOf({ accessToken, refreshToken, ...row }: ConnectionRow): ConnectionSummary {
  return { ...row, hasAccessToken: accessToken !== null, hasRefreshToken: refreshToken !== null }
}

export function revocationGiven({ id, clientId, provider, refreshToken, metadata }: Revocation): Revocation {
  return { id, clientId, provider, refreshToken, metadata: structuredClone(metadata) }
}

export function idOf({ clientId, provider }: ConnectionKey): string {
  return JSON.stringify([clientId, provider])
}

export function useOf({ digest }: Seed, provider: string): string {
  return JSON.stringify([digest, provider])
}

type Leased = Pick<ConnectionRow, 'leaseUntil'>
type Claimed = Leased &
  Pick<ConnectionRow, 'status' | 'attemptId' | 'failureCount' | 'nextAttemptAt' | 'lastError'>

export function isClaimable(
  row: Claimed,
  { row: seen, skipNoProgress, longestLeaseMs }: ClaimRequest,
  now: number,
): boolean {
  const gateOpen =
    row.nextAttemptAt === null ||
    row.nextAttemptAt <= now ||
    (skipNoProgress && row.lastError === 'NO_PROGRESS')
  return (
    row.status === seen.status &&
    row.attemptId === seen.attemptId &&
    row.failureCount === seen.failureCount &&
    gateOpen &&
    isLeaseOver(row, longestLeaseMs, now)
  )
}

export function isLeaseOver({ leaseUntil }: Leased, longestLeaseMs: number, now: number): boolean {
  return leaseUntil === null || leaseUntil <= now || leaseUntil > now + longestLeaseMs
}

export function compareKeys(a: ConnectionKey, b: ConnectionKey): number {
  return compareText(a.clientId, b.clientId) || compareText(a.provider, b.provider)
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
