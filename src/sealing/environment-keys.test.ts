import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { InvalidInputError } from '../errors.ts'
import { environmentKeys } from './environment-keys.ts'
import { KeyRing } from './key-ring.ts'
import { generateKey } from './ring-key.ts'

async function failureOf(value: string | undefined): Promise<InvalidInputError> {
  const outcome = await environmentKeys(value, 'EVERGRANT_ENCRYPTION_KEYS')
    .load()
    .catch((error: unknown) => error)
  if (outcome instanceof InvalidInputError) return outcome
  throw new Error('The keys were accepted.')
}

function key(bytes = 32): string {
  // Bytes that make every character of base64 likely.
  return randomBytes(bytes).toString('base64')
}

describe('keys of the environment', () => {
  test('are read in their order, spaces around them ignored', async () => {
    const ring = await KeyRing.load(
      environmentKeys(` ${generateKey('new')} ,\n ${generateKey('old')}\n`, 'EVERGRANT_ENCRYPTION_KEYS'),
    )
    expect(ring.keyIds).toEqual(['new', 'old'])
  })

  test.each([undefined, '', '  \n'])('are refused when the variable is %j', async value => {
    const { message } = await failureOf(value)
    expect(message).toContain('EVERGRANT_ENCRYPTION_KEYS is not set')
    expect(message).toContain('evergrant keys generate')
  })

  test.each([
    ['no colon', key(), 'Entry 2'],
    ['an empty entry', '', 'Entry 2'],
    ['a key of 31 bytes', `k2:${key(31)}`, 'Entry 2 of EVERGRANT_ENCRYPTION_KEYS (id "k2")'],
    ['a key of 33 bytes', `k2:${key(33)}`, 'Entry 2 of EVERGRANT_ENCRYPTION_KEYS (id "k2")'],
    ['base64 with a foreign character', `k2:${key().slice(0, 20)}*${key().slice(21)}`, '(id "k2")'],
    ['base64 without its padding', `k2:${key().slice(0, -1)}`, '(id "k2")'],
    ['hex for base64', `k2:${randomBytes(32).toString('hex')}`, '(id "k2")'],
    ['no key', 'k2:', '(id "k2")'],
    ['an id with a space', `my key:${key()}`, 'Entry 2'],
    ['an id of 33 characters', `${'k'.repeat(33)}:${key()}`, 'Entry 2'],
    ['an empty id', `:${key()}`, 'Entry 2'],
    ['id and key in the wrong order', `${key()}:k2`, 'Entry 2'],
  ])('are refused with %s: the entry is named, its text is not', async (_, entry, named) => {
    const { message } = await failureOf(`${generateKey('k1')},${entry}`)
    expect(message).toContain(named)
    expect(message).toContain('evergrant keys generate')
    for (const part of entry.split(':')) if (part.length > 16) expect(message).not.toContain(part)
  })

  test('are refused when an id occurs twice', async () => {
    const { message } = await failureOf(`${generateKey('k1')},${generateKey('k1')}`)
    expect(message).toContain('Entry 2')
    expect(message).toContain('"k1"')
  })
})

describe('a generated key', () => {
  test('is 32 new random bytes under the id asked for', () => {
    const keys = Array.from({ length: 100 }, () => generateKey('k1'))
    expect(new Set(keys).size).toBe(100)
    for (const text of keys) expect(text).toMatch(/^k1:[A-Za-z0-9+/]{43}=$/)
  })

  test('is not made under an id that breaks the rule', () => {
    for (const id of ['', 'a b', 'a:b', 'k'.repeat(33)]) {
      expect(() => generateKey(id)).toThrow(InvalidInputError)
    }
  })
})
