import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { policyWith } from '../../src/lifecycle/policy.ts'
import { projectDirectory } from '../support/project.ts'
import { codesOf, rowsOf } from './markdown.ts'

const guide = (name: string): string => readFileSync(join(projectDirectory, 'docs/guide', name), 'utf8')
const options = guide('options.md')

const sourceOf = (path: string): ts.SourceFile => {
  const text = readFileSync(join(projectDirectory, 'src', path), 'utf8')
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
}

const fieldsOf = (members: ts.NodeArray<ts.TypeElement>): readonly string[] =>
  members.map(({ name }) => name?.getText() ?? '')

/** The fields of an interface, or of what a type adds to others, without those that it inherits. */
function membersOf(path: string, name: string): readonly string[] {
  for (const node of sourceOf(path).statements) {
    if (ts.isInterfaceDeclaration(node) && node.name.text === name) return fieldsOf(node.members)
    if (ts.isTypeAliasDeclaration(node) && node.name.text === name && ts.isIntersectionTypeNode(node.type)) {
      return node.type.types.filter(ts.isTypeLiteralNode).flatMap(({ members }) => fieldsOf(members))
    }
  }
  throw new RangeError(`${path} has no ${name}`)
}

/** What the first cells of a table name, one cell after the other. */
const namedIn = (page: string, heading: readonly string[], cell = 0): readonly string[] =>
  rowsOf(page, heading).flatMap(row => codesOf(row[cell] ?? ''))

test('the guide has every option of open and of a provider, and no other', () => {
  expect(namedIn(options, ['option', 'default', 'means'])).toEqual(
    membersOf('service-options.ts', 'OpenOptions'),
  )
  expect(namedIn(options, ['option of a provider', 'means']).toSorted()).toEqual(
    membersOf('providers/provider-override.ts', 'ProviderOverride').toSorted(),
  )
})

test('the guide has every option of a call beside signal, and no other', () => {
  const named = rowsOf(options, ['call', 'option', 'means']).map(([calls = '', names = '']) => [
    codesOf(calls).join(),
    codesOf(names),
  ])
  const listed = (calls: string): unknown =>
    named.filter(([call]) => call === calls).flatMap(([, names]) => names)
  const own = (name: string, path = 'service-options.ts'): readonly string[] => membersOf(path, name)
  expect(own('CallOptions')).toEqual(['signal'])
  expect(listed('getAccessToken,getToken')).toEqual(own('GetTokenOptions'))
  expect(listed('storeTokens,deleteToken')).toEqual(own('TransactionOptions'))
  expect(listed('deleteToken')).toEqual(own('DeleteTokenOptions'))
  expect(listed('fetch')).toEqual(own('FetchOptions', 'authorized-fetch.ts'))
  expect(listed('listTokens')).toEqual(own('ListTokensOptions'))
  const connecting = [
    ['authorizationUrl', 'AuthorizationOptions'],
    ['handleCallback', 'CallbackOptions'],
    ['confirmAccountChange', 'ConfirmOptions'],
    ['exchangeCode', 'ExchangeCodeOptions'],
  ] as const
  for (const [call, name] of connecting) {
    expect([listed(call)].flat().toSorted()).toEqual(own(name, 'connect-options.ts').toSorted())
  }
  const device = own('DeviceAuthorizationOptions', 'device-options.ts')
  expect([listed('deviceAuthorization')].flat().toSorted()).toEqual(device.toSorted())
})

test('the guide has every event with its fields, and no other', () => {
  const events: [type: string, fields: readonly string[]][] = []
  const visit = (node: ts.Node): void => {
    if (ts.isTypeLiteralNode(node)) {
      const type = node.members.find(member => member.name?.getText() === 'type')?.getText()
      events.push([
        /'(\w+)'/.exec(type ?? '')?.[1] ?? '',
        fieldsOf(node.members).filter(name => name !== 'type'),
      ])
    }
    ts.forEachChild(node, visit)
  }
  visit(sourceOf('ports/events.ts'))
  expect(events.length).toBeGreaterThan(10)
  const listed = rowsOf(options, ['`type`', 'further fields']).map(([type = '', fields = '']) => [
    codesOf(type)[0],
    codesOf(fields),
  ])
  expect(listed).toEqual(events)
})

test('the guide has every event of the table of events, and no other', () => {
  const types: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isTypeAliasDeclaration(node) && node.name.text === 'RecordedEventType') {
      for (const [, type = ''] of node.type.getText().matchAll(/'(\w+)'/g)) types.push(type)
    }
    ts.forEachChild(node, visit)
  }
  visit(sourceOf('ports/event-log.ts'))
  expect(types.length).toBeGreaterThan(5)
  expect(namedIn(options, ['`type`', '`reason`', 'tells'])).toEqual(types)
})

const MS = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000 } as const

/** `5 min`, `0.2`, or `requestTimeoutMs + 5 s`, as a number. */
function numberOf(text: string, base: number): number {
  const { number = '', unit } = /(?<number>[\d.]+)(?: (?<unit>ms|s|min|h))?$/.exec(text)?.groups ?? {}
  const factor = unit === undefined ? 1 : MS[unit as keyof typeof MS]
  return Number(number) * factor + (text.includes('`requestTimeoutMs`') ? base : 0)
}

test('the guide has every value of the policy with its default, and no other', () => {
  const policy = policyWith({})
  const listed = rowsOf(options, ['`policy`', 'default', 'means']).map(([name = '', value = '']) => [
    codesOf(name)[0],
    numberOf(value, policy.requestTimeoutMs),
  ])
  expect(Object.fromEntries(listed)).toEqual(policy)
})

test('the guide of providers has every option of genericProvider, and no other', () => {
  const listed = namedIn(guide('providers.md'), ['option', 'default', 'means'])
  expect(listed.toSorted()).toEqual(
    membersOf('providers/generic-provider.ts', 'GenericProviderOptions').toSorted(),
  )
})
