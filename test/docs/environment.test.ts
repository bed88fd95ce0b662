import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readEnvironment } from '../../src/environment.ts'
import { createProviders } from '../../src/providers/registry.ts'
import { FakeClock } from '../../src/testing/fake-clock.ts'
import { readPages } from '../packaging/documentation.ts'
import { projectDirectory } from '../support/project.ts'
import { codesOf, rowsOf } from './markdown.ts'

const PAGE = 'docs/guide/environment.md'

/** The variables that the library looks at, recorded while it looks. */
function variablesOfLibrary(): ReadonlySet<string> {
  const names = new Set<string>()
  const variables = new Proxy<Record<string, string | undefined>>(
    {},
    {
      get: (_, name) => {
        names.add(String(name))
        return undefined
      },
    },
  )
  const environment = readEnvironment(variables)
  // Not read before it is used.
  expect(environment.encryptionKeys).toBeUndefined()
  const transport = {
    send: async () => ({ kind: 'unsent', reason: 'NEVER' }) as const,
    close: async () => {},
  }
  for (const provider of createProviders({ transport, clock: new FakeClock() }).names) {
    environment.appOf(provider)
    environment.seedOf(provider)
  }
  return names
}

/** The variables that the command reads by itself. */
function variablesOfCommand(): ReadonlySet<string> {
  const texts = readdirSync(join(projectDirectory, 'src/cli'), { recursive: true, encoding: 'utf8' })
    .filter(path => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.startsWith('demo'))
    .map(path => readFileSync(join(projectDirectory, 'src/cli', path), 'utf8'))
  // Read, and not set or taken away.
  const reads = texts.join('\n').matchAll(/(?<!delete )process\.env\.(?<name>[A-Z_]+)\b(?! = )/g)
  return new Set([...reads].map(({ groups }) => groups?.name ?? ''))
}

/** The variables of the library's table and of the command's. */
async function documented(): Promise<{
  readonly library: readonly string[]
  readonly command: readonly string[]
}> {
  const page = (await readPages()).get(PAGE) ?? ''
  const variablesOf = (...heading: string[]): readonly string[] =>
    rowsOf(page, heading)
      .flatMap(([variable = '']) => codesOf(variable))
      .sort()
  return {
    library: variablesOf('variable', 'default', 'means'),
    command: variablesOf('variable of the command', 'means'),
  }
}

test('the page has every variable that the library reads, and no other', async () => {
  expect(variablesOfLibrary()).toContain('ZOHO_CALENDAR_REFRESH_TOKEN')
  expect((await documented()).library).toEqual([...variablesOfLibrary()].sort())
})

test('the page has every variable that the command reads beyond these, and no other', async () => {
  const library = variablesOfLibrary()
  const own = [...variablesOfCommand()].filter(name => !library.has(name))
  expect(own).toContain('NO_COLOR')
  expect((await documented()).command).toEqual(own.sort())
})

test('no page speaks of a variable that does not exist', async () => {
  const { library, command } = await documented()
  // The second is the code of an error.
  const known = new Set([...library, ...command, 'EVERGRANT_TEST_POSTGRES', 'ZOHO_API'])
  const unknown = [...(await readPages())].flatMap(([path, page]) =>
    [...page.matchAll(/\b(?:EVERGRANT|ZOHO)_[A-Z_]*[A-Z]\b/g)]
      .map(([name]) => name)
      .filter(name => !known.has(name))
      .map(name => `${path}: ${name}`),
  )
  expect(unknown).toEqual([])
})
