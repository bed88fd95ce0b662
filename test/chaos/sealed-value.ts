import { createCipheriv, createDecipheriv } from 'node:crypto'

/** Whose a sealed value is. */
export interface Owner {
  readonly connection: string
  readonly provider: string
}

/**
 * Opens a sealed refresh token of the table with one key: for the judge, after the C2SP specification of XAES-256-GCM
 * and the page on the schema, with nothing of the product.
 * @throws Error it does not open
 */
export function openRefreshToken(text: string, key: Buffer, { connection, provider }: Owner): string {
  const bytes = Buffer.from(text.replace(/^eg1\./, ''), 'base64url')
  const idEnd = 1 + bytes.readUInt8(0)
  const keyId = bytes.toString('latin1', 1, idEnd)
  const nonce = bytes.subarray(idEnd, idEnd + 24)
  const decipher = createDecipheriv('aes-256-gcm', messageKeyOf(key, nonce), nonce.subarray(12), {
    authTagLength: 16,
  })
  decipher.setAAD(Buffer.concat(['eg1', keyId, 'refresh_token', connection, provider].map(withLength)))
  decipher.setAuthTag(bytes.subarray(-16))
  const opened = decipher.update(bytes.subarray(idEnd + 24, -16))
  // The first byte names the encoding of the text: 0, UTF-8.
  return Buffer.concat([opened, decipher.final()]).toString('utf8', 1)
}

/** AES of the two blocks 00 0i 58 00 ‖ N[0..11], each xor the CMAC subkey K1. */
function messageKeyOf(key: Buffer, nonce: Buffer): Buffer {
  const zero = aes(key, Buffer.alloc(16))
  const shifted = (BigInt(`0x${zero.toString('hex')}`) << 1n) & ((1n << 128n) - 1n)
  const subkey = (zero.readUInt8(0) & 0x80) === 0 ? shifted : shifted ^ 0x87n
  const halves = [1, 2].map(counter => {
    const block = Buffer.concat([Buffer.from([0, counter, 0x58, 0]), nonce.subarray(0, 12)])
    const mixed = (BigInt(`0x${block.toString('hex')}`) ^ subkey).toString(16).padStart(32, '0')
    return aes(key, Buffer.from(mixed, 'hex'))
  })
  return Buffer.concat(halves)
}

function aes(key: Buffer, block: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false)
  return Buffer.concat([cipher.update(block), cipher.final()])
}

function withLength(field: string): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(Buffer.byteLength(field))
  return Buffer.concat([length, Buffer.from(field)])
}
