import { expect, test } from 'vitest'
import { expiryOf } from './instant.ts'

const at = Date.parse('2026-11-23T10:00:00Z')

test.each([
  ['text', '2026-11-23T10:00:00Z'],
  ['text', '2026-11-23T10:00:00.000Z'],
  ['text', '2026-11-23 11:00:00+01'],
  ['text', '2026-11-23 10:00:00 +00:00'],
  ['text', String(at)],
  ['text', String(at / 1_000)],
  ['number', String(at)],
  ['number', String(at / 1_000)],
  ['number', `${at / 1_000}.0`],
  ['instant', `${at / 1_000}.000000`],
] as const)('the instant is told from %s "%s"', (kind, text) => {
  expect(expiryOf({ kind, text })).toEqual({ kind: 'at', at })
})

test('a duration in the place of an instant lies long ago: such a token has expired', () => {
  expect(expiryOf({ kind: 'number', text: '3600' })).toEqual({ kind: 'at', at: 3_600_000 })
})

test('never is an instant, too', () => {
  expect(expiryOf({ kind: 'instant', text: 'Infinity' })).toEqual({ kind: 'at', at: Infinity })
})

test.each([
  ['a zone is missing', 'text', '2026-11-23 10:00:00'],
  ['a day', 'text', '2026-11-23'],
  ['words', 'text', 'soon'],
  ['microseconds', 'number', String(at * 1_000)],
  ['a negative number', 'number', '-1'],
  ['a number that is none', 'number', 'NaN'],
  ['a month that does not exist', 'text', '2026-13-23T10:00:00Z'],
  ['bytes', 'other', ''],
] as const)('none is made up: %s', (_, kind, text) => {
  expect(expiryOf({ kind, text })).toEqual({ kind: 'unreadable' })
})

test.each([null, { kind: 'text', text: ' ' } as const])('nothing is not known', cell => {
  expect(expiryOf(cell)).toEqual({ kind: 'unknown' })
})
