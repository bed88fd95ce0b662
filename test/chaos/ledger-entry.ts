import { createHash } from 'node:crypto'
import type { LedgerEntry } from 'evergrant/testing'

/** A refresh token as the ledger of the local Zoho names it. */
export function digest(token: string): string {
  return createHash('sha256').update(token).digest('hex').slice(0, 12)
}

/** A refresh that was issued, with a new refresh token, 100 ms after it had arrived. */
export function issuedRefresh(
  id: number,
  refreshToken: string,
  arrivedAt: number,
  change: Partial<LedgerEntry> = {},
): LedgerEntry {
  return {
    id,
    arrivedAt,
    endedAt: arrivedAt + 100,
    location: 'us',
    method: 'POST',
    path: '/oauth/v2/token',
    grantType: 'refresh_token',
    app: 'app',
    refreshToken: digest(refreshToken),
    grant: 1,
    outcome: 'issued',
    reason: null,
    rotated: true,
    fault: 'delay',
    status: 200,
    delivered: true,
    overlaps: 0,
    ...change,
  }
}
