import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { Secret } from './secret.ts'

describe('a secret', () => {
  const secret = Secret.of('canary-4711')
  const nested = { deep: [secret], map: new Map([['key', secret]]) }

  test('gives its value only when it is asked for', () => {
    expect(secret.reveal()).toBe('canary-4711')
  })

  test.each([
    ['String', () => String(secret)],
    ['a template', () => `${secret}`],
    ['JSON.stringify', () => JSON.stringify(nested)],
    ['util.inspect with everything on', () => inspect(nested, { showHidden: true, depth: 9, getters: true })],
    ['structuredClone', () => inspect(structuredClone(secret), { showHidden: true })],
    ['Object.entries', () => inspect(Object.entries(secret))],
  ])('does not show itself to %s', (_, print) => {
    expect(print()).not.toContain('canary')
  })

  test('compares by value', () => {
    expect(secret.equals(Secret.of('canary-4711'))).toBe(true)
    expect(secret.equals(Secret.of('another'))).toBe(false)
    expect(secret.equals(null)).toBe(false)
  })
})
