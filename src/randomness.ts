import type { Randomness } from './ports/randomness.ts'

/** The machine's own randomness. */
export const systemRandomness: Randomness = {
  fraction: () => Math.random(),
  uuid: () => crypto.randomUUID(),
}
