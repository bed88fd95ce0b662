import { afterAll, beforeAll, describe } from 'vitest'
import { budgetContract } from './store-contract/budget.ts'
import { claimsContract } from './store-contract/claims.ts'
import { closingContract } from './store-contract/closing.ts'
import { deletionContract } from './store-contract/deletion.ts'
import { dueContract } from './store-contract/due.ts'
import { eventsContract } from './store-contract/events.ts'
import { flowsContract } from './store-contract/flows.ts'
import type { StoreHarness } from './store-contract/harness.ts'
import { keyProofsContract } from './store-contract/key-proofs.ts'
import { listsContract } from './store-contract/lists.ts'
import { outcomesContract } from './store-contract/outcomes.ts'
import { putsContract } from './store-contract/puts.ts'
import { revocationsContract } from './store-contract/revocations.ts'
import { rowsContract } from './store-contract/rows.ts'
import { sealedValuesContract } from './store-contract/sealed-values.ts'
import { seedsContract } from './store-contract/seeds.ts'

/**
 * What every store promises: the same tests for memory, SQLite and PostgreSQL, whatever the driver.
 * @param more What only some of them promise.
 */
export function storeContract<Harness extends StoreHarness>(
  name: string,
  open: () => Promise<Harness>,
  ...more: readonly ((harness: () => Harness) => void)[]
): void {
  describe(name, () => {
    let harness: Harness
    beforeAll(async () => {
      harness = await open()
    })
    afterAll(() => harness?.close())

    for (const contract of [
      rowsContract,
      putsContract,
      claimsContract,
      budgetContract,
      outcomesContract,
      deletionContract,
      revocationsContract,
      seedsContract,
      listsContract,
      dueContract,
      sealedValuesContract,
      keyProofsContract,
      eventsContract,
      flowsContract,
      ...more,
    ]) {
      contract(() => harness)
    }
    closingContract(open)
  })
}
