import { expect, test } from 'vitest'
import { parseOptions } from './options.ts'

test('without options, 100,000 schedules on every core', () => {
  expect(parseOptions([], 2)).toEqual({ kind: 'many', from: 1, schedules: 100_000, workers: 2 })
})

test('options say how many, from which seed, by how many workers; never more workers than schedules', () => {
  const args = ['--schedules', '3', '--from', '4294967295', '--workers', '8']
  expect(parseOptions(args, 2)).toEqual({ kind: 'many', from: 4_294_967_295, schedules: 3, workers: 3 })
  expect(parseOptions(['--seed', '42'], 2)).toEqual({ kind: 'one', seed: 42 })
  expect(parseOptions(['--help'], 2)).toEqual({ kind: 'help' })
})

test.each([
  ['--schedules', '0'],
  ['--seed', '-1'],
  ['--seed', '1.5'],
  ['--from', '4294967296'],
  ['--sede', '1'],
  ['12'],
])('%s %s is refused', (...args) => {
  expect(parseOptions(args, 2)).toMatchObject({ kind: 'wrong' })
})
