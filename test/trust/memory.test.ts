import { createSecretKey } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { serialize } from 'node:v8'
import { afterAll, describe, expect, test } from 'vitest'
import { fileKeys } from '../../src/sealing/file-keys.ts'
import { generateKey } from '../../src/sealing/ring-key.ts'
import { run } from '../support/processes.ts'
import { makeCanary } from './canary.ts'

const directory = mkdtempSync(join(tmpdir(), 'evergrant-memory-'))
afterAll(() => rmSync(directory, { recursive: true }))

let programs = 0

/** Runs a program that has a file of its own to write to, and gives its output and what it wrote there. */
async function runProgram(
  body: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly output: string; readonly written: string }> {
  programs += 1
  const file = join(directory, `written-${programs}`)
  const text = `
    import { OAuthTokenService } from 'evergrant'
    import { readFileSync, writeFileSync } from 'node:fs'
    import { writeHeapSnapshot } from 'node:v8'
    const file = process.argv[1]
    ${body}`
  const ended = await run(process.execPath, ['--input-type=module', '--eval', text, file], { env })
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  return { output: ended.stdout, written: readFileSync(file, 'latin1') }
}

/** The base64 of a key, as it stands in a variable or a file. */
const base64Of = (entry: string): string => entry.trim().split(':')[1] ?? ''

describe('T9: a heap snapshot', () => {
  const canary = makeCanary()
  // The tokens reach the program by its input file only, so that they do not lie in its source text.
  const snapshot = (options: string): string => `
    const tokens = await OAuthTokenService.open(${options})
    await tokens.storeTokens('c', 'zoho_crm', { accessToken: process.env.ACCESS, refreshToken: process.env.REFRESH })
    await tokens.getAccessToken('c', 'zoho_crm')
    writeHeapSnapshot(file)
    await tokens.close()`
  const env = { ACCESS: canary.secret('access'), REFRESH: canary.secret('refresh') }
  const variants: [string, string, (database: string) => Promise<string> | string][] = [
    ['a key file', '{ database: process.env.DB }', database => keyIn(database)],
    [
      'a variable of the environment',
      '{ database: process.env.DB }',
      () => generateKey('a-rather-long-key-id'),
    ],
    [
      'an option',
      '{ database: process.env.DB, encryptionKeys: process.env.KEYS }',
      () => generateKey('short'),
    ],
    [
      'a source of keys',
      `{ database: process.env.DB, encryptionKeys: { name: 'mine', load: async () => {
        const { fileKeys } = await import('./dist/sealing/file-keys.js')
        return fileKeys(process.env.DB.slice('file:'.length) + '.mine').load()
      } } }`,
      async database => keyIn(database, '.mine'),
    ],
  ]

  test.each(variants)(
    'T9: holds no key that came from %s, though it holds the tokens in memory',
    async (how, options, key) => {
      const database = join(directory, `${how}.db`)
      const entry = await key(database)
      const keys = how.startsWith('a variable') ? { EVERGRANT_ENCRYPTION_KEYS: entry } : { KEYS: entry }
      const { written } = await runProgram(snapshot(options), { ...env, ...keys, DB: `file:${database}` })
      const base64 = base64Of(entry)
      const holds = (text: string): boolean => written.includes(text)
      expect([canary.mark, 'OAuthTokenService'].map(holds)).toEqual([true, true])
      expect([base64, Buffer.from(base64, 'base64').toString('hex')].map(holds)).toEqual([false, false])
    },
  )
})

async function keyIn(database: string, suffix = '.key'): Promise<string> {
  await fileKeys(`${database}${suffix}`).load()
  return readFileSync(`${database}${suffix}`, 'utf8')
}

test('T9: a key object prints and serialises as nothing', () => {
  const bytes = Buffer.from('0123456789abcdef0123456789abcdef')
  const key = createSecretKey(bytes)
  expect(JSON.stringify({ key })).toBe('{"key":{}}')
  for (const text of [inspect(key, { showHidden: true, depth: 9, getters: true }), String(key)]) {
    for (const form of [bytes.toString(), bytes.toString('hex'), bytes.toString('base64')]) {
      expect(text).not.toContain(form)
    }
  }
  expect(() => serialize(key)).toThrow()
})

test('T9: what SECURITY.md says of the environment is so: /proc and reports keep it', async () => {
  const canary = makeCanary()
  const { written } = await runProgram(
    `delete process.env.SECRET
     const report = JSON.stringify(process.report.getReport())
     writeFileSync(file, JSON.stringify([process.env.SECRET ?? null, readFileSync('/proc/self/environ', 'utf8'), report]))`,
    { SECRET: canary.secret('variable') },
  )
  const [variable, environ] = JSON.parse(written)
  expect(variable).toBeNull()
  expect(canary.findIn(environ)).toEqual(['raw'])
  const { written: report } = await runProgram(
    'writeFileSync(file, JSON.stringify(process.report.getReport()))',
    { SECRET: canary.secret('variable') },
  )
  expect(canary.findIn(report)).toEqual(['raw'])
})
