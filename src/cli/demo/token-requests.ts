import { systemClock } from 'evergrant/admin'
import type { LedgerEntry, LocalZohoControl } from 'evergrant/testing'

/** The requests to the token endpoint so far, as the provider saw them. */
export async function tokenRequests(zoho: LocalZohoControl): Promise<readonly LedgerEntry[]> {
  return (await zoho.ledger()).filter(({ path }) => path === '/oauth/v2/token')
}

/** Those that came while `action` ran, with its result. */
export async function requestsDuring<Result>(
  zoho: LocalZohoControl,
  action: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly requests: readonly LedgerEntry[]; readonly tookMs: number }> {
  const before = (await tokenRequests(zoho)).length
  const startedAt = systemClock.monotonicMs()
  const result = await action()
  const tookMs = systemClock.monotonicMs() - startedAt
  return { result, requests: (await tokenRequests(zoho)).slice(before), tookMs }
}

/** How long ago the provider issued its last token, in ms. Both clocks are this machine's. */
export async function ageOfLastToken(zoho: LocalZohoControl): Promise<number> {
  const issued = (await tokenRequests(zoho)).filter(({ outcome }) => outcome === 'issued')
  return systemClock.wallMs() - (issued.at(-1)?.endedAt ?? 0)
}
