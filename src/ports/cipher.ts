import type { Secret } from '../secret.ts'
import type { KeyProof } from './key-proofs.ts'

/**
 * What a sealed value is. Part of its associated data: a value moved to another column does not open. The last two are
 * of `oauth_flows`.
 */
export type SealedPurpose = 'access_token' | 'refresh_token' | 'pkce_verifier' | 'pending_tokens'

/** Where a sealed value belongs. Part of its associated data: moved elsewhere, it does not open. */
export interface SealedPlace {
  readonly purpose: SealedPurpose
  readonly clientId: string
  readonly provider: string
}

/** Seals and opens the token columns. Both are synchronous: keys are unwrapped before the service starts. */
export interface Cipher {
  /** Seals with the first key of the ring. */
  seal(value: Secret, place: SealedPlace): string
  /**
   * Opens a stored value. A value without the envelope's prefix is plaintext from before and given as it is,
   * unless sealed values are required.
   * @throws DecryptionError key id unknown, or the value was moved or altered, or plaintext is not allowed.
   */
  open(text: string, place: SealedPlace): Secret
  /** Whether a stored value is sealed; false: plaintext from before. */
  isSealed(text: string): boolean
  /** Where the keys come from, for messages. */
  readonly source: string
  /** The ids of the ring; the first is the one that seals. */
  readonly keyIds: readonly string[]
  /** The proof of a key of the ring. */
  proofOf(keyId: string): KeyProof
  /** Whether the ring has the key of a proof: that very key, another of the same id, or none of that id. */
  holds(proof: KeyProof): 'the key' | 'another key' | 'no key'
  /** The id of the key that sealed a stored value. Null: plaintext, or sealed text that was cut or altered. */
  keyIdOf(text: string): string | null
}
