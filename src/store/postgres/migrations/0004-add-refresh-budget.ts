import type { Migration } from '../../migration.ts'

/** What is left of the provider's budget of refreshes, and when a rejected token was last acted on. */
export const addRefreshBudget: Migration = {
  id: 4,
  name: 'add-refresh-budget',
  statements: [
    `alter table oauth_tokens
      add column if not exists budget_until timestamptz,
      add column if not exists rejected_at timestamptz`,
  ],
}
