import { openMemoryStore } from '../../src/store/memory.ts'
import { FakeClock } from '../../src/testing/fake-clock.ts'
import { seededRandomness } from '../../src/testing/seeded-randomness.ts'
import { refusedTransactionsContract } from '../support/store-contract/deletion.ts'
import type { StoreHarness } from '../support/store-contract/harness.ts'
import { storeContract } from '../support/store-contract.ts'

const open = async (): Promise<StoreHarness> => {
  const clock = new FakeClock()
  const store = openMemoryStore({ clock, randomness: seededRandomness(1) })
  return {
    store,
    second: null,
    advance: async ms => (ms < 0 ? clock.jumpWall(ms) : clock.advance(ms)),
    close: async () => store[Symbol.asyncDispose](),
  }
}

storeContract('memory', open, refusedTransactionsContract)
