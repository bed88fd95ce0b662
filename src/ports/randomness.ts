/** Randomness for ids and jitter. Nonces and keys come from `node:crypto` inside `sealing/`. */
export interface Randomness {
  /** A number from 0 (included) to 1 (excluded), for jitter. */
  fraction(): number
  /** A random UUID (RFC 9562, version 4), for rows, leases and attempts. */
  uuid(): string
}
