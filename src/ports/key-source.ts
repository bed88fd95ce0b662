import type { Secret } from '../secret.ts'

/** One key of the ring: its id, printed in envelopes and error messages, and 32 bytes as base64. */
export interface RingKey {
  /** 1 to 32 letters, digits, `_` or `-`. Not secret. */
  readonly id: string
  /** 32 bytes as base64. */
  readonly key: Secret
}

/**
 * Where the keys of the ring come from: the environment, a file, a KMS that unwraps them. Read once, when a
 * service opens. The first key seals; all open.
 */
export interface KeySource {
  /** For messages: where the keys come from. */
  readonly name: string
  /**
   * The ring. Where it rejects, `open` rejects with an `InvalidInputError` that holds no more of the reason than its
   * code or its name.
   */
  load(): Promise<readonly RingKey[]>
}
