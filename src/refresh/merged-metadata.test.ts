import { expect, test } from 'vitest'
import { mergedMetadata } from './merged-metadata.ts'

test.each<[string, object | undefined, object, object | null]>([
  ['nothing stored', undefined, { api_domain: 'https://a' }, { api_domain: 'https://a' }],
  ['nothing at all', undefined, {}, null],
  ['nothing added', { a: 1 }, {}, null],
  ['the same again', { a: { b: [1, null] }, c: 2 }, { a: { b: [1, null] } }, null],
  ['another value', { a: 1, c: 2 }, { a: 2 }, { a: 2, c: 2 }],
  ['another depth', { a: { b: 1 } }, { a: { b: 2 } }, { a: { b: 2 } }],
  ['a name of Object’s', {}, { constructor: 'x' }, { constructor: 'x' }],
])('%s', (_, stored, added, expected) => {
  expect(mergedMetadata(stored as never, added as never)).toEqual(expected)
})
