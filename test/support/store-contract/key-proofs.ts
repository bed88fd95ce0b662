import { describe, expect, test } from 'vitest'
import type { StoreHarness } from './harness.ts'

/** Which keys the database needs. */
export function keyProofsContract(harness: () => StoreHarness): void {
  describe('the keys it needs', () => {
    test('are kept by their ids, the first of an id stays, and one is forgotten when it is said', async () => {
      const { keyProofs } = harness().store
      expect(await keyProofs.add({ keyId: 'b', proof: 'proof of b' })).toBe(true)
      expect(await keyProofs.add({ keyId: 'a', proof: 'proof of a' })).toBe(true)
      expect(await keyProofs.add({ keyId: 'b', proof: 'another' })).toBe(false)
      expect(await keyProofs.list()).toEqual([
        { keyId: 'a', proof: 'proof of a' },
        { keyId: 'b', proof: 'proof of b' },
      ])
      expect(await keyProofs.remove('a')).toBe(true)
      expect(await keyProofs.remove('a')).toBe(false)
      expect(await keyProofs.list()).toEqual([{ keyId: 'b', proof: 'proof of b' }])
    })
  })
}
