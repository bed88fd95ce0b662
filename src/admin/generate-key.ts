import { systemClock } from '../clock.ts'
import { type NamesOf, refuseUnknownNames } from '../known-names.ts'
import type { Clock } from '../ports/clock.ts'
import { generateKey as generateRingKey } from '../sealing/ring-key.ts'

export interface GenerateKeyOptions {
  /** 1 to 32 letters, digits, `_` or `-`. Default: today's date, like `k20261123`. */
  readonly id?: string | undefined
  /** Default: the machine's. */
  readonly clock?: Clock | undefined
}

const NAMES: NamesOf<GenerateKeyOptions> = { id: true, clock: true }

/**
 * A new random encryption key, `id:base64(32 bytes)`: what `EVERGRANT_ENCRYPTION_KEYS` holds. In a list of keys
 * the first seals and all open, so a new key goes in front of the old ones.
 * @throws InvalidInputError the id is none
 */
export function generateKey(options: GenerateKeyOptions = {}): string {
  refuseUnknownNames(options, Object.keys(NAMES), { owner: 'generateKey()', noun: 'option' })
  const { id, clock = systemClock } = options
  return generateRingKey(id ?? `k${dateOf(clock.wallMs())}`)
}

function dateOf(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(0, 10).replaceAll('-', '')
}
