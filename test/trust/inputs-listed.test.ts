import { expect, test } from 'vitest'
import { isTest, readSources } from '../architecture/source.ts'

/** The nasty inputs that callers, rows and token endpoints can bring: each is a test by its number. */
test('every nasty input from 1 to 17 has a test that bears its number', () => {
  const texts = readSources('src', 'test')
    .filter(isTest)
    .map(({ text }) => text)
  const numbers = texts.flatMap(text =>
    [...text.matchAll(/['`]nasty input (\d+): /g)].map(found => Number(found[1])),
  )
  expect([...new Set(numbers)].sort((a, b) => a - b)).toEqual(
    Array.from({ length: 17 }, (_, index) => index + 1),
  )
})
