import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { modes } from '../chaos/modes.ts'
import { projectDirectory } from '../support/project.ts'
import { codesOf, rowsOf } from './markdown.ts'
import { numbersOf, numbersTested } from './test-numbers.ts'
import { missing, proofsIn } from './test-titles.ts'

/** The faults of the design, by number. Those between were given up, or are part of others. */
const DESIGN = [
  ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 15, 16, 17, 18, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30],
  ...[31, 32, 33, 34, 36, 38, 39, 40, 41, 42],
].map(number => `F${number}`)

const page = readFileSync(join(projectDirectory, 'docs/reliability.md'), 'utf8')
const rows = rowsOf(page, ['number', 'fault', 'what happens', 'shown by']).map(
  ([number = '', fault = '', happens = '', shownBy = '']) => ({ number, fault, happens, shownBy }),
)
const CAMPAIGNS = ['npm run simulate', ...modes.map(mode => `npm run chaos -- --mode ${mode}`)]

describe('the table of faults', () => {
  test('has each fault of the design once, in its order, and no other', () => {
    expect(rows.map(({ number }) => number)).toEqual(DESIGN)
    expect(rows.filter(({ fault, happens }) => fault === '' || happens === '')).toEqual([])
  })

  test('names tests that exist, each of that very fault', () => {
    expect(missing(rows.flatMap(({ shownBy }) => proofsIn(shownBy)))).toEqual([])
    for (const { number, shownBy } of rows) {
      const foreign = proofsIn(shownBy).filter(({ title }) => !numbersOf(title).includes(number))
      expect([number, foreign]).toEqual([number, []])
    }
  })

  test('names campaigns that can be run, and for each fault a test or a campaign', () => {
    for (const { number, shownBy } of rows) {
      const campaigns = codesOf(shownBy.replaceAll(/"[^"]*"/g, ''))
      expect([number, campaigns.filter(command => !CAMPAIGNS.includes(command))]).toEqual([number, []])
      expect([number, campaigns.length + proofsIn(shownBy).length]).not.toEqual([number, 0])
    }
  })

  test('names every file that has tests of a fault', () => {
    const listed = rows.flatMap(({ number, shownBy }) =>
      proofsIn(shownBy).map(({ path }) => `${number} ${path}`),
    )
    expect([...new Set(listed)].sort()).toEqual(numbersTested(/^F/))
  })
})
