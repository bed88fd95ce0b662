import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseTokenRecords } from 'evergrant/admin'
import { expect, test } from 'vitest'
import { commandLine } from '../support/command-line.ts'
import { projectDirectory } from '../support/project.ts'
import { codesOf, rowsOf } from './markdown.ts'

const evergrant = commandLine()

/** The fields of a record, as the refusal of another field lists them. */
function fields(): readonly string[] {
  try {
    parseTokenRecords('[{"nonsense":1}]')
  } catch (error) {
    const list = /A record has: (?<list>.*)\.$/.exec(error instanceof Error ? error.message : '')
    return list?.groups?.list?.split(', ') ?? []
  }
  return []
}

test('the guide and the help have every field of a record, and no other', async () => {
  expect(fields()).toContain('clientId')
  const page = readFileSync(join(projectDirectory, 'docs/guide/import-records.md'), 'utf8')
  const inGuide = rowsOf(page, ['field', 'type', 'means']).flatMap(([field = '']) => codesOf(field))
  expect(inGuide.toSorted()).toEqual(fields().toSorted())

  const { stdout } = await evergrant.run(['import', '--help'])
  const notes = stdout.split(/^Records /m)[1] ?? ''
  const inHelp = [...notes.matchAll(/^ {2}(\S+(?:, \S+)*) {2,}/gm)].flatMap(([, names = '']) =>
    names.split(', '),
  )
  expect(inHelp.toSorted()).toEqual(fields().toSorted())
  expect(stdout).not.toMatch(/^.{81}/m)
})
