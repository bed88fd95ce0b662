import type { Migration } from '../../migration.ts'

/** What is left of the provider's budget of refreshes, and when a rejected token was last acted on. */
export const addRefreshBudget: Migration = {
  id: 4,
  name: 'add-refresh-budget',
  statements: [],
  newColumns: [
    ['oauth_tokens', 'budget_until', 'integer'],
    ['oauth_tokens', 'rejected_at', 'integer'],
  ],
}
