import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { generateKey } from '../../src/sealing/ring-key.ts'
import { compileSource } from '../support/compiled-source.ts'
import { freshDatabase } from '../support/postgres.ts'
import { type Ended, run } from '../support/processes.ts'
import { projectDirectory } from '../support/project.ts'
import { blocksOf } from './markdown.ts'

const page = readFileSync(join(projectDirectory, 'docs/guide/start.md'), 'utf8')
const database = await freshDatabase()
const directory = packageDirectory()
afterAll(() => rmSync(directory, { recursive: true }))

/** The source as a package that a program in it can import by its name. */
function packageDirectory(): string {
  const compiled = compileSource()
  const { name, type, exports } = JSON.parse(readFileSync(join(projectDirectory, 'package.json'), 'utf8'))
  const entries = JSON.parse(JSON.stringify(exports).replaceAll('./dist/', './'))
  writeFileSync(join(compiled, 'package.json'), JSON.stringify({ name, type, exports: entries }))
  return compiled
}

/** Saves the guide's first example as the guide says, and runs it in a directory of its own. */
async function runFirstExample(folder: string, env: Record<string, string>): Promise<Ended> {
  const cwd = join(directory, folder)
  mkdirSync(cwd)
  const example = blocksOf(page).find(({ language }) => language === 'ts')?.text ?? ''
  writeFileSync(join(cwd, 'try.mjs'), example)
  return run(process.execPath, ['try.mjs'], { cwd, env })
}

const printed = [
  /^stored token served: true$/m,
  /^refreshed: true until \d{4}-/m,
  /^requests to the token endpoint: 1$/m,
]

test("the start guide's example runs with nothing but the package, and leaves the files that it names", async () => {
  const { code, stdout, stderr } = await runFirstExample('embedded', {})
  expect(stderr).toBe('')
  expect(code).toBe(0)
  for (const line of printed) expect(stdout).toMatch(line)
  const files = readdirSync(join(directory, 'embedded/.evergrant'))
  expect(files).toEqual(expect.arrayContaining(['evergrant.db', 'evergrant.db.key']))
})

test('the same example runs on PostgreSQL with two variables set', async () => {
  const { code, stdout, stderr } = await runFirstExample('postgres', {
    DATABASE_URL: database.url,
    EVERGRANT_ENCRYPTION_KEYS: generateKey('guide'),
  })
  expect(stderr).toBe('')
  expect(code).toBe(0)
  for (const line of printed) expect(stdout).toMatch(line)
  const rows = await database.query('select client_id, access_token from oauth_tokens')
  expect(rows).toMatchObject([
    { client_id: 'smart-tax-nation', access_token: expect.stringMatching(/^eg1\./) },
  ])
})
