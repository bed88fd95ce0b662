import { createSecretKey, type KeyObject, randomBytes } from 'node:crypto'
import { InvalidInputError } from '../errors.ts'
import type { RingKey } from '../ports/key-source.ts'
import { Secret } from '../secret.ts'

const KEY_BYTES = 32
const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/
const HOW_TO_MAKE_ONE = 'Make a key with "evergrant keys generate".'

/** Key ids are printed in envelopes and errors: 1 to 32 letters, digits, `_` or `-`. */
export function isKeyId(text: string): boolean {
  return KEY_ID.test(text)
}

/** A new random key as `id:base64`, the form that `EVERGRANT_ENCRYPTION_KEYS` holds. */
export function generateKey(id: string): string {
  if (!isKeyId(id)) {
    throw new InvalidInputError('A key id is 1 to 32 letters, digits, "_" or "-". Choose another id.')
  }
  return `${id}:${randomBytes(KEY_BYTES).toString('base64')}`
}

/**
 * Reads a list of `id:base64(32 bytes)`.
 * @param source where the list comes from, for messages
 * @throws InvalidInputError names the entry by position and id, never the key.
 */
export function parseRingKeys(entries: readonly string[], source: string): readonly RingKey[] {
  const keys = entries.map((entry, index) => parseRingKey(entry, `Entry ${index + 1} of ${source}`))
  unwrapRingKeys(keys, source)
  return keys
}

/** Keys ready to use, in the ring's order. */
export interface UnwrappedRing {
  readonly sealingKeyId: string
  readonly keys: ReadonlyMap<string, KeyObject>
}

/**
 * Checks the keys of a ring and turns them into key objects.
 * @throws InvalidInputError no key at all, an id that is wrong or occurs twice, or a key that is not 32 bytes.
 */
export function unwrapRingKeys(keys: readonly RingKey[], source: string): UnwrappedRing {
  const first = keys[0]
  if (first === undefined) throw new InvalidInputError(`${source} holds no key. ${HOW_TO_MAKE_ONE}`)
  const ring = new Map<string, KeyObject>()
  for (const [index, { id, key }] of keys.entries()) {
    const entry = `Entry ${index + 1} of ${source}`
    // An id that breaks the rule may be a key in the wrong place: it is not printed.
    if (!isKeyId(id)) {
      throw new InvalidInputError(
        `${entry} has an id that is not 1 to 32 letters, digits, "_" or "-". ` +
          `An entry is id:base64(32 bytes). ${HOW_TO_MAKE_ONE}`,
      )
    }
    if (ring.has(id)) {
      throw new InvalidInputError(
        `${entry} has the id "${id}", which an earlier entry has. Give the new key another id (evergrant keys generate --id NAME); never drop a key that rows are sealed with.`,
      )
    }
    ring.set(ownCopy(id), unwrapKey(key, `${entry} (id "${id}")`))
  }
  return { sealingKeyId: ownCopy(first.id), keys: ring }
}

// A part of a longer text keeps all of it in memory: here, `id:key`.
function ownCopy(id: string): string {
  return Buffer.from(id, 'latin1').toString('latin1')
}

function parseRingKey(entry: string, name: string): RingKey {
  const colon = entry.indexOf(':')
  if (colon === -1) {
    throw new InvalidInputError(
      `${name} has no ":". An entry is id:base64(32 bytes), entries are separated by commas. ${HOW_TO_MAKE_ONE}`,
    )
  }
  return { id: entry.slice(0, colon).trim(), key: Secret.of(entry.slice(colon + 1).trim()) }
}

function unwrapKey(key: Secret, name: string): KeyObject {
  const encoded = key.reveal()
  const bytes = Buffer.from(encoded, 'base64')
  if (bytes.length !== KEY_BYTES || bytes.toString('base64') !== encoded) {
    throw new InvalidInputError(`${name} is not base64 of exactly 32 bytes. ${HOW_TO_MAKE_ONE}`)
  }
  const object = createSecretKey(bytes)
  bytes.fill(0)
  return object
}
