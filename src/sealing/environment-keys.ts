import { InvalidInputError } from '../errors.ts'
import type { KeySource } from '../ports/key-source.ts'
import { parseRingKeys } from './ring-key.ts'

/**
 * The key ring of an environment variable: `id:base64(32 bytes)`, comma-separated; the first key seals.
 * `load` rejects with InvalidInputError for an absent or wrong value; it never names a key, only its id.
 */
export function environmentKeys(value: string | undefined, variableName: string): KeySource {
  return {
    name: variableName,
    load: async () => {
      if (value === undefined || value.trim() === '') {
        throw new InvalidInputError(
          `${variableName} is not set. Make a key with "evergrant keys generate" and put it there.`,
        )
      }
      return parseRingKeys(value.split(','), variableName)
    },
  }
}
