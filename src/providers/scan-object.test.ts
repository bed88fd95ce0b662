import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { scanObject, stringOf } from './scan-object.ts'

function valuesOf(text: string): [string, string][] {
  return scanObject(text).members.map(({ name, value }) => [name, value])
}

describe('scanning an object', () => {
  test('finds the members that JSON.parse finds, with the same values', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()),
        fc.constantFrom(undefined, 1, '\t'),
        (object, indent) => {
          const text = JSON.stringify(object, null, indent)
          const found = new Map(scanObject(text).members.map(({ name, value }) => [name, JSON.parse(value)]))
          expect(found).toEqual(new Map(Object.entries(JSON.parse(text))))
        },
      ),
      { numRuns: 2_000 },
    )
  })

  test('finds, in a text cut anywhere, just the members that were whole', () => {
    const object = { a: 'x"}\\', n: 36, o: { a: [1, '}'] }, e: '', t: true, z: ['{'] }
    const text = JSON.stringify(object)
    const whole = valuesOf(text)
    expect(whole).toHaveLength(6)
    for (let length = 0; length <= text.length; length += 1) {
      const found = valuesOf(text.slice(0, length))
      expect(found).toEqual(whole.slice(0, found.length))
    }
    expect(valuesOf('{"a":"b"')).toEqual([['a', '"b"']])
    expect(valuesOf('{"n":36')).toEqual([])
  })

  test('gives repeated members each, in order', () => {
    expect(valuesOf('{"a":1, "\\u0061" : 2}')).toEqual([
      ['a', '1'],
      ['a', '2'],
    ])
  })

  test('goes on behind what is not JSON', () => {
    expect(
      valuesOf('<b>Warning</b> {"a": NaN, "b": "say "hi"", \'c\': 1, "d":"2"}').map(([name]) => name),
    ).toEqual(['a', 'b'])
    expect(valuesOf('{"a":"x"junk,"b":"y"}')).toEqual([
      ['a', '"x"'],
      ['b', '"y"'],
    ])
  })

  test.each(['', '{', '{"', '{"a', '{"a"', '{"a":', '[]', 'null', '"{"', '{,}', '{1:2}', '}', '{{"a":"b"}'])(
    'finds nothing in %j',
    text => expect(valuesOf(text)).toEqual([]),
  )

  test('counts how deep a text nests without going down itself', () => {
    expect(scanObject('{}').depth).toBe(1)
    expect(scanObject('{"a":[{"b":"]]]"}]}').depth).toBe(3)
    expect(scanObject(`{"a":${'['.repeat(100_000)}`).depth).toBe(100_001)
    expect(scanObject(`{"a":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_001)}`).depth).toBe(100_001)
  })

  test('takes time in proportion to the text', () => {
    // Quadratic work on these would take minutes.
    for (const text of [
      `{${'"a":1,'.repeat(300_000)}`,
      `{"a":"${'\\'.repeat(2_000_000)}`,
      `{"a":1${' '.repeat(2_000_000)}`,
    ]) {
      expect(scanObject(text).depth).toBe(1)
    }
  })
})

describe('a string literal', () => {
  test('means what JSON says, raw control characters tolerated', () => {
    expect(stringOf('"a\\u0000\\n\\ud800"')).toBe('a\u0000\n\ud800')
    expect(stringOf('"a\u0000\nb"')).toBe('a\u0000\nb')
  })

  test.each(['1', 'null', '{}', '"', '"a', '"\\x"', '"a" "b"'])('is not %j', literal => {
    expect(stringOf(literal)).toBeNull()
  })
})
