import fc from 'fast-check'
import { expect, test } from 'vitest'
import { wrapped } from './wrapped-text.ts'

test('words go on the next line where this one is full, with an indent', () => {
  expect(wrapped('error [X] one two three four', 16, '  ')).toEqual(['error [X] one', '  two three four'])
})

test('what fits stays one line, spaces at its beginning too', () => {
  expect(wrapped('      one two', 16)).toEqual(['      one two'])
})

test('a word that is longer than a line stays whole, and so does a command', () => {
  const path = `/very/${'long/'.repeat(10)}path`
  expect(wrapped(`See ${path} there`, 20)).toEqual(['See', path, 'there'])
  expect(wrapped('Run `evergrant keys generate`, then go on.', 24)).toEqual([
    'Run',
    '`evergrant keys generate`,',
    'then go on.',
  ])
})

test('spaces stay as they are, where no line ends', () => {
  expect(wrapped('  a  b   c', 16)).toEqual(['  a  b   c'])
  expect(wrapped('Look at a  b/c', 12, '    ')).toEqual(['Look at a', '    b/c'])
})

test('colours take no room', () => {
  expect(wrapped('\u001b[31merror\u001b[39m one two', 14)).toEqual(['\u001b[31merror\u001b[39m one two'])
})

test('nothing is lost, and no line is longer than it must be', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', '-', '.'), minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(fc.array(word), fc.integer({ min: 12, max: 40 }), (words, width) => {
      const lines = wrapped(words.join(' '), width)
      expect(lines.join(' ')).toBe(words.join(' '))
      expect(lines.every(line => line.length <= width)).toBe(true)
    }),
  )
})
