import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { projectDirectory } from '../support/project.ts'
import { codesOf, rowsOf } from './markdown.ts'

/** A table of a guide, and the interface that it lists: one more of them is one more line here. */
const tables = [
  ['testing.md', ['call', 'does'], 'control.ts', 'LocalZohoControl'],
  ['testing.md', ['option at the start', 'default', 'means'], 'settings.ts', 'LocalZohoOptions'],
  ['testing.md', ['option', 'default', 'means'], 'settings.ts', 'LocalZohoSettings'],
  ['local-crm.md', ['switch', 'default', 'means'], 'crm/settings.ts', 'CrmSettings'],
  ['local-crm.md', ['switch of queries', 'default', 'means'], 'crm/query-settings.ts', 'QuerySettings'],
  ['local-calendar.md', ['switch', 'default', 'means'], 'calendar/settings.ts', 'CalendarSettings'],
] as const

const read = (path: string): string => readFileSync(join(projectDirectory, path), 'utf8')

/** The fields of an interface, without those that it inherits, each with its doc comment. */
function membersOf(path: string, name: string): ReadonlyMap<string, string> {
  const source = ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true)
  const found = source.statements
    .filter(ts.isInterfaceDeclaration)
    .find(({ name: { text } }) => text === name)
  if (found === undefined) throw new RangeError(`${path} has no ${name}`)
  return new Map(
    found.members.map(member => [
      member.name?.getText() ?? '',
      ts
        .getJSDocCommentsAndTags(member)
        .map(comment => comment.getText())
        .join(),
    ]),
  )
}

test.each(tables)('%s has a table %j of everything in %s: %s, and no other', (page, heading, path, name) => {
  const members = membersOf(`src/testing/zoho/${path}`, name)
  const rows = rowsOf(read(`docs/guide/${page}`), heading)
  const listed = rows.flatMap(([names = '']) => codesOf(names)).map(code => /^\w+/.exec(code)?.[0])
  expect(listed.toSorted()).toEqual([...members.keys()].toSorted())
  expect([...members].filter(([, comment]) => comment === '')).toEqual([])
})
