import { createHash } from 'node:crypto'
import type { LedgerEntry } from 'evergrant/testing'
import type { Evidence, Given } from './evidence.ts'

/** As the ledger shows refresh tokens. */
export function digestOf(refreshToken: string): string {
  return createHash('sha256').update(refreshToken).digest('hex').slice(0, 12)
}

/** The number of a grant that was given; null: nobody has used its first refresh token. */
export function grantOf({ refreshToken }: Given, requests: readonly LedgerEntry[]): number | null {
  const first = digestOf(refreshToken)
  return requests.find(entry => entry.refreshToken === first)?.grant ?? null
}

/**
 * Connections whose tokens were written more often than somebody had new ones: each answer of the provider and each
 * grant of the customer raises the generation by one, once at most.
 */
export function writtenTwice({ changes, given, ledger }: Evidence): readonly string[] {
  const issued = ledger.filter(entry => entry.grantType === 'refresh_token' && entry.outcome === 'issued')
  const found: string[] = []
  for (const connection of new Set(given.map(one => one.connection))) {
    const own = given.filter(one => one.connection === connection)
    const grants = new Set(own.map(one => grantOf(one, issued)))
    const answers = issued.filter(({ grant }) => grant !== null && grants.has(grant)).length
    const raised = changes
      .filter(one => one.connection === connection)
      .reduce((sum, one) => sum + Math.max(0, one.generation - (one.generationBefore ?? one.generation)), 0)
    // The first grant is an INSERT, and no change.
    const most = answers + own.length - 1
    if (raised > most) found.push(`${connection}: ${raised} generations of ${most} new tokens`)
  }
  return found
}
