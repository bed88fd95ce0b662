import { expect, test } from 'vitest'
import { firstPut, freshKey, plantOf, type StoreHarness } from './harness.ts'

/** The end of a store. */
export function closingContract(open: () => Promise<StoreHarness>): void {
  test('a closed store refuses every call typed, and can be closed again', async () => {
    const harness = await open()
    const { store } = harness
    const key = freshKey()
    await store.put(firstPut(key))
    await store[Symbol.asyncDispose]()
    await store[Symbol.asyncDispose]()
    const closed = { code: 'STORE_UNAVAILABLE', reason: 'ECLOSED', retryable: true }
    await expect(store.read(key)).rejects.toMatchObject(closed)
    await expect(store.list({ limit: 1, after: null })).rejects.toMatchObject(closed)
    const due = {
      provider: 'zoho_crm',
      needsRefreshToken: true,
      longestLeaseMs: 0,
      longestGateMs: 0,
      limit: 1,
      after: null,
    }
    await expect(store.due(due)).rejects.toMatchObject(closed)
    await expect(store.put(firstPut(key))).rejects.toMatchObject(closed)
    await expect(store.delete({ ...key, revoke: false, seed: null })).rejects.toMatchObject(closed)
    await expect(store.plant(plantOf(key))).rejects.toMatchObject(closed)
    await expect(store.flows.consume('digest', 'authorization')).rejects.toMatchObject(closed)
    await expect(store.flows.expire()).rejects.toMatchObject(closed)
    await expect(store.ping()).rejects.toMatchObject(closed)
    await harness.close()
  })
}
