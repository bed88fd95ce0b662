import type { KeyProof, KeyProofs } from '../ports/key-proofs.ts'

/** The keys that a store in memory needs. */
export class MemoryKeyProofs implements KeyProofs {
  readonly #enter: () => void
  readonly #proofs = new Map<string, string>()

  /** @param enter throws where the store is closed */
  constructor(enter: () => void) {
    this.#enter = enter
  }

  async list(): Promise<readonly KeyProof[]> {
    this.#enter()
    return [...this.#proofs]
      .map(([keyId, proof]) => ({ keyId, proof }))
      .sort((a, b) => (a.keyId < b.keyId ? -1 : 1))
  }

  async add({ keyId, proof }: KeyProof): Promise<boolean> {
    this.#enter()
    if (this.#proofs.has(keyId)) return false
    this.#proofs.set(keyId, proof)
    return true
  }

  async remove(keyId: string): Promise<boolean> {
    this.#enter()
    return this.#proofs.delete(keyId)
  }
}
