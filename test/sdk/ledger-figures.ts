import type { LedgerEntry } from 'evergrant/testing'

/** What the ledger of a local Zoho tells of a run: the judge knows nothing of the clients. */
export interface LedgerFigures {
  /** Requests for an access token by a refresh token, and what became of them. */
  readonly refreshes: { readonly requests: number; readonly issued: number; readonly throttled: number }
  /** The time from one access token to the next. */
  readonly betweenTokensMs: readonly number[]
  /** The most requests for tokens in any ten minutes. */
  readonly mostRefreshesInTenMinutes: number
  /** Calls of the CRM. */
  readonly calls: number
  /** Those that were answered with an error, by its code. */
  readonly refused: Readonly<Record<string, number>>
  readonly mostCallsAtOnce: number
  /** Of those that Zoho counts as heavy: searches. */
  readonly mostSearchesAtOnce: number
}

const TEN_MINUTES_MS = 600_000

export function figuresOf(entries: readonly LedgerEntry[]): LedgerFigures {
  const refreshes = entries.filter(({ grantType }) => grantType === 'refresh_token')
  const issued = refreshes.filter(({ outcome }) => outcome === 'issued')
  const calls = entries.filter(({ path }) => path.startsWith('/crm/'))
  const refused: Record<string, number> = {}
  for (const { outcome, status } of calls) {
    if (status !== null && status < 400) continue
    const code = outcome ?? `HTTP ${status}`
    refused[code] = (refused[code] ?? 0) + 1
  }
  return {
    refreshes: {
      requests: refreshes.length,
      issued: issued.length,
      throttled: refreshes.filter(({ outcome }) => outcome === 'throttled').length,
    },
    betweenTokensMs: issued
      .slice(1)
      .map(({ arrivedAt }, index) => arrivedAt - (issued[index]?.arrivedAt ?? arrivedAt)),
    mostRefreshesInTenMinutes: mostWithin(
      refreshes.map(({ arrivedAt }) => arrivedAt),
      TEN_MINUTES_MS,
    ),
    calls: calls.length,
    refused,
    mostCallsAtOnce: mostAtOnce(calls),
    mostSearchesAtOnce: mostAtOnce(calls.filter(({ path }) => path.endsWith('/search'))),
  }
}

function mostWithin(instants: readonly number[], ms: number): number {
  return Math.max(0, ...instants.map(from => instants.filter(at => at >= from && at < from + ms).length))
}

function mostAtOnce(entries: readonly LedgerEntry[]): number {
  const steps = entries.flatMap(({ arrivedAt, endedAt }) => [
    { at: arrivedAt, step: 1 },
    { at: endedAt ?? Number.POSITIVE_INFINITY, step: -1 },
  ])
  // What ends at an instant has ended for what comes then.
  steps.sort((one, other) => one.at - other.at || one.step - other.step)
  let now = 0
  let most = 0
  for (const { step } of steps) {
    now += step
    most = Math.max(most, now)
  }
  return most
}
