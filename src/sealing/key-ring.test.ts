import { randomBytes } from 'node:crypto'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { DecryptionError, InvalidInputError } from '../errors.ts'
import type { SealedPlace } from '../ports/cipher.ts'
import type { RingKey } from '../ports/key-source.ts'
import { Secret } from '../secret.ts'
import { keyIdOf } from './envelope.ts'
import { KeyRing } from './key-ring.ts'

const place: SealedPlace = { purpose: 'refresh_token', clientId: 'smart-tax-nation', provider: 'zoho_crm' }

function ringKey(id: string): RingKey {
  return { id, key: Secret.of(randomBytes(32).toString('base64')) }
}

const first = ringKey('k1')
const ring = new KeyRing([first], 'the test')
const strictRing = new KeyRing([first], 'the test', { requireSealed: true })

function failureOf(open: () => unknown): DecryptionError {
  try {
    open()
  } catch (error) {
    if (error instanceof DecryptionError) return error
    throw error
  }
  throw new Error('The value opened.')
}

function bytesOf(envelope: string): Buffer {
  return Buffer.from(envelope.slice('eg1.'.length), 'base64url')
}

// Any sequence of UTF-16 code units: NUL, controls and lone surrogates included.
const anyString = fc
  .array(fc.oneof(fc.nat(0xffff), fc.constantFrom(0, 0xd800, 0xdfff, 0xfffd)), { maxLength: 200 })
  .map(units => String.fromCharCode(...units))

describe('a key ring', () => {
  test('gives back exactly the string that was sealed, whatever it holds', () => {
    fc.assert(
      fc.property(anyString, value => {
        expect(ring.open(ring.seal(Secret.of(value), place), place).reveal()).toBe(value)
      }),
      { numRuns: 2_000 },
    )
  })

  test('seals an empty value and one of 16 KiB', () => {
    for (const value of ['', 'x'.repeat(16 * 1024)]) {
      expect(ring.open(ring.seal(Secret.of(value), place), place).reveal()).toBe(value)
    }
  })

  test('seals the same value differently every time', () => {
    const sealed = new Set(Array.from({ length: 1_000 }, () => ring.seal(Secret.of('token'), place)))
    expect(sealed.size).toBe(1_000)
  })

  test('writes text of the envelope alphabet that names its key', () => {
    const sealed = ring.seal(Secret.of('token'), place)
    expect(sealed).toMatch(/^eg1\.[A-Za-z0-9_-]+$/)
    expect(keyIdOf(sealed)).toBe('k1')
    expect(keyIdOf('1000.abc.def')).toBeNull()
    expect(keyIdOf('eg1.')).toBeNull()
  })

  test('rejects other spellings of the same base64', () => {
    // 1 + 2 + 24 + (1 + 5) + 16 bytes: one more than a multiple of three, so the last character has spare bits.
    const sealed = ring.seal(Secret.of('12345'), place)
    const last = sealed.slice(-1)
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const sibling = alphabet[alphabet.indexOf(last) + 1] ?? ''
    const respelled = sealed.slice(0, -1) + sibling
    expect(bytesOf(respelled)).toEqual(bytesOf(sealed))
    for (const text of [respelled, `${sealed}=`, `${sealed.slice(0, 9)}\n${sealed.slice(9)}`]) {
      failureOf(() => ring.open(text, place))
    }
  })

  test('seals with its first key and opens with all', () => {
    const second = ringKey('k2')
    const before = ring.seal(Secret.of('token'), place)
    const rotated = new KeyRing([second, first], 'the test')
    expect(rotated.open(before, place).reveal()).toBe('token')
    expect(keyIdOf(rotated.seal(Secret.of('token'), place))).toBe('k2')
    expect(rotated.keyIds).toEqual(['k2', 'k1'])
  })

  test('names an unknown key, the connection and what to do, but never the value', () => {
    const sealed = new KeyRing([ringKey('lost')], 'the test').seal(Secret.of('canary-value'), place)
    const error = failureOf(() => ring.open(sealed, place))
    expect(error.message).toContain('"lost"')
    expect(error.message).toContain('Add that key')
    expect(error).toMatchObject({ clientId: 'smart-tax-nation', provider: 'zoho_crm', retryable: false })
    expect(error.message).not.toContain(sealed.slice(4))
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain('canary-value')
  })

  test('does not open with another key of the same id', () => {
    const impostor = new KeyRing([ringKey('k1')], 'the test')
    const { message } = failureOf(() => impostor.open(ring.seal(Secret.of('token'), place), place))
    expect(message).toMatch(/does not open with the key "k1": another key of the same id sealed it, or /)
    expect(message).toContain('Put the key "k1" that sealed it into the test')
  })

  test('speaks of no other key where the text is no whole envelope', () => {
    const { message } = failureOf(() => ring.open('eg1.AAAA', place))
    expect(message).toContain('it was altered or cut')
    expect(message).not.toContain('key')
  })

  test('gives plaintext from before as it is, unless sealed values are required', () => {
    expect(ring.open('1000.abc.def', place).reveal()).toBe('1000.abc.def')
    expect(failureOf(() => strictRing.open('1000.abc.def', place)).message).toContain('without requireSealed')
  })

  test('prints no key, however it is inspected', () => {
    const base64 = first.key.reveal()
    const bytes = Buffer.from(base64, 'base64')
    for (const subject of [ring, first]) {
      const printed = inspect(subject, { showHidden: true, depth: 9, maxArrayLength: null })
      for (const form of [
        base64,
        bytes.toString('hex'),
        bytes.toString('base64url'),
        inspect(bytes),
        bytes.join(', '),
      ]) {
        expect(printed).not.toContain(form)
      }
      expect(JSON.stringify(subject)).not.toContain(base64)
    }
  })

  test.each([
    ['no key at all', []],
    ['a wrong id', [{ id: 'a b', key: first.key }]],
    ['an id twice', [first, ringKey('k1')]],
    ['a key of 16 bytes', [{ id: 'k1', key: Secret.of(randomBytes(16).toString('base64')) }]],
  ])('is not made with %s', (_, keys) => {
    expect(() => new KeyRing(keys, 'the test')).toThrow(InvalidInputError)
  })
})
