import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'

/** Bytes of a nonce: long enough to be random for every message that will ever be sealed. */
export const NONCE_BYTES = 24
/** Bytes of an authentication tag, the only length accepted. */
export const TAG_BYTES = 16

const BLOCK_BYTES = 16

/** Encrypts by XAES-256-GCM (C2SP); gives the ciphertext with its tag at the end. */
export function encrypt(
  key: KeyObject,
  nonce: Uint8Array,
  associatedData: Uint8Array,
  plaintext: Uint8Array,
): Buffer {
  const messageKey = deriveMessageKey(key, nonce)
  const cipher = createCipheriv('aes-256-gcm', messageKey, nonce.subarray(12), { authTagLength: TAG_BYTES })
  messageKey.fill(0)
  cipher.setAAD(associatedData)
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

/** Undoes {@link encrypt}. Null: another key, nonce or associated data, or altered bytes. */
export function decrypt(
  key: KeyObject,
  nonce: Uint8Array,
  associatedData: Uint8Array,
  sealed: Uint8Array,
): Buffer | null {
  if (sealed.length < TAG_BYTES) return null
  const messageKey = deriveMessageKey(key, nonce)
  // Without `authTagLength`, Node 20 accepts a tag cut to 4 bytes.
  const decipher = createDecipheriv('aes-256-gcm', messageKey, nonce.subarray(12), {
    authTagLength: TAG_BYTES,
  })
  messageKey.fill(0)
  decipher.setAAD(associatedData)
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  const plaintext = decipher.update(sealed.subarray(0, -TAG_BYTES))
  try {
    decipher.final()
  } catch {
    return null
  }
  return plaintext
}

/**
 * The key of one message: NIST SP 800-108r1 KDF in counter mode over CMAC, as the XAES-256-GCM specification
 * spells it out. CMAC of a single whole block is one AES call on the block xor the subkey K1.
 */
function deriveMessageKey(key: KeyObject, nonce: Uint8Array): Buffer {
  const aes = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false)
  const subkey = doubled(aes.update(Buffer.alloc(BLOCK_BYTES)))
  const blocks = Buffer.concat([derivationBlock(1, nonce), derivationBlock(2, nonce)])
  for (let i = 0; i < blocks.length; i += 1) blocks[i] = byteAt(blocks, i) ^ byteAt(subkey, i % BLOCK_BYTES)
  const messageKey = aes.update(blocks)
  subkey.fill(0)
  return messageKey
}

function derivationBlock(counter: number, nonce: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([0, counter, 0x58, 0]), nonce.subarray(0, 12)])
}

// Multiplication by x in GF(2^128), as CMAC does it (RFC 4493 §2.3).
function doubled(block: Buffer): Buffer {
  const result = Buffer.alloc(BLOCK_BYTES)
  for (let i = 0; i < BLOCK_BYTES; i += 1) result[i] = (byteAt(block, i) << 1) | (byteAt(block, i + 1) >> 7)
  if (byteAt(block, 0) >> 7 === 1) result[BLOCK_BYTES - 1] = byteAt(result, BLOCK_BYTES - 1) ^ 0x87
  return result
}

// A byte past the end counts as zero: it is what a shift moves in.
function byteAt(bytes: Buffer, index: number): number {
  return bytes[index] ?? 0
}
