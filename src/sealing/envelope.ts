import { isKeyId } from './ring-key.ts'
import { NONCE_BYTES, TAG_BYTES } from './xaes-256-gcm.ts'

/** The version of the envelope that this package writes, and the only one it opens. */
export const ENVELOPE_VERSION = 'eg1'

const PREFIX = `${ENVELOPE_VERSION}.`
// Other versions are Evergrant's too: a value of a later release must not pass for plaintext after a roll-back.
const ANY_VERSION = /^eg[0-9]+\./

/** A sealed value taken apart. */
export interface Envelope {
  readonly keyId: string
  readonly nonce: Buffer
  /** Ciphertext, with the tag at its end. */
  readonly sealed: Buffer
}

/** `eg1.` and base64url of: length of the key id (1 byte), key id, nonce, ciphertext, tag. */
export function formatEnvelope({ keyId, nonce, sealed }: Envelope): string {
  const id = Buffer.from(keyId, 'latin1')
  return PREFIX + Buffer.concat([Buffer.from([id.length]), id, nonce, sealed]).toString('base64url')
}

/** Null: not an envelope that {@link formatEnvelope} could have written. */
export function parseEnvelope(text: string): Envelope | null {
  if (!text.startsWith(PREFIX)) return null
  const encoded = text.slice(PREFIX.length)
  const bytes = Buffer.from(encoded, 'base64url')
  // Node skips what is not base64url, and ignores spare bits: only the canonical spelling is accepted.
  if (bytes.toString('base64url') !== encoded) return null

  const idEnd = 1 + (bytes[0] ?? 0)
  const nonceEnd = idEnd + NONCE_BYTES
  const keyId = bytes.toString('latin1', 1, idEnd)
  if (!isKeyId(keyId) || bytes.length < nonceEnd + TAG_BYTES) return null
  return { keyId, nonce: bytes.subarray(idEnd, nonceEnd), sealed: bytes.subarray(nonceEnd) }
}

/** Whether a stored text was written by Evergrant, by whatever version: it must open, or be refused. */
export function hasEnvelopePrefix(text: string): boolean {
  return ANY_VERSION.test(text)
}

/** The id of the key that sealed a stored text. Null: plaintext, or not a whole envelope. */
export function keyIdOf(text: string): string | null {
  return parseEnvelope(text)?.keyId ?? null
}
