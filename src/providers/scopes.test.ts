import { expect, test } from 'vitest'
import { scopesOf } from './scopes.ts'

test.each([
  ['a b', ['a', 'b']],
  ['ZohoCRM.modules.ALL,ZohoCalendar.event.ALL', ['ZohoCRM.modules.ALL', 'ZohoCalendar.event.ALL']],
  [' a,  b\ta ', ['a', 'b']],
  [
    ['a', 'b c'],
    ['a', 'b', 'c'],
  ],
  ['https://www.googleapis.com/auth/calendar', ['https://www.googleapis.com/auth/calendar']],
])('scope %j is the list %j', (value, list) => {
  expect(scopesOf(value)).toEqual({ list, strange: false })
})

test.each([undefined, null, '', ' ', ',', [], ['']])('scope %j says nothing', value => {
  expect(scopesOf(value)).toEqual({ list: null, strange: false })
})

test.each([
  ['a b\u0000 c', ['a', 'c']],
  ['a "b"', ['a']],
  ['\ud800', null],
  [['a', 1], ['a']],
  [{}, null],
  [7, null],
])('of scope %j only what is a scope is kept, and that is strange', (value, list) => {
  expect(scopesOf(value)).toEqual({ list, strange: true })
})
