import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  bareErrors,
  impurities,
  readsOfEnvironment,
  readsOfTime,
  typeHoles,
} from './architecture/code-rules.ts'
import { cycles, packagesLoadedBy } from './architecture/graph.ts'
import { importsOf } from './architecture/imports.ts'
import { badNames } from './architecture/names.ts'
import { forbiddenImports, rights, roomOf } from './architecture/rooms.ts'
import { longestFile, longestFunction, longFiles, longFunctions } from './architecture/size.ts'
import { parseSource, readSources, type Source, type Violation } from './architecture/source.ts'
import { projectDirectory } from './support/project.ts'

/*
 * Every rule is first tried on a file that breaks it, so that a rule which finds nothing is known to look.
 */
const product = readSources('src')
const everything = [...product, ...readSources('test', 'simulation')]

const one = (path: string, text: string): readonly Source[] => [parseSource(path, text)]
const found = (violations: readonly Violation[]): readonly string[] => violations.map(({ what }) => what)

describe('walls', () => {
  test.each([
    [
      'src/lifecycle/x.ts',
      "import { randomUUID } from 'node:crypto'",
      'lifecycle may not import node:crypto',
    ],
    ['src/ports/x.ts', "export { a } from '../clock.ts'", 'ports may not import clock (../clock.ts)'],
    [
      'src/refresh/x.ts',
      "import type { A } from '../store/a.ts'",
      'refresh may not import store (../store/a.ts)',
    ],
    [
      'src/refresh/x.ts',
      "type A = import('../service.ts').A",
      'refresh may not import service (../service.ts)',
    ],
    [
      'src/providers/x.ts',
      "const a = await import('drizzle-orm/pg-core')",
      'providers may not import drizzle-orm/pg-core',
    ],
    [
      'src/sealing/x.ts',
      "export * from '../lifecycle/a.ts'",
      'sealing may not import lifecycle (../lifecycle/a.ts)',
    ],
    [
      'src/service.ts',
      "import { a } from './testing/index.ts'",
      'service may not import testing (./testing/index.ts)',
    ],
    ['src/anything.ts', "import { Hono } from 'hono'", 'service may not import hono'],
    [
      'src/schema.ts',
      "import { a } from './store/sqlite/schema.ts'",
      'schema may not import store (./store/sqlite/schema.ts)',
    ],
    [
      'src/cli/commands/x.ts',
      "import { a } from '../../service.ts'",
      'cli may not import service (../../service.ts)',
    ],
    ['src/zoho/x.ts', "import { a } from 'evergrant/testing'", 'zoho may not import evergrant/testing'],
    [
      'src/client/x.ts',
      "import { a } from '../http/handler.ts'",
      'client may not import http (../http/handler.ts)',
    ],
    ['src/cellar/x.ts', "import { a } from '../errors.ts'", 'the room cellar is not in the table'],
  ])('a wall is noticed: %s with %s', (path, text, what) => {
    expect(found(forbiddenImports(one(path, text)))).toEqual([what])
  })

  test.each([
    ['src/schema.ts', "export { a } from './store/postgres/schema.ts'"],
    ['src/client/x.ts', "import { a } from '../http/contract.ts'"],
    ['src/cli/x.ts', "import { a } from 'evergrant/testing'"],
    ['src/store/postgres/x.ts', "import { a } from 'drizzle-orm/pg-core'\nimport { b } from '../b.ts'"],
  ])('a door is open: %s with %s', (path, text) => {
    expect(forbiddenImports(one(path, text))).toEqual([])
  })

  test('no file of src/ imports what its room may not', () => {
    expect(forbiddenImports(product)).toEqual([])
  })
})

describe('rings of imports', () => {
  test('are noticed, through types, re-exports and import()', () => {
    const ring = [
      parseSource('src/a.ts', "import type { B } from './b.ts'"),
      parseSource('src/b.ts', "export { c } from './c.ts'"),
      parseSource('src/c.ts', "const a = () => import('./a.ts')"),
    ]
    expect(cycles(ring)).toEqual(['src/a.ts -> src/b.ts -> src/c.ts -> src/a.ts'])
  })

  test('do not exist', () => {
    expect(cycles(product)).toEqual([])
  })
})

describe('the judge of the simulation', () => {
  const others = (sources: readonly Source[]): readonly string[] =>
    sources
      .filter(({ path }) => path.startsWith('simulation/judge/') && !path.endsWith('.test.ts'))
      .flatMap(importsOf)
      .map(({ specifier }) => specifier)
      .filter(specifier => !specifier.startsWith('./') && specifier !== '../history.ts')

  test('may not look into what it judges', () => {
    const text = "import type { Row } from '../../src/ports/store.ts'\nimport { a } from '../world/world.ts'"
    expect(others(one('simulation/judge/x.ts', text))).toHaveLength(2)
  })

  test('shares nothing with the code under test', () => {
    expect(others(readSources('simulation'))).toEqual([])
    expect(importsOf(readHistory())).toEqual([])
  })

  function readHistory(): Source {
    const [history] = readSources('simulation').filter(({ path }) => path === 'simulation/history.ts')
    if (history === undefined) throw new RangeError('simulation/history.ts is gone')
    return history
  }
})

describe('what an import of evergrant loads at once', () => {
  test('is followed through files, but not through import() or types', () => {
    const sources = [
      parseSource(
        'src/index.ts',
        "import { a } from './a.ts'\nimport type { P } from 'pg'\nawait import('hono')",
      ),
      parseSource('src/a.ts', "export * from 'drizzle-orm'"),
    ]
    expect([...packagesLoadedBy('src/index.ts', sources)]).toEqual(['drizzle-orm'])
  })

  test("is nothing but Node's own and the OAuth library", () => {
    const packages = [...packagesLoadedBy('src/index.ts', product)]
    expect(packages.filter(name => !name.startsWith('node:') && name !== 'oauth4webapi')).toEqual([])
  })
})

