import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { OAuthTokenService } from 'evergrant'
import { localZohoApp, startLocalZoho } from 'evergrant/testing'
import ts from 'typescript'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { generateKey } from '../../src/sealing/ring-key.ts'
import { freshDatabase } from '../support/postgres.ts'
import { type Ended, run } from '../support/processes.ts'
import { projectDirectory } from '../support/project.ts'
import { userProject } from '../support/user-project.ts'
import { type Example, examplesOf, readExamples } from './examples.ts'
import { notRun, type Scene, scenes } from './scenes.ts'

const examples = await readExamples()

test('examples are found with their places, and with what introduces them', () => {
  const page =
    '# A\n\none\ntwo\n\n```js\na()\n```\n\n```ts\nb()\n```\n\n```sh\n# no\n```\n\n## B `c`\n\n```js\nd()\n```\n'
  expect(examplesOf('x.md', page)).toMatchObject([
    { name: 'x.md: A', language: 'js', text: 'a()\n', introduction: 'one\ntwo' },
    { name: 'x.md: A (2)', language: 'ts', text: 'b()\n' },
    { name: 'x.md: B `c`', text: 'd()\n' },
  ])
})

describe('types', () => {
  // What a response's `json()` gives has no type, and JavaScript has no way to give it one.
  const IS_UNKNOWN = 18046

  /** Type-checks examples as modules of the project, each for itself. Gives what the compiler has against them. */
  function complaints(checked: readonly Pick<Example, 'name' | 'language' | 'text'>[]): string[] {
    const { config } = ts.readConfigFile(join(projectDirectory, 'tsconfig.json'), ts.sys.readFile)
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, projectDirectory)
    const files = new Map(
      checked.map(({ name, language, text }, index) => [
        join(projectDirectory, `docs/example-${index}.${language}`),
        { name, text: `${text}\nexport {}\n` },
      ]),
    )
    // An example ends where it has shown what it shows, and JavaScript has no types for its parameters.
    const lenient = { noUnusedLocals: false, noUnusedParameters: false, noImplicitAny: false }
    const compilerOptions = { ...options, ...lenient, allowJs: true, checkJs: true }
    const host = ts.createCompilerHost(compilerOptions)
    const { getSourceFile, readFile, fileExists } = host
    host.fileExists = path => files.has(path) || fileExists(path)
    host.readFile = path => files.get(path)?.text ?? readFile(path)
    host.getSourceFile = (path, language, ...rest) => {
      const text = files.get(path)?.text
      return text === undefined
        ? getSourceFile(path, language, ...rest)
        : ts.createSourceFile(path, text, language)
    }
    const program = ts.createProgram([...files.keys()], compilerOptions, host)
    return [...files].flatMap(([path, { name }]) =>
      ts
        .getPreEmitDiagnostics(program, program.getSourceFile(path))
        .filter(({ code }) => !(path.endsWith('.js') && code === IS_UNKNOWN))
        .map(({ messageText }) => `${name}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`),
    )
  }

  test('an example that does not fit them is noticed, in JavaScript too', () => {
    const found = complaints([
      {
        name: 'good',
        language: 'ts',
        text: "import { Secret } from 'evergrant'\nconst a = Secret.of('a')\n",
      },
      {
        name: 'bad 1',
        language: 'ts',
        text: "import { Secret } from 'evergrant'\nconst a: number = Secret.of('a')\n",
      },
      { name: 'bad 2', language: 'js', text: "import { nothing } from 'evergrant/testing'\n" },
      { name: 'bad 3', language: 'js', text: "import { Secret } from 'evergrant'\nSecret.off('a')\n" },
      { name: 'untyped', language: 'js', text: 'export const f = a => a.b\n' },
    ])
    expect(found.map(complaint => complaint.slice(0, 5))).toEqual(['bad 1', 'bad 2', 'bad 3'])
  })

  test('every example of the documentation fits them', () => {
    expect(examples.length).toBeGreaterThan(20)
    expect(complaints(examples)).toEqual([])
  })
})

interface RunExampleOptions {
  /** Run in the example's place; it imports `./example.mjs`. */
  readonly program?: string | undefined
  readonly variables?: Readonly<Record<string, string>>
  readonly timeoutMs?: number
}

describe('run', () => {
  const TIME_LIMIT_MS = 60_000
  const user = userProject()
  const encryptionKeys = generateKey('guide')

  let folders = 0
  /** Saves an example as a user does, and runs it, or a program that imports it, in a process of its own. */
  async function runExample(
    text: string,
    { program, variables = {}, timeoutMs = TIME_LIMIT_MS }: RunExampleOptions = {},
  ): Promise<Ended> {
    folders += 1
    const cwd = user.folder(`example-${folders}`)
    writeFileSync(join(cwd, 'example.mjs'), text)
    if (program !== undefined) writeFileSync(join(cwd, 'program.mjs'), program)
    const file = program === undefined ? 'example.mjs' : 'program.mjs'
    return run(process.execPath, [file], { cwd, env: { ...user.environment, ...variables }, timeoutMs })
  }

  test('an example that fails, or does not end, is noticed', async () => {
    expect(await runExample('await Promise.reject(1)')).toMatchObject({ code: 1 })
    const open = `import pg from 'pg'\nawait new pg.Pool({ connectionString: process.env.URL }).query('select 1')`
    const variables = { URL: inject('postgresUrl') }
    expect(await runExample(open, { variables, timeoutMs: 3_000 })).toMatchObject({ code: null, stderr: '' })
  })

  test('every scene and every exception is for an example that exists', () => {
    const names = examples.map(({ name }) => name)
    expect([...Object.keys(scenes), ...Object.keys(notRun)].filter(name => !names.includes(name))).toEqual([])
  })

  const runnable = examples.filter(({ name }) => !(name in notRun))

  /** As JavaScript that this Node reads. What is not JavaScript as it stands has to be announced as TypeScript. */
  async function asJavaScript({ language, text, introduction }: Example): Promise<string> {
    if (language === 'js') return text
    const file = join(user.directory, 'checked.mjs')
    writeFileSync(file, text)
    const { code } = await run(process.execPath, ['--check', file])
    if (code === 0) return text
    expect(introduction).toContain('TypeScript')
    const options = {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
    }
    return ts.transpileModule(text, { compilerOptions: options }).outputText
  }

  describe('as .mjs on this Node, with a local Zoho and a real PostgreSQL', async () => {
    const database = await freshDatabase()
    const zoho = await startLocalZoho({ throttle: null })
    const tokens = await OAuthTokenService.open({ database: database.url, encryptionKeys })
    afterAll(async () => {
      await tokens.close()
      await zoho.close()
    })
    const environment = {
      DATABASE_URL: database.url,
      EVERGRANT_ENCRYPTION_KEYS: encryptionKeys,
      ZOHO_ACCOUNTS_SERVER: zoho.url,
      ZOHO_CLIENT_ID: localZohoApp.clientId,
      ZOHO_CLIENT_SECRET: localZohoApp.clientSecret,
    }

    test.each(runnable.map(example => [example.name, example] as const))(
      '%s',
      async (name, example) => {
        const { prepare, program, prints = /^/ }: Scene = scenes[name] ?? {}
        const prepared = await prepare?.({ database, zoho, tokens })
        const text = await asJavaScript(example)
        const variables = { ...environment, ...prepared }
        const { code, stdout, stderr } = await runExample(text, { program, variables })
        expect(stderr).toBe('')
        expect(code).toBe(0)
        expect(stdout).toMatch(prints)
      },
      2 * TIME_LIMIT_MS,
    )
  })
})
