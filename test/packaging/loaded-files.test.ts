import { expect, test } from 'vitest'
import { run } from '../support/processes.ts'

/** Tells of every ES module that Node loads. */
const hook = `
  import { writeSync } from 'node:fs'
  export async function load(url, context, next) {
    writeSync(1, url + '\\n')
    return next(url, context)
  }
`

/** Imports a package as a user does, and prints every file that came with it, CommonJS ones too. */
const program = `
  import { createRequire, register } from 'node:module'
  register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hook)}))
  await import(process.argv[1])
  for (const file of Object.keys(createRequire(import.meta.url).cache)) console.log(file)
`

async function filesLoadedBy(specifier: string): Promise<readonly string[]> {
  const ended = await run(process.execPath, ['--input-type=module', '--eval', program, specifier])
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  return [...new Set(ended.stdout.split('\n').filter(line => line.includes('/')))]
}

/** The packages that files belong to: of nested ones, the innermost. */
function packagesOf(files: readonly string[]): readonly string[] {
  const names = files.map(file => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? '')
  return [...new Set(names)].filter(name => name !== '').sort()
}

const lazy = [
  'drizzle-orm',
  'pg',
  'postgres',
  'libsql',
  'hono',
  '@hono/node-server',
  'commander',
  '@opentelemetry/api',
  'temporal-polyfill',
]

test('the list of loaded files sees ES modules and what they require', async () => {
  expect(packagesOf(await filesLoadedBy('drizzle-orm'))).toEqual(['drizzle-orm'])
  expect(packagesOf(await filesLoadedBy('pg'))).toEqual(expect.arrayContaining(['pg', 'pg-pool', 'pg-types']))
})

test('importing evergrant/zoho loads no time zone arithmetic', async () => {
  const loaded = packagesOf(await filesLoadedBy('evergrant/zoho'))
  expect(loaded.filter(name => name.startsWith('temporal'))).toEqual([])
})

test('importing evergrant loads no web framework, no ORM, no driver and no command line', async () => {
  const files = await filesLoadedBy('evergrant')
  expect(files.some(file => file.endsWith('/dist/index.js'))).toBe(true)
  const loaded = packagesOf(files)
  expect(
    loaded.filter(name => lazy.includes(name) || name.startsWith('@libsql/')),
    `${files.length} files of the packages ${loaded.join(', ') || '(none)'} were loaded`,
  ).toEqual([])
})
