import { createSecretKey, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { decrypt, encrypt } from './xaes-256-gcm.ts'

const nonce = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWX')
const plaintext = Buffer.from('XAES-256-GCM')

// https://c2sp.org/XAES-256-GCM: the second key takes the other branch of the subkey's doubling.
const vectors = [
  {
    key: createSecretKey(Buffer.alloc(32, 1)),
    associatedData: Buffer.alloc(0),
    sealed: 'ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271',
  },
  {
    key: createSecretKey(Buffer.alloc(32, 3)),
    associatedData: Buffer.from('c2sp.org/XAES-256-GCM'),
    sealed: '986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d',
  },
]

describe('XAES-256-GCM', () => {
  test.each(vectors)('seals as the specification does: $sealed', ({ key, associatedData, sealed }) => {
    expect(encrypt(key, nonce, associatedData, plaintext).toString('hex')).toBe(sealed)
  })

  test.each(vectors)('opens what the specification sealed: $sealed', ({ key, associatedData, sealed }) => {
    expect(decrypt(key, nonce, associatedData, Buffer.from(sealed, 'hex'))).toEqual(plaintext)
  })

  test.each([0, 4, 8, 12, 13, 14, 15])('refuses a tag cut to %i bytes', length => {
    const key = createSecretKey(randomBytes(32))
    const sealed = encrypt(key, nonce, Buffer.alloc(0), plaintext)
    const cut = sealed.subarray(0, plaintext.length + length)
    expect(decrypt(key, nonce, Buffer.alloc(0), cut)).toBeNull()
    expect(decrypt(key, nonce, Buffer.alloc(0), sealed)).toEqual(plaintext)
  })

  test('opens nothing under another key, nonce or associated data', () => {
    const key = createSecretKey(randomBytes(32))
    const data = Buffer.from('here')
    const sealed = encrypt(key, nonce, data, plaintext)
    expect(decrypt(createSecretKey(randomBytes(32)), nonce, data, sealed)).toBeNull()
    expect(decrypt(key, nonce, Buffer.from('there'), sealed)).toBeNull()
    for (const position of [0, 11, 12, 23]) {
      const other = Buffer.from(nonce)
      other[position] = 0
      expect(decrypt(key, other, data, sealed)).toBeNull()
    }
  })
})
