import { expect, test } from 'vitest'
import { parseRingKeys } from '../sealing/ring-key.ts'
import { seededRandomness } from '../testing/seeded-randomness.ts'
import { generateKey } from './generate-key.ts'

const clock = { wallMs: () => Date.UTC(2026, 10, 23, 23, 59), monotonicMs: () => 0, delay: async () => {} }

test('a key is named after its day, and is one that a ring takes', () => {
  const key = generateKey({ clock, randomness: seededRandomness(1) })
  expect(key).toMatch(/^k20261123-[0-9a-f]{6}:[A-Za-z0-9+/]{43}=$/)
  expect(parseRingKeys([key], 'the test')[0]?.id).toMatch(/^k20261123-[0-9a-f]{6}$/)
  expect(generateKey({ clock, randomness: seededRandomness(1) }).slice(0, 16)).toBe(key.slice(0, 16))
})

test('two keys of one day have two ids, so that one ring takes both', () => {
  const keys = [generateKey({ clock }), generateKey({ clock })]
  expect(new Set(parseRingKeys(keys, 'the test').map(({ id }) => id)).size).toBe(2)
})

test('a key can be named, and two keys are never the same', () => {
  expect(generateKey({ id: 'prod-1' })).toMatch(/^prod-1:/)
  expect(generateKey({ id: 'a' })).not.toBe(generateKey({ id: 'a' }))
})

test('a name that no ring takes is refused', () => {
  expect(() => generateKey({ id: 'with:colon' })).toThrow(/key id/)
})

test('an option that does not exist is refused', () => {
  expect(() => generateKey({ ID: 'a' } as never)).toThrow(
    'generateKey() has no option "ID". Did you mean "id"?',
  )
})
