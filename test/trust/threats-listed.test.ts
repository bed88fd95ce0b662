import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { rowsOf } from '../docs/markdown.ts'
import { numbersOf, numbersTested } from '../docs/test-numbers.ts'
import { missing, proofsIn } from '../docs/test-titles.ts'
import { projectDirectory } from '../support/project.ts'

/** The threats of the design, by number. Those between were given up, or are part of others. */
const DESIGN = [
  ...[1, 2, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 20, 21, 22, 23, 24, 25, 26, 27, 28],
  ...[30, 31, 32, 33, 34, 36, 37, 38, 40],
].map(number => `T${number}`)

const page = readFileSync(join(projectDirectory, 'docs/trust.md'), 'utf8')

interface Section {
  readonly threat: string
  readonly text: string
}

const sections: readonly Section[] = page
  .split(/^##+ /m)
  .flatMap(text => [...text.matchAll(/^(T\d+) · /g)].map(([, threat = '']) => ({ threat, text })))
const later = rowsOf(page, ['threat']).map(([cell = '']) => /^T\d+/.exec(cell)?.[0] ?? cell)
const isDone = ({ text }: Section): boolean => !text.includes('**Not yet.**')

const tested = numbersTested(/^T/)

test('numbers are read off titles', () => {
  expect(numbersOf('T1: one')).toEqual(['T1'])
  expect(numbersOf('T32, T8: both')).toEqual(['T32', 'T8'])
  expect(numbersOf('F24, nasty input 12: a fault')).toEqual(['F24', 'nasty input 12'])
  expect(numbersOf('speaks of T1: later')).toEqual([])
  expect(numbersOf('T1 and more: none')).toEqual([])
})

describe('the page of threats', () => {
  test('has each threat of the design once, and no other', () => {
    const listed = [...sections.map(({ threat }) => threat), ...later]
    expect(listed.toSorted()).toEqual(DESIGN.toSorted())
  })

  test('says of each that is not for later what is done, what is not, and what is left to do', () => {
    for (const section of sections) {
      const parts = [...section.text.matchAll(/^- \*\*(\w[\w ]*)(?:\.)?\*\*/gm)].map(([, part]) => part)
      const gap = isDone(section) ? 'Does not' : 'Not yet'
      expect([section.threat, parts]).toEqual([section.threat, ['Does', gap, 'You', 'Shown by']])
    }
  })

  test('names tests that exist, under these titles', () => {
    expect(missing(sections.flatMap(({ text }) => proofsIn(text)))).toEqual([])
  })

  test('names tests of that very threat, unless it is done in part', () => {
    for (const section of sections) {
      const proofs = proofsIn(section.text)
      expect(proofs.length).toBeGreaterThan(0)
      const foreign = proofs.filter(({ title }) => !numbersOf(title).includes(section.threat))
      if (isDone(section)) expect(foreign).toEqual([])
    }
  })

  test('names every file that has tests of a threat, and no threat for later has one', () => {
    const named = sections.flatMap(({ threat, text }) =>
      proofsIn(text).map(({ path }) => [threat, path] as const),
    )
    const ofDone = new Set(sections.filter(isDone).map(({ threat }) => threat))
    const listed = named.filter(([threat]) => ofDone.has(threat)).map(pair => pair.join(' '))
    expect([...new Set(listed)].sort()).toEqual(tested)
  })
})