describe('size', () => {
  test('a long file and a long function are noticed, a long list of tests is not', () => {
    const lines = (count: number): string => 'a()\n'.repeat(count)
    expect(longFiles(one('src/a.ts', lines(longestFile + 1)))).toHaveLength(1)
    expect(longFiles(one('src/a.ts', lines(longestFile)))).toEqual([])
    expect(longFunctions(one('src/a.ts', `const f = () => {\n${lines(longestFunction - 1)}}`))).toHaveLength(
      1,
    )
    expect(longFunctions(one('src/a.ts', `class A { m() {\n${lines(longestFunction - 2)}} }`))).toEqual([])
    expect(longFunctions(one('src/a.test.ts', `describe('a', () => {\n${lines(100)}})`))).toEqual([])
    const suite = `function suite() {\ntest('a', () => {\n${lines(30)}})\ntest('b', () => {\n${lines(30)}})\n}`
    expect(longFunctions(one('test/a.ts', suite))).toEqual([])
    const longTest = `function suite() {\ntest('a', () => {\n${lines(longestFunction)}})\n}`
    expect(longFunctions(one('test/a.ts', longTest))).toHaveLength(1)
  })

  test(`no file has more than ${longestFile} lines`, () => {
    expect(longFiles(everything)).toEqual([])
  })

  test(`no function has more than ${longestFunction} lines`, () => {
    expect(longFunctions(everything)).toEqual([])
  })
})

describe('time', () => {
  test.each(['Date.now()', 'new Date()', 'new Date', 'Date()', 'performance.now()', 'globalThis.Date.now()'])(
    '%s is noticed outside the clock',
    text => {
      expect(readsOfTime(one('src/store/x.ts', text))).toHaveLength(1)
      expect(readsOfTime(one('src/clock.ts', text))).toEqual([])
    },
  )

  test('a Date made from a number is no reading of time', () => {
    expect(readsOfTime(one('src/store/x.ts', 'new Date(0)'))).toEqual([])
  })

  test('is read in src/clock.ts alone', () => {
    expect(readsOfTime(product)).toEqual([])
  })
})

describe('the pure room', () => {
  test.each([
    ['async () => 1', ['async']],
    ['await f()', ['await']],
    ['throw a', ['throw']],
    ['Math.random()', ['Math.random']],
    ['crypto.randomUUID()', ['crypto', 'randomUUID']],
  ])('%s is noticed', (text, what) => {
    expect(found(impurities(one('src/lifecycle/x.ts', text)))).toEqual(what)
  })

  test('lifecycle/ has no async, no throw and no randomness', () => {
    expect(impurities(product)).toEqual([])
  })
})

describe('types', () => {
  test.each([
    'const a: any = 1',
    'a!.b',
    'export default 1',
    'export default class A {}',
    'export { a as default }',
    '// @ts-expect-error\na()',
  ])('%s is noticed', text => {
    expect(typeHoles(one('src/x.ts', text))).toHaveLength(1)
  })

  test('a default clause of a switch is no default export', () => {
    expect(typeHoles(one('src/x.ts', 'switch (a) { default: b() }'))).toEqual([])
  })

  test('src/ has no any, no non-null !, no default export and no silenced compiler', () => {
    expect(typeHoles(product)).toEqual([])
  })
})

describe('errors', () => {
  test.each(["throw new Error('a')", "throw new TypeError('a')", "throw RangeError('a')"])(
    '%s is noticed',
    text => {
      expect(bareErrors(one('src/x.ts', text))).toHaveLength(1)
    },
  )

  test('src/ throws only errors with a code', () => {
    expect(bareErrors(product)).toEqual([])
  })
})

describe('the environment', () => {
  test.each(['process.env.A', "process['env']", "import { env } from 'node:process'"])(
    '%s is noticed',
    text => {
      expect(readsOfEnvironment(one('src/service.ts', text))).toHaveLength(1)
      expect(readsOfEnvironment(one('src/environment.ts', text))).toEqual([])
    },
  )

  test('is read in src/environment.ts alone', () => {
    expect(readsOfEnvironment(product)).toEqual([])
  })
})

describe('names', () => {
  test.each(['src/utils/a.ts', 'src/token-helpers.ts', 'src/KeyManager.ts', 'test/support/common.ts'])(
    '%s is noticed',
    path => {
      expect(badNames([path])).toHaveLength(1)
    },
  )

  test('files and folders say what is inside, in kebab-case', () => {
    expect(badNames(everything.map(({ path }) => path))).toEqual([])
  })
})

describe('ARCHITECTURE.md', () => {
  const path = join(projectDirectory, 'ARCHITECTURE.md')

  test('exists and names every room of src/', () => {
    expect(existsSync(path)).toBe(true)
    const page = readFileSync(path, 'utf8')
    const rooms = readdirSync(join(projectDirectory, 'src'), { withFileTypes: true })
      .filter(entry => entry.isDirectory())
      .map(({ name }) => name)
    expect(rooms.filter(room => !page.includes(`${room}/`))).toEqual([])
  })

  test('has a right for every room of src/, and no file outside of them', () => {
    const rooms = new Set(product.map(({ path: file }) => roomOf(file)))
    expect([...rooms].filter(room => !Object.hasOwn(rights, room))).toEqual([])
  })
})
