import type { Connection } from './connection.ts'
import type { Policy } from './policy.ts'
import type { ProviderTraits, RefreshBudget } from './provider-traits.ts'
import { stateOf } from './state.ts'
import { lifetimeOf } from './window.ts'

/**
 * What a claim has to know of the budget. Each request moves `budget_until`, the instant at which the budget is whole
 * again, `costMs` on: a token bucket in one column (the generic cell rate algorithm, ITU-T I.371).
 */
export interface Allowance {
  /** What a request moves it on. */
  readonly costMs: number
  /** How far ahead of the database's clock it may lie before a request. */
  readonly aheadMs: number
  /** How far ahead it can lie at all. Further: the clock was set back. */
  readonly mostMs: number
}

/**
 * What is left to a connection by the budget of its provider; null: there is none. Half of the requests may come at
 * once, the others one by one. Of that half, half again is kept for refreshes that are needed: a refresh for the
 * call's own sake (`refreshToken`, `minValidMs`) or ahead of time leaves it alone.
 */
export function allowanceOf(
  connection: Connection,
  now: number,
  traits: ProviderTraits,
  policy: Policy,
): Allowance | null {
  const { refreshBudget } = traits
  if (refreshBudget === null) return null
  const { costMs, atOnce } = paceOf(refreshBudget)
  const mostMs = atOnce * costMs
  // Whose tokens do not even live as long as the pause between two requests has another budget than that.
  if (lifetimeOf(connection, traits, policy) < costMs) return { costMs, aheadMs: mostMs, mostMs }
  const state = stateOf(connection, now, traits, policy)
  const kept = state === 'fresh' || state === 'soft' ? Math.floor(atOnce / 2) : 0
  return { costMs, aheadMs: (atOnce - kept - 1) * costMs, mostMs }
}

/** When a request is allowed again; null: it is now. */
export function budgetOpensAt({ budgetUntil }: Connection, now: number, allowance: Allowance): number | null {
  if (budgetUntil === null || budgetUntil > now + allowance.mostMs) return null
  const opensAt = budgetUntil - allowance.aheadMs
  return opensAt > now ? opensAt : null
}

// Between a request and the one that is `requests` later lie `perMs` and, where there are two or more, one pause more:
// the way to the provider may take the one so much longer than the other.
function paceOf({ requests, perMs }: RefreshBudget): { readonly costMs: number; readonly atOnce: number } {
  const atOnce = Math.max(1, Math.floor(requests / 2))
  return { atOnce, costMs: Math.ceil(perMs / Math.max(1, requests - atOnce)) }
}
