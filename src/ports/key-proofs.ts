/** That the database needs a key: its id, and a text that only this very key opens. */
export interface KeyProof {
  readonly keyId: string
  /** Sealed by the key. Holds no secret. */
  readonly proof: string
}

/**
 * The keys that the database needs, as far as it knows. Each method is one statement, and rejects only with
 * `StoreUnavailableError`.
 */
export interface KeyProofs {
  /** In the order of the ids. */
  list(): Promise<readonly KeyProof[]>
  /** False: one of this id is there, and stays. */
  add(proof: KeyProof): Promise<boolean>
  /** False: there was none. */
  remove(keyId: string): Promise<boolean>
}
