import type { Secret } from '../secret.ts'

/** One key of the ring: its id, printed in envelopes and error messages, and 32 bytes as base64. */
export interface RingKey {
  readonly id: string
  readonly key: Secret
}

/**
 * Where the keys of the ring come from: the environment, a file, a KMS that unwraps them. Read once, when a
 * service opens. The first key seals; all open.
 */
export interface KeySource {
  readonly name: string
  load(): Promise<readonly RingKey[]>
}
