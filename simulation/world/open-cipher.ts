import { DecryptionError } from '../../src/errors.ts'
import type { Cipher, SealedPlace } from '../../src/ports/cipher.ts'
import { Secret } from '../../src/secret.ts'

const MARK = 'sealed'

/** A cipher that hides nothing, so that histories can be read; as strict about places as the real one. */
export class OpenCipher implements Cipher {
  readonly source = 'simulation'
  readonly keyIds = ['open']
  #count = 0

  seal(value: Secret, place: SealedPlace): string {
    this.#count += 1
    return JSON.stringify([MARK, this.#count, ...partsOf(place), value.reveal()])
  }

  open(text: string, place: SealedPlace): Secret {
    const [, , purpose, clientId, provider, value] = JSON.parse(text) as string[]
    const isHere = purpose === place.purpose && clientId === place.clientId && provider === place.provider
    if (isHere && value !== undefined) return Secret.of(value)
    throw new DecryptionError('The sealed value does not belong here.', place)
  }

  isSealed(text: string): boolean {
    return text.startsWith(`["${MARK}"`)
  }

  proofOf(keyId: string): { readonly keyId: string; readonly proof: string } {
    return { keyId, proof: keyId }
  }

  holds(): 'the key' {
    return 'the key'
  }

  keyIdOf(): string {
    return 'open'
  }
}

/** The token in a column, wherever it belongs. */
export function tokenIn(text: string | null): string | null {
  if (text === null) return null
  const value: unknown = JSON.parse(text)
  return Array.isArray(value) ? String(value.at(-1)) : null
}

function partsOf({ purpose, clientId, provider }: SealedPlace): readonly string[] {
  return [purpose, clientId, provider]
}
