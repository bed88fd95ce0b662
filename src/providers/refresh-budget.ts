import { InvalidInputError } from '../errors.ts'
import type { RefreshBudget } from '../lifecycle/provider-traits.ts'

/** @throws InvalidInputError it is neither null nor a count in a time. */
export function parseRefreshBudget(value: unknown, provider: string): RefreshBudget | null {
  if (value === null) return null
  const { requests, perMs } = (typeof value === 'object' ? value : {}) as Record<string, unknown>
  const isCount = typeof requests === 'number' && Number.isSafeInteger(requests) && requests > 0
  if (isCount && typeof perMs === 'number' && Number.isFinite(perMs) && perMs > 0) return { requests, perMs }
  throw new InvalidInputError(
    `refreshBudget of the provider "${provider}" must be like { requests: 10, perMs: 600_000 }: a whole number of ` +
      'refreshes, and the time in which they may be made. null: there is no budget.',
    { provider },
  )
}
