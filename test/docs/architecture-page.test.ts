import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { rights } from '../architecture/rooms.ts'
import { projectDirectory } from '../support/project.ts'
import { blocksOf, codesOf, rowsOf } from './markdown.ts'
import { missing, proofsIn, titlesIn } from './test-titles.ts'

const page = readFileSync(join(projectDirectory, 'ARCHITECTURE.md'), 'utf8')

const namesIn = (folder: string): readonly string[] =>
  readdirSync(join(projectDirectory, folder), { withFileTypes: true })
    .filter(({ name }) => !/\.(test|sql)\./.test(name))
    .map(entry => (entry.isDirectory() ? `${folder}/${entry.name}/` : `${folder}/${entry.name}`))

test('the tree has a line for every file and room of src/ and every folder of test/, and no other', () => {
  const listed = blocksOf(page)
    .filter(({ language }) => language === 'tree')
    .flatMap(({ text }) => [...text.matchAll(/^(\S+) /gm)].map(([, path = '']) => path))
  expect(listed.filter(path => !existsSync(join(projectDirectory, path)))).toEqual([])
  const expected = [...namesIn('src'), ...namesIn('test').filter(path => path.endsWith('/'))]
  expect(expected.filter(path => !listed.includes(path))).toEqual([])
})

test('the table of imports says what test/architecture/rooms.ts says', () => {
  const exists = (room: string): boolean => {
    const path = join(projectDirectory, 'src', room.split('/')[0] ?? '')
    return existsSync(path) || existsSync(`${path}.ts`)
  }
  const listed = rowsOf(page, ['room', 'may import', 'from outside']).map(
    ([room = '', rooms = '', outside = '']) => [
      codesOf(room)[0],
      { rooms: codesOf(rooms).toSorted(), packages: codesOf(outside).toSorted() },
    ],
  )
  const enforced = Object.entries(rights)
    .filter(([room]) => exists(room))
    .map(([room, { rooms, packages }]) => [
      room,
      { rooms: rooms.filter(exists).toSorted(), packages: packages.toSorted() },
    ])
  expect(Object.fromEntries(listed)).toEqual(Object.fromEntries(enforced))
})

test('the rooms that are named for later are not there', () => {
  const later = /^Named for later, and not there: (?<rooms>.*?\.)$/ms.exec(page)?.groups?.rooms ?? ''
  const rooms = codesOf(later)
  expect(rooms).toContain('http')
  expect(rooms.filter(room => existsSync(join(projectDirectory, 'src', room)))).toEqual([])
})

test('titles are found as they are written, in tests of every kind', () => {
  const text =
    "describe('a', () => { test('b', f); test.each([1])('c %i', f); test.each<X>([\n'x'])('d', f) }); run('e')"
  expect([...titlesIn(text)]).toEqual(['a', 'b', 'c %i', 'd'])
  expect(
    proofsIn('| x | [a.ts](src/a.ts) | [b.test.ts](test/b.test.ts): "one, two"<br>[c](c.md): "no" |'),
  ).toEqual([{ path: 'test/b.test.ts', title: 'one, two' }])
  const several =
    '[b.test.ts](../test/b.test.ts), somewhere: "one",\n  "two"; [c.test.ts](../src/c.test.ts): "three".'
  expect(proofsIn(several).map(({ path, title }) => `${path} ${title}`)).toEqual([
    'test/b.test.ts one',
    'test/b.test.ts two',
    'src/c.test.ts three',
  ])
  expect(missing([{ path: 'test/none.test.ts', title: 'one' }])).toHaveLength(1)
})

test('every test that the page names exists, under that title', () => {
  const proofs = proofsIn(page)
  expect(proofs.length).toBeGreaterThan(80)
  expect(missing(proofs)).toEqual([])
})

test('every behaviour that the page lists has its source and its test', () => {
  const section = page.slice(page.indexOf('## Where is'), page.indexOf('## House rules'))
  const rows = section.split('\n').filter(line => /^\| (?!behaviour)[^-]/.test(line))
  expect(rows.length).toBeGreaterThan(80)
  const withoutProof = rows.filter(row => proofsIn(row).length === 0 || !/\]\(src\//.test(row))
  expect(withoutProof).toEqual([])
})

test('every file of lifecycle/, refresh/ and sealing/ is named on the page', () => {
  const rooms = ['lifecycle', 'refresh', 'sealing']
  const files = rooms.flatMap(room => namesIn(`src/${room}`))
  const unnamed = files.filter(path => !page.includes(`(${path})`))
  expect(unnamed).toEqual([])
})
