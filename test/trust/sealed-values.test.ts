import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DecryptionError } from '../../src/errors.ts'
import type { SealedPlace, SealedPurpose } from '../../src/ports/cipher.ts'
import { KeyRing } from '../../src/sealing/key-ring.ts'
import { Secret } from '../../src/secret.ts'
import { sized } from './sizes.ts'

const place: SealedPlace = { purpose: 'refresh_token', clientId: 'smart-tax-nation', provider: 'zoho_crm' }
const keys = [{ id: 'k1', key: Secret.of(randomBytes(32).toString('base64')) }]
const ring = new KeyRing(keys, 'the test')
const strictRing = new KeyRing(keys, 'the test', { requireSealed: true })

function expectRefused(open: () => unknown): void {
  expect(open).toThrow(DecryptionError)
}

const bytesOf = (envelope: string): Buffer => Buffer.from(envelope.slice('eg1.'.length), 'base64url')
const envelopeOf = (bytes: Uint8Array): string => `eg1.${Buffer.from(bytes).toString('base64url')}`

function flipped(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes)
  copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
  return copy
}

const name = fc.oneof(
  fc.string({ minLength: 1, maxLength: 8 }),
  fc.constantFrom('a', 'b', 'ab', 'bc', 'abc', 'a:b', 'b:c', 'c', '__proto__', 'a,b', '\u0000'),
)
const anyPlace: fc.Arbitrary<SealedPlace> = fc.record({
  purpose: fc.constantFrom<SealedPurpose>('access_token', 'refresh_token'),
  clientId: name,
  provider: name,
})

describe('T2: a sealed value', () => {
  test('T2: of any row and column opens in no other row or column', () => {
    let swaps = 0
    fc.assert(
      fc.property(
        fc.uniqueArray(anyPlace, { minLength: 2, maxLength: 5, selector: JSON.stringify }),
        places => {
          const sealed = places.map((from, index) => ring.seal(Secret.of(`token ${index}`), from))
          for (const [index, text] of sealed.entries()) {
            for (const [other, to] of places.entries()) {
              if (other === index) expect(ring.open(text, to).reveal()).toBe(`token ${index}`)
              else expectRefused(() => ring.open(text, to))
              if (other !== index) swaps += 1
            }
          }
        },
      ),
      { numRuns: sized(2_000, 10_000) },
    )
    expect(swaps).toBeGreaterThan(10_000)
  })

  test.each([
    ['a', 'b:c', 'a:b', 'c'],
    ['a', 'bc', 'ab', 'c'],
    ['a', 'b,c', 'a,b', 'c'],
    ['a', 'b\u0000c', 'a\u0000b', 'c'],
  ])('T2: keeps (%j, %j) and (%j, %j) apart', (clientId, provider, otherClientId, otherProvider) => {
    const sealed = ring.seal(Secret.of('token'), { ...place, clientId, provider })
    const there = { ...place, clientId: otherClientId, provider: otherProvider }
    expectRefused(() => ring.open(sealed, there))
    expect(() => ring.open(sealed, there)).toThrow(
      expect.objectContaining({
        code: 'DECRYPTION_FAILED',
        clientId: otherClientId,
        provider: otherProvider,
      }),
    )
  })
})

describe('T5: a sealed value that was weakened', () => {
  test('T5: with any single bit flipped, in its text or in its bytes, does not open', () => {
    const sealed = ring.seal(Secret.of('1000.abc.def'), place)
    const text = Buffer.from(sealed, 'latin1')
    for (let bit = 0; bit < text.length * 8; bit += 1) {
      expectRefused(() => strictRing.open(flipped(text, bit).toString('latin1'), place))
    }
    const bytes = bytesOf(sealed)
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      expectRefused(() => ring.open(envelopeOf(flipped(bytes, bit)), place))
    }
  })

  test('T5: cut at any place, or with anything behind it, does not open', () => {
    const sealed = ring.seal(Secret.of('1000.abc.def'), place)
    for (let length = 0; length < sealed.length; length += 1) {
      expectRefused(() => strictRing.open(sealed.slice(0, length), place))
    }
    for (const tail of ['A', 'AA', '=', ' ', '\n']) expectRefused(() => ring.open(sealed + tail, place))
  })

  test.each([0, 4, 8, 12, 13, 14, 15])('T5: with a tag of %i bytes does not open', length => {
    const bytes = bytesOf(ring.seal(Secret.of('x'.repeat(64)), place))
    expectRefused(() => ring.open(envelopeOf(bytes.subarray(0, bytes.length - 16 + length)), place))
  })

  test('T5: of another version, or with nothing in it, is not taken for plaintext', () => {
    for (const text of ['', 'eg1.', 'eg2.AAAA', 'eg0.AAAA', 'eg10.x']) {
      expectRefused(() => ring.open(text, place))
    }
  })

  test('T5: that is plaintext from before is read, and refused where sealed values are required', () => {
    for (const text of ['1000.abc.def', 'eg', 'eg1', 'EG1.AAAA', ' eg1.AAAA', 'x'.repeat(200)]) {
      expect(ring.open(text, place).reveal()).toBe(text)
      expectRefused(() => strictRing.open(text, place))
    }
    expect(() => strictRing.open('1000.abc.def', place)).toThrow('without requireSealed')
  })
})
