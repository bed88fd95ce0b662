import { systemClock } from '../clock.ts'
import { type NamesOf, refuseUnknownNames } from '../known-names.ts'
import type { Clock } from '../ports/clock.ts'
import type { Randomness } from '../ports/randomness.ts'
import { systemRandomness } from '../randomness.ts'
import { generateKey as generateRingKey } from '../sealing/ring-key.ts'

/** How a new key is named. */
export interface GenerateKeyOptions {
  /** 1 to 32 letters, digits, `_` or `-`. Default: the day and six random digits, like `k20261123-3f9a2c`. */
  readonly id?: string | undefined
  /** Default: the machine's. */
  readonly clock?: Clock | undefined
  /** For the id; the key itself is always of the machine's. Default: the machine's. */
  readonly randomness?: Randomness | undefined
}

const NAMES: NamesOf<GenerateKeyOptions> = { id: true, clock: true, randomness: true }

/**
 * A new random encryption key, `id:base64(32 bytes)`: what `EVERGRANT_ENCRYPTION_KEYS` holds. In a list of keys
 * the first seals and all open, so a new key goes in front of the old ones.
 * @throws InvalidInputError the id is none
 */
export function generateKey(options: GenerateKeyOptions = {}): string {
  refuseUnknownNames(options, Object.keys(NAMES), { owner: 'generateKey()', noun: 'option' })
  const { id, clock = systemClock, randomness = systemRandomness } = options
  return generateRingKey(id ?? newKeyId(clock, randomness))
}

// The day alone would give the same id to two keys of one day, and a ring holds an id only once.
function newKeyId(clock: Clock, randomness: Randomness): string {
  const day = new Date(clock.wallMs()).toISOString().slice(0, 10).replaceAll('-', '')
  return `k${day}-${randomness.uuid().slice(0, 6)}`
}
