import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isTest, readSources } from '../architecture/source.ts'
import { projectDirectory } from '../support/project.ts'
import { rowsOf } from './markdown.ts'
import { missing, proofsIn } from './test-titles.ts'

/** The clauses that bind a client that keeps tokens for others, by RFC. */
const BINDING: Readonly<Record<string, readonly string[]>> = {
  6749: [
    '2.3.1',
    '3.1.2.5',
    '3.2',
    '3.3',
    '4.1.2',
    '4.4',
    '5.1',
    '5.2',
    '6',
    '7.1',
    '10.3',
    '10.4',
    '10.12',
    '10.14',
    'A',
  ],
  6750: ['2.1', '2.3', '5.3'],
  7009: ['2.1', '2.2'],
  7523: ['2.2'],
  7636: ['4.1', '4.2', '7.2'],
  8252: ['7.3', '8.3', '8.10'],
  8414: ['3.3'],
  8628: ['3.5', '5.4'],
  8707: ['2'],
  9126: ['2', '4'],
  9207: ['2.4'],
  9449: ['4', '5', '8'],
  9700: [
    '2.1',
    '2.1.1',
    '2.2.2',
    '2.3',
    '2.4',
    '2.5',
    '2.6',
    '4.2',
    '4.3.2',
    '4.4.2',
    '4.7.1',
    '4.11.1',
    '4.14',
  ],
}

const page = readFileSync(join(projectDirectory, 'test/conformance/README.md'), 'utf8')
const done = rowsOf(page, ['requirement', 'section', 'shown by'])
const left = rowsOf(page, ['requirement', 'section', 'not done, because'])

/** `6749 §5.1` for each section that a cell links to; its address has to be that of the section. */
function sectionsIn(cell: string): readonly string[] {
  const links = cell.matchAll(/\[RFC (\d+) §([\d.]+|A)\]\(([^)]*)\)/g)
  return [...links].map(([, rfc = '', section = '', address = '']) => {
    const place = section === 'A' ? 'appendix-A' : `section-${section}`
    expect(address).toBe(`https://www.rfc-editor.org/rfc/rfc${rfc}.html#${place}`)
    return `${rfc} §${section}`
  })
}

describe('the table of conformance', () => {
  test('has each clause that binds, as done or as not done, and no other', () => {
    const binding = Object.entries(BINDING).flatMap(([rfc, sections]) =>
      sections.map(section => `${rfc} §${section}`),
    )
    const listed = [...done, ...left].flatMap(([, cell = '']) => sectionsIn(cell))
    expect([...new Set(listed)].toSorted()).toEqual(binding.toSorted())
  })

  test('names for each requirement at least one section, and a test that exists', () => {
    expect(done.length).toBeGreaterThan(20)
    for (const [requirement = '', section = '', shownBy = ''] of done) {
      expect([requirement, sectionsIn(section).length]).not.toEqual([requirement, 0])
      expect([requirement, proofsIn(shownBy).length]).not.toEqual([requirement, 0])
    }
    expect(missing(done.flatMap(([, , shownBy = '']) => proofsIn(shownBy)))).toEqual([])
  })

  test('says of what is not done why, and shows no test for it', () => {
    for (const [requirement = '', , because = ''] of left) {
      expect([requirement, because]).not.toEqual([requirement, ''])
      expect(proofsIn(because)).toEqual([])
    }
  })
})

test('RFC 9700 §2.4: nothing asks for a user’s password', () => {
  const asking = readSources('src').filter(
    source => !isTest(source) && /grant_type['":=, ]+password|ResourceOwnerPassword/i.test(source.text),
  )
  expect(asking.map(({ path }) => path)).toEqual([])
})
