import { expect, test } from 'vitest'
import { ENCODINGS, encoded, makeCanary } from './canary.ts'

const canary = makeCanary()

test.each(ENCODINGS)('the canary search finds a secret in %s, whatever stands around it', encoding => {
  for (const before of ['', 'a', 'ab', 'abc', 'abcd', 'abcde']) {
    for (const behind of ['', 'z', 'zy', 'zyx']) {
      expect(canary.findIn(`\0 "${encoded(`${before}${canary.mark}${behind}`, encoding)}" \xff`)).toContain(
        encoding,
      )
    }
  }
})

test('the canary search tells encodings apart, and finds nothing where there is nothing', () => {
  for (const encoding of ENCODINGS) {
    for (const offset of ['', 'a', 'ab']) {
      expect(canary.findIn(encoded(offset + canary.mark, encoding))).toEqual([encoding])
    }
  }
  expect(canary.findIn('')).toEqual([])
  expect(canary.findIn(ENCODINGS.map(encoding => encoded(makeCanary().mark, encoding)).join(' '))).toEqual([])
})

test('the canary search sees what an error hides', () => {
  const inCause = new Error('x', { cause: new Error(canary.secret('token')) })
  const inField = Object.assign(new Error('x'), { detail: { row: [canary.secret('token')] } })
  const hidden = Object.defineProperty(new Error('x'), 'params', { value: [canary.secret('token')] })
  for (const error of [inCause, inField, hidden, new Map([['a', canary.secret('token')]])]) {
    expect(() => canary.expectAbsentFrom(error)).toThrow()
  }
  canary.expectAbsentFrom(new Error('x', { cause: new Error('y') }))
})
