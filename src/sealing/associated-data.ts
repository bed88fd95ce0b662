import type { SealedPlace, SealedPurpose } from '../ports/cipher.ts'
import { ENVELOPE_VERSION } from './envelope.ts'

/** What a sealed text is for, and whose. The proof of a key is nobody's. */
export interface BoundPlace extends Omit<SealedPlace, 'purpose'> {
  readonly purpose: SealedPurpose | 'key_proof'
}

/**
 * What a sealed value is bound to: version, key, purpose, client and provider. Every field carries its length,
 * so that `("a", "b:c")` and `("a:b", "c")` stay apart.
 */
export function associatedDataOf(keyId: string, place: BoundPlace): Buffer {
  return Buffer.concat(
    [ENVELOPE_VERSION, keyId, place.purpose, place.clientId, place.provider].flatMap(lengthPrefixed),
  )
}

function lengthPrefixed(field: string): [Buffer, Buffer] {
  const bytes = Buffer.from(field, 'utf8')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return [length, bytes]
}
