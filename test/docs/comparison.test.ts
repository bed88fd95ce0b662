import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { entriesAt, packages } from '../comparison/contenders.ts'
import { columns } from '../comparison/table.ts'
import { run } from '../support/processes.ts'
import { projectDirectory } from '../support/project.ts'
import { claimsOf, commandsOf, isPageAddress } from './claims.ts'
import { linksOf, rowsOf } from './markdown.ts'

const read = (path: string): string => readFileSync(join(projectDirectory, path), 'utf8')
const page = read('docs/comparison.md')
const { scripts } = JSON.parse(read('package.json'))

test('claims are found in every section, with what they go by', () => {
  const table = '| claim | source or command |\n| --- | --- |\n'
  const text = `## A\n\n${table}| one | [x](https://a.example/b) · \`npm run c\` |\n\n## B\n\n${table}| two | \`d\` |\n`
  expect(claimsOf(text)).toEqual([
    { text: 'one', links: ['https://a.example/b'], commands: ['npm run c'] },
    { text: 'two', links: [], commands: [] },
  ])
  expect(commandsOf('`npm ci` and `evergrant`\n\n```sh\nnpm run e\n```\n')).toEqual(['npm ci', 'npm run e'])
})

test('an address that leads to no page is noticed', () => {
  expect(isPageAddress('https://a.example/b#c')).toBe(true)
  const bad = ['http://a.example/b', 'https://a.example', 'https://a.example/b.', 'https://localhost/b', 'b']
  expect(bad.filter(isPageAddress)).toEqual([])
})

test('every claim has a source or a command', () => {
  const claims = claimsOf(page)
  expect(claims.length).toBeGreaterThan(40)
  const without = claims.filter(({ links, commands }) => links.length + commands.length === 0)
  expect(without.map(({ text }) => text)).toEqual([])
})

test('what the page says is missing is what ARCHITECTURE.md names for later', () => {
  const later = /^Named for later, and not there: .*?\n\n/ms.exec(read('ARCHITECTURE.md'))?.[0] ?? ''
  const cited = claimsOf(page).filter(({ links }) => links.includes('../ARCHITECTURE.md#the-tree'))
  expect(cited.map(({ text }) => text.split(' ').slice(0, 4).join(' '))).toEqual([
    'It is a library',
    'There is no dashboard',
  ])
  const named = ['`http`', '`client`', '`dashboard`']
  expect(named.filter(name => !later.replaceAll(/\s+/g, ' ').includes(name))).toEqual([])
})

test('every address is that of a page', () => {
  const addresses = linksOf(page).filter(link => /^\w+:/.test(link))
  expect(addresses.length).toBeGreaterThan(20)
  expect(addresses.filter(address => !isPageAddress(address))).toEqual([])
})

/** Whether a command of the page is one: what looks into files is run, of the others it is known what they do. */
async function isReal(command: string): Promise<boolean> {
  if (/^(?:grep|ls) /.test(command)) {
    const { code, stdout } = await run('/bin/sh', ['-c', command])
    return code === 0 && stdout !== ''
  }
  const [, script] = /^npm run ([\w:]+)(?: --|$)/.exec(command) ?? []
  if (script !== undefined) return script in scripts
  const [, file] = /^npx vitest run (\S+)$/.exec(command) ?? []
  if (file !== undefined) return existsSync(join(projectDirectory, file))
  return command === 'npm ci' || /^npm pack @?[\w./-]+@\d+\.\d+\.\d+$/.test(command)
}

test('every command is real, and finds what it looks for', async () => {
  const strange: string[] = []
  for (const command of commandsOf(page)) if (!(await isReal(command))) strange.push(command)
  expect(strange).toEqual([])
  expect(await isReal('npm run nothing')).toBe(false)
  expect(await isReal("grep -n 'no such words' package.json")).toBe(false)
})

test('the table is one that `npm run compare` prints: each program at each provider, over five rounds and more', () => {
  const rows = rowsOf(page, columns)
  const compared = [true, false].flatMap(rotates =>
    entriesAt(rotates).map(({ title }) => [rotates ? 'rotate' : 'stay', title]),
  )
  expect(rows.map(([tokens, title]) => [tokens, title])).toEqual(compared)
  const count = /^\d+(?:–\d+)?$/
  const time = /^\d+(?:–\d+)? ms$/
  const forms = [count, count, count, count, /^\d+ of (?:[5-9]|\d\d+)$/, time, time]
  for (const [, , ...cells] of rows) {
    expect(cells).toEqual(forms.map(form => expect.stringMatching(form)))
  }
})

test('the figures are of the versions that are installed', () => {
  const { packages: locked } = JSON.parse(read('package-lock.json'))
  const said = packages.map(name => `\`${name}\` ${locked[`node_modules/${name}`].version}`)
  expect(said.filter(words => !page.replaceAll(/\s+/g, ' ').includes(words))).toEqual([])
})
