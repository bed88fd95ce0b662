import { type KeyObject, randomBytes } from 'node:crypto'
import { DecryptionError, InvalidInputError } from '../errors.ts'
import type { Cipher, SealedPlace } from '../ports/cipher.ts'
import type { KeyProof } from '../ports/key-proofs.ts'
import type { KeySource, RingKey } from '../ports/key-source.ts'
import { Secret } from '../secret.ts'
import { associatedDataOf, type BoundPlace } from './associated-data.ts'
import { formatEnvelope, hasEnvelopePrefix, keyIdOf, parseEnvelope } from './envelope.ts'
import { loadKeys } from './load-keys.ts'
import { decodePlaintext, encodePlaintext } from './plaintext.ts'
import { unwrapRingKeys } from './ring-key.ts'
import { decrypt, encrypt, NONCE_BYTES } from './xaes-256-gcm.ts'

export interface KeyRingOptions {
  /** Refuse plaintext from before. Default false: it is readable until it is sealed. */
  readonly requireSealed?: boolean | undefined
}

/** Seals with its first key, opens with all. */
export class KeyRing implements Cipher {
  readonly #keys: ReadonlyMap<string, KeyObject>
  readonly #sealingKeyId: string
  readonly source: string
  readonly #requireSealed: boolean

  /**
   * @param source where the keys come from, for messages
   * @throws InvalidInputError no key, a wrong or repeated id, or a key that is not 32 bytes.
   */
  constructor(keys: readonly RingKey[], source: string, options: KeyRingOptions = {}) {
    const ring = unwrapRingKeys(keys, source)
    this.#keys = ring.keys
    this.#sealingKeyId = ring.sealingKeyId
    this.source = source
    this.#requireSealed = options.requireSealed ?? false
  }

  /** Loads the keys of a source. @throws InvalidInputError as the constructor does, and where the source fails. */
  static async load(source: KeySource, options: KeyRingOptions = {}): Promise<KeyRing> {
    return new KeyRing(await loadKeys(source), source.name, options)
  }

  get keyIds(): readonly string[] {
    return [...this.#keys.keys()]
  }

  seal(value: Secret, place: SealedPlace): string {
    return sealWith(this.#sealingKeyId, this.#key(this.#sealingKeyId, place), value.reveal(), place)
  }

  open(text: string, place: SealedPlace): Secret {
    if (!hasEnvelopePrefix(text)) return this.#openPlaintext(text, place)
    const envelope = parseEnvelope(text)
    if (envelope === null) {
      throw new DecryptionError(
        `${nameOf(place)} does not open: it was altered or cut. To mend it, ${RESTORE}`,
        place,
      )
    }

    const { keyId, nonce, sealed } = envelope
    const plaintext = decrypt(this.#key(keyId, place), nonce, associatedDataOf(keyId, place), sealed)
    const value = plaintext === null ? null : decodePlaintext(plaintext)
    if (value === null) throw this.#unopened(keyId, place)
    return Secret.of(value)
  }

  isSealed(text: string): boolean {
    return hasEnvelopePrefix(text)
  }

  keyIdOf(text: string): string | null {
    return keyIdOf(text)
  }

  proofOf(keyId: string): KeyProof {
    const key = this.#keys.get(keyId)
    if (key === undefined) throw new InvalidInputError(`There is no key "${keyId}" in ${this.source}.`)
    return { keyId, proof: sealWith(keyId, key, keyId, PROOF) }
  }

  holds({ keyId, proof }: KeyProof): 'the key' | 'another key' | 'no key' {
    const key = this.#keys.get(keyId)
    if (key === undefined) return 'no key'
    const envelope = parseEnvelope(proof)
    if (envelope?.keyId !== keyId) return 'another key'
    const opened = decrypt(key, envelope.nonce, associatedDataOf(keyId, PROOF), envelope.sealed)
    return opened === null ? 'another key' : 'the key'
  }

  #openPlaintext(text: string, place: SealedPlace): Secret {
    if (text === '') {
      throw new DecryptionError(`${nameOf(place)} is an empty text. To mend it, ${RESTORE}`, place)
    }
    if (this.#requireSealed) {
      throw new DecryptionError(
        `${nameOf(place)} is not sealed, and this service requires sealed values. ` +
          'Open the service without requireSealed until each connection was refreshed or stored again: that seals it.',
        place,
      )
    }
    return Secret.of(text)
  }

  /** The tag tells no cause from another, so the one that a person can mend best comes first. */
  #unopened(keyId: string, place: SealedPlace): DecryptionError {
    return new DecryptionError(
      `${nameOf(place)} does not open with the key "${keyId}": another key of the same id sealed it, or it was ` +
        `altered, cut, or moved from another place. Put the key "${keyId}" that sealed it into ${this.source}, ` +
        `instead of the one that is there. If nobody has it, ${RESTORE}`,
      place,
    )
  }

  #key(id: string, place: SealedPlace): KeyObject {
    const key = this.#keys.get(id)
    if (key !== undefined) return key
    throw new DecryptionError(
      `${nameOf(place)} was sealed with the key "${id}", which is not in the key ring ` +
        `(it holds: ${this.keyIds.join(', ')}). Add that key to ${this.source}, behind the first one, ` +
        'or connect the account again if the key is lost.',
      place,
    )
  }
}

const PROOF: BoundPlace = { purpose: 'key_proof', clientId: '', provider: '' }

function sealWith(keyId: string, key: KeyObject, text: string, place: BoundPlace): string {
  const nonce = randomBytes(NONCE_BYTES)
  const sealed = encrypt(key, nonce, associatedDataOf(keyId, place), encodePlaintext(text))
  return formatEnvelope({ keyId, nonce, sealed })
}

const RESTORE =
  'restore the row from a backup, or give new tokens to `evergrant import --overwrite`, or to storeTokens().'

function nameOf({ purpose, clientId, provider }: SealedPlace): string {
  return `The stored ${purpose} of "${clientId}" at "${provider}"`
}
