import { expect, test } from 'vitest'
import { numbersTested } from '../docs/test-numbers.ts'

/** The nasty inputs that callers, rows, token endpoints and callbacks can bring: each is a test by its number. */
test('every nasty input from 1 to 20 has a test that bears its number', () => {
  const numbers = numbersTested(/^nasty/).map(found => Number(/^nasty input (\d+) /.exec(found)?.[1]))
  expect([...new Set(numbers)].sort((a, b) => a - b)).toEqual(
    Array.from({ length: 20 }, (_, index) => index + 1),
  )
})
