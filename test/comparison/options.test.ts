import { expect, test } from 'vitest'
import { optionsIn } from './options.ts'

test('rounds and callers have defaults, and are numbers from 1 on', () => {
  expect(optionsIn([])).toEqual({ rounds: 5, callers: 25 })
  expect(optionsIn(['--rounds', '1', '--callers=2'])).toEqual({ rounds: 1, callers: 2 })
  for (const value of ['0', '-1', '1.5', 'x', '', '10000']) {
    expect(() => optionsIn([`--callers=${value}`])).toThrow('--callers takes a number from 1 to 9999')
  }
  expect(() => optionsIn(['--bogus'])).toThrow("Unknown option '--bogus'")
})
