import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { localZohoApp, startLocalZoho } from 'evergrant/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run } from '../support/processes.ts'
import { projectDirectory } from '../support/project.ts'
import { alsoInstall, type Consumer, declaredEntries, makeConsumer, npm } from './consumer.ts'
import { firstExample } from './documentation.ts'

const tool = (name: string): string => join(projectDirectory, 'node_modules', '.bin', name)

let consumer: Consumer
beforeAll(async () => {
  consumer = await makeConsumer()
}, 300_000)
afterAll(() => consumer?.[Symbol.asyncDispose]())

interface CompilerOptions {
  readonly skipLibCheck: boolean
  readonly module?: string
  readonly moduleResolution?: string
  readonly lib?: readonly string[]
}

/** Type-checks a file as a strict project of a user's does, and compiles it beside itself. */
async function compile(file: string, options: CompilerOptions): Promise<string> {
  const project = join(consumer.directory, 'tsconfig.json')
  const compilerOptions = {
    target: 'ES2022',
    module: 'NodeNext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    types: ['node'],
    ...options,
  }
  await writeFile(project, JSON.stringify({ compilerOptions, files: [file] }))
  return (await run(tool('tsc'), ['-p', project])).stdout
}

describe('the tarball', () => {
  test('T33: is the same, byte for byte, when it is packed again', () => {
    expect(consumer.second.shasum).toBe(consumer.tarball.shasum)
  })

  test('T33: holds what package.json, the licence and the README promise, and nothing else', () => {
    const promised =
      /^(?:dist\/.+\.(?:js|d\.ts)|package\.json|README\.md|LICENSE|CHANGELOG\.md|SECURITY\.md)$/
    expect(consumer.tarball.files.filter(path => !promised.test(path))).toEqual([])
    expect(consumer.tarball.files).toEqual(expect.arrayContaining(['README.md', 'LICENSE', 'dist/index.js']))
  })

  test('T33: holds no tests and no keys, and each of its programs has a source', async () => {
    expect(
      consumer.tarball.files.filter(path => /\.test\.|\.pem$|\.key$|^(?:test|src)\//.test(path)),
    ).toEqual([])
    const programs = consumer.tarball.files.filter(path => path.endsWith('.js'))
    const orphans: string[] = []
    for (const path of programs) {
      const text = await readFile(join(consumer.directory, 'node_modules/evergrant', path), 'utf8')
      expect(text).not.toMatch(/-----BEGIN [A-Z ]*PRIVATE KEY-----/)
      const source = join(projectDirectory, path.replace(/^dist\//, 'src/').replace(/\.js$/, '.ts'))
      await readFile(source).catch(() => orphans.push(path))
    }
    expect(orphans, 'without a source: remove dist/ and build again').toEqual([])
  })

  test('is faultless for publint', async () => {
    const { code, stdout } = await run(tool('publint'), ['run', consumer.tarball.path, '--strict'])
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining('All good!') })
  })

  test('has the right types under every resolution that reads ES modules', async () => {
    const ended = await run(tool('attw'), [consumer.tarball.path, '--profile', 'esm-only', '--no-emoji'])
    expect(ended).toMatchObject({ code: 0 })
  })
})

describe('an installation', () => {
  test('T33: brings the runtime dependencies of the list, and no others', async () => {
    const { stdout } = await npm(['ls', '--all', '--json', '--omit=dev'], { cwd: consumer.directory })
    const { evergrant }: Record<string, Tree> = JSON.parse(stdout).dependencies
    const allowed = JSON.parse(await readFile(new URL('runtime-dependencies.json', import.meta.url), 'utf8'))
    expect([...namesIn(evergrant)].sort()).toEqual(allowed)
  })

  test('imports by every entry that package.json declares', async () => {
    const entries = (await declaredEntries()).filter(entry => !/\.json$|\/opentelemetry$/.test(entry))
    const program = entries.map(entry => `await import('${entry}')`).join('\n')
    const ended = await run(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: consumer.directory,
    })
    expect(ended).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  test.each([
    ['pg', 'postgres://127.0.0.1:1/nothing'],
    ['libsql', 'file:tokens.db'],
  ])('without the driver %s says what to install', async (driver, database) => {
    const folder = join(consumer.directory, 'node_modules', driver)
    const aside = join(consumer.directory, `${driver}-aside`)
    await rename(folder, aside).catch(() => {})
    const options = { database, encryptionKeys: `k1:${Buffer.alloc(32, 1).toString('base64')}` }
    const program = `
      import { OAuthTokenService } from 'evergrant'
      await OAuthTokenService.open(${JSON.stringify(options)}).catch(e => console.log(e.code, e.message))`
    const ended = await run(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: consumer.directory,
    })
    await rename(aside, folder).catch(() => {})
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(ended.stdout).toMatch(new RegExp(`^INVALID_INPUT .*npm install ${driver}`))
  })

  test("type-checks by every entry, with its libraries' types checked, too", async () => {
    // Drizzle's own types do not pass without its optional peers, so the entry that shows them is left out.
    const entries = (await declaredEntries()).filter(
      entry => !/\.json$|\/(?:schema|opentelemetry)$/.test(entry),
    )
    const file = join(consumer.directory, 'entries.ts')
    await writeFile(
      file,
      entries.map((entry, index) => `export * as entry${index} from '${entry}'`).join('\n'),
    )
    expect(await compile(file, { skipLibCheck: false })).toBe('')
    // As projects for Node are often set up: without the types of a browser.
    expect(await compile(file, { skipLibCheck: false, lib: ['ES2022'] })).toBe('')
  })

  test("type-checks by the schema's entry", async () => {
    const file = join(consumer.directory, 'schema.ts')
    await writeFile(
      file,
      "import { oauthTokens } from 'evergrant/schema'\nexport const table = oauthTokens\n",
    )
    expect(await compile(file, { skipLibCheck: true })).toBe('')
  })

  test("compiles and runs the README's first example", async () => {
    const example = firstExample(await readFile(join(projectDirectory, 'README.md'), 'utf8'))
    const file = join(consumer.directory, 'example.ts')
    await writeFile(file, example ?? '')
    expect(example).not.toBeNull()
    // The other way that the README names.
    const bundler = { module: 'ESNext', moduleResolution: 'bundler' }
    expect(await compile(file, { ...bundler, skipLibCheck: false })).toBe('')
    expect(await compile(file, { skipLibCheck: false })).toBe('')

    await using zoho = await startLocalZoho()
    const ended = await run(process.execPath, [join(consumer.directory, 'example.js')], {
      cwd: consumer.directory,
      env: {
        NODE_ENV: undefined,
        ZOHO_ACCOUNTS_SERVER: zoho.url,
        ZOHO_CLIENT_ID: localZohoApp.clientId,
        ZOHO_CLIENT_SECRET: localZohoApp.clientSecret,
        ZOHO_REFRESH_TOKEN: (await zoho.issueGrant()).refreshToken,
      },
      timeoutMs: 60_000,
    })
    expect(ended).toMatchObject({ code: 0, stderr: '' })
  })

  test('takes OpenTelemetry by its own entry: without its API it says what is lacking, with it all is there', async () => {
    const program = `import { openTelemetry } from 'evergrant/opentelemetry'
      import { OAuthTokenService } from 'evergrant'
      const tokens = await OAuthTokenService.open({ database: 'memory:', telemetry: openTelemetry() })
      await tokens.close()`
    const started = (): Promise<{ readonly code: number | null; readonly stderr: string }> =>
      run(process.execPath, ['--input-type=module', '--eval', program], { cwd: consumer.directory })
    const without = await started()
    expect(without).toMatchObject({ code: 1 })
    expect(without.stderr).toContain("Cannot find package '@opentelemetry/api'")

    await alsoInstall(consumer, ['@opentelemetry/api'])
    expect(await started()).toMatchObject({ code: 0, stderr: '' })
    const file = join(consumer.directory, 'opentelemetry.ts')
    await writeFile(file, `${program}\nexport {}\n`)
    expect(await compile(file, { skipLibCheck: false })).toBe('')
    expect(await compile(file, { skipLibCheck: false, lib: ['ES2022'] })).toBe('')
  })

  // The last one: it brings drivers, which the tests above do without.
  test('takes pools, databases and transactions by their shape, and refuses others when it is compiled', async () => {
    await alsoInstall(consumer, ['pg', '@types/pg', 'postgres', '@electric-sql/pglite'])
    const file = join(consumer.directory, 'database-handles.ts')
    const text = await readFile(new URL('database-handles.ts', import.meta.url), 'utf8')
    await writeFile(file, text)
    expect(await compile(file, { skipLibCheck: true })).toBe('')
    // Its lines that must fail do fail: without the comments there is an error for each.
    const comments = /^ *\/\/ @ts-expect-error.*\n/gm
    await writeFile(file, text.replace(comments, ''))
    const errors = (await compile(file, { skipLibCheck: true })).match(/error TS\d+/g) ?? []
    expect(errors).toHaveLength(text.match(comments)?.length ?? 0)
  })
})

interface Tree {
  readonly version?: string
  readonly dependencies?: Readonly<Record<string, Tree>>
}

/** The packages below a package that are installed; SQLite's binary is another one on each platform. */
function namesIn({ dependencies = {} }: Tree = {}): ReadonlySet<string> {
  const names = Object.entries(dependencies)
    .filter(([, { version }]) => version !== undefined)
    .flatMap(([name, tree]) => [name.replace(/^@libsql\/.*/, '@libsql/<platform>'), ...namesIn(tree)])
  return new Set(names)
}
