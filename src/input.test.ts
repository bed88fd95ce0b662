import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InvalidInputError } from './errors.ts'
import { parseDuration, parseKey, parseMetadata, parseScopes, parseToken } from './input.ts'

const key = { clientId: 'client', provider: 'zoho_crm' }

describe('names of clients and providers', () => {
  test.each([
    'a',
    'smart-tax-nation',
    '__proto__',
    'constructor',
    '../x',
    'two words',
    'x'.repeat(255),
    '~!"',
  ])('may be %s', name => {
    expect(parseKey(name, 'zoho_crm')).toEqual({ clientId: name, provider: 'zoho_crm' })
  })

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['an empty string', ''],
    ['a leading space', ' a'],
    ['a trailing space', 'a '],
    ['256 characters', 'x'.repeat(256)],
    ['300 KB', 'x'.repeat(300_000)],
    ['full-width letters', 'ｚｏｈｏ'],
    ['a line break', 'a\nb'],
    ['a NUL', 'a\0b'],
  ])('may not be %s', (_, name) => {
    expect(() => parseKey(name, 'zoho_crm')).toThrow(InvalidInputError)
    expect(() => parseKey('client', name)).toThrow(/provider must be/)
  })
})

describe('tokens', () => {
  test('are printable ASCII up to 16 KiB, and are never quoted in a message', () => {
    expect(parseToken('x'.repeat(16_384), 'accessToken', key).reveal()).toHaveLength(16_384)
    for (const bad of ['', 'canary\n', 'canary\0', 'canary\ud800', `canary${'x'.repeat(16_384)}`, 7, null]) {
      expect(() => parseToken(bad, 'accessToken', key)).toThrow(InvalidInputError)
      expect(() => parseToken(bad, 'accessToken', key)).not.toThrow(/canary/)
    }
  })
})

describe('scopes', () => {
  test('are a list, or a string with spaces or commas', () => {
    expect(parseScopes(['a.READ', 'b'], 'scopes', key)).toEqual(['a.READ', 'b'])
    expect(parseScopes('a.READ, b c', 'scopes', key)).toEqual(['a.READ', 'b', 'c'])
    expect(parseScopes(['a', 'a'], 'scopes', key)).toEqual(['a'])
    expect(parseScopes(undefined, 'scopes', key)).toBeNull()
  })

  test.each([[['a,b']], [['a b']], [['']], [[7]], [{}], [7]])('are not %o', scopes => {
    expect(() => parseScopes(scopes, 'scopes', key)).toThrow(InvalidInputError)
  })
})

describe('metadata', () => {
  test('come out as they went in', () => {
    const metadata = { api_domain: 'https://www.zohoapis.eu', nested: { list: [1, null, 'ü🙂\\u0000'] } }
    expect(parseMetadata(metadata, key)).toEqual(metadata)
    expect(parseMetadata(undefined, key)).toEqual({})
  })

  test.each([
    ['a list', []],
    ['a string', 'x'],
    ['a NUL', { a: '\0' }],
    ['an unpaired surrogate', { a: '\ud800' }],
    ['a BigInt', { a: 1n }],
    ['far too much', { a: 'x'.repeat(70_000) }],
    ['a class', new Map()],
  ])('may not be or hold %s', (_, metadata) => {
    expect(() => parseMetadata(metadata, key)).toThrow(InvalidInputError)
  })

  test('a cycle is refused', () => {
    const cyclic: Record<string, unknown> = {}
    cyclic.self = cyclic
    expect(() => parseMetadata(cyclic, key)).toThrow(InvalidInputError)
  })

  test('any well-formed strings pass through unchanged', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string({ unit: 'grapheme' })), metadata => {
        const text = JSON.stringify(metadata)
        fc.pre(!text.includes('\\u0000'))
        expect(parseMetadata({ ...metadata }, key)).toEqual(JSON.parse(text))
      }),
    )
  })
})

test('durations are 0 or more ms', () => {
  expect(parseDuration(undefined, 'minValidMs', key)).toBe(0)
  expect(parseDuration(5, 'minValidMs', key)).toBe(5)
  for (const bad of [-1, Number.NaN, Infinity, '5', null]) {
    expect(() => parseDuration(bad, 'minValidMs', key)).toThrow(/minValidMs/)
  }
})
