import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { ALERTS, INSTRUMENTS } from '../../src/opentelemetry/instruments.ts'
import { projectDirectory } from '../support/project.ts'
import { codesOf, rowsOf } from './markdown.ts'

const read = (path: string): string => readFileSync(join(projectDirectory, path), 'utf8')
const page = read('docs/guide/observability.md')
const instruments = Object.values(INSTRUMENTS)
const attributes = [...new Set(instruments.flatMap(instrument => instrument.attributes))]

/** The texts that a type of the port is made of, or the names of its fields. */
function wordsOf(name: string): readonly string[] {
  const source = ts.createSourceFile(
    'telemetry.ts',
    read('src/ports/telemetry.ts'),
    ts.ScriptTarget.Latest,
    true,
  )
  const declared = source.statements.find(
    node => (ts.isTypeAliasDeclaration(node) || ts.isInterfaceDeclaration(node)) && node.name.text === name,
  )
  if (declared === undefined) throw new RangeError(`there is no type ${name}`)
  if (ts.isInterfaceDeclaration(declared)) return declared.members.map(member => member.name?.getText() ?? '')
  const words: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node)) words.push(node.text)
    ts.forEachChild(node, visit)
  }
  visit(declared)
  return words
}

test('the guide has every instrument with its kind, unit and attributes, and no other', () => {
  const listed = rowsOf(page, ['instrument', 'kind']).map(([name = '', kind, unit = '', names = '']) => ({
    name: codesOf(name)[0],
    kind,
    unit: codesOf(unit)[0],
    attributes: codesOf(names),
  }))
  expect(listed).toEqual(
    instruments.map(({ name, kind, unit, attributes: names }) => ({ name, kind, unit, attributes: names })),
  )
})

test('the guide has every attribute with its values, and no other', () => {
  const rows = rowsOf(page, ['attribute', 'values']).map(([name = '', values = '']) => [
    codesOf(name)[0] ?? '',
    codesOf(values),
  ])
  expect(rows.map(([name]) => name).toSorted()).toEqual(attributes.toSorted())
  const values = Object.fromEntries(rows) as Record<string, readonly string[]>
  const words = (name: string): readonly string[] => wordsOf(name).filter(word => word !== 'refreshToken')
  for (const [attribute, type] of [
    ['evergrant.token.source', 'TokenSource'],
    ['evergrant.refresh.trigger', 'RefreshTrigger'],
    ['evergrant.refresh.outcome', 'RefreshEnd'],
  ] as const) {
    const named = (values[attribute] ?? []).filter(word => word !== 'refreshToken')
    expect([attribute, named.toSorted()]).toEqual([attribute, words(type).toSorted()])
  }
})

test('the guide has every part of a recorder, and no other', () => {
  const listed = rowsOf(page, ['`attach` returns', 'is told']).map(([name = '']) => codesOf(name)[0])
  expect(listed).toEqual(wordsOf('TelemetryRecorder'))
})

test('the alerts are on what is counted from 0, and ask for series that exist', () => {
  const rows = rowsOf(page, ['on', 'because', 'Prometheus'])
  expect(rows.flatMap(([on = '']) => codesOf(on))).toEqual(ALERTS)
  const series = instruments.flatMap(({ name, kind, unit }) => {
    const base = name.replaceAll('.', '_') + (unit === 's' ? '_seconds' : '')
    return kind === 'histogram' ? [`${base}_count`, `${base}_bucket`, `${base}_sum`] : [`${base}_total`]
  })
  const labels = [...attributes.map(name => name.replaceAll('.', '_')), 'le']
  for (const query of rows.flatMap(([, , prometheus = '']) => codesOf(prometheus))) {
    const [asked] = /evergrant_\w+(?=[{[])/.exec(query) ?? []
    expect(series).toContain(asked)
    const named = [...query.matchAll(/[{,(](\w+)(?:!?[=~]|\))/g)].map(([, label]) => label)
    for (const label of named) expect(labels).toContain(label)
    for (const [, event] of query.matchAll(/evergrant_event="(\w+)"/g)) expect(ALERTS).toContain(event)
  }
})
