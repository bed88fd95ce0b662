import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { projectDirectory } from '../support/project.ts'
import { firstExample, importedEntries, readPages } from './documentation.ts'

test('the first example is the first block of TypeScript after the first heading', () => {
  const page = '```ts\nbefore\n```\n# Title\n```sh\nnpm\n```\n```ts\na()\n\nb()\n```\n```ts\nlater\n```\n'
  expect(firstExample(page)).toBe('a()\n\nb()\n')
  expect(firstExample('# Title\n\nno code\n')).toBeNull()
})

test('entries are found in imports of every kind', () => {
  const page =
    "import { a } from 'evergrant'\nimport 'evergrant/zoho'\nawait import(\"evergrant/schema\")\n`evergrant/http`"
  expect(importedEntries(page)).toEqual(['evergrant', 'evergrant/zoho', 'evergrant/schema'])
})

test('every entry that the documentation imports from is declared in package.json', async () => {
  const { exports } = JSON.parse(readFileSync(join(projectDirectory, 'package.json'), 'utf8'))
  const declared = Object.keys(exports).map(entry => entry.replace('.', 'evergrant'))
  const missing = [...(await readPages())].flatMap(([path, page]) =>
    importedEntries(page)
      .filter(entry => !declared.includes(entry))
      .map(entry => `${path}: ${entry}`),
  )
  expect(missing).toEqual([])
})
