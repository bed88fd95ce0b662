import type { Migration } from '../../migration.ts'
import { createTables } from './0001-create-tables.ts'
import { createTokenKeys } from './0002-create-token-keys.ts'
import { createTokenEvents } from './0003-create-token-events.ts'
import { addRefreshBudget } from './0004-add-refresh-budget.ts'
import { createFlows } from './0005-create-flows.ts'

/** In the order in which they are applied. */
export const postgresMigrations: readonly Migration[] = [
  createTables,
  createTokenKeys,
  createTokenEvents,
  addRefreshBudget,
  createFlows,
]
