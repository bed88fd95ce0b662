import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { localZohoApp, startLocalZoho } from 'evergrant/testing'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { blocksOf } from '../docs/markdown.ts'
import { type CommandOptions, commandLine, unwrapped } from '../support/command-line.ts'
import { freshDatabase } from '../support/postgres.ts'
import { projectDirectory } from '../support/project.ts'
import { KEYS } from '../support/services.ts'

const CLIENT = 'smart-tax-nation'
const CANARY = 'c4n4ry4711'
const zoho = await startLocalZoho({ throttle: null })
const database = await freshDatabase()
afterAll(() => zoho.close())
const { run, directory } = commandLine()

let files = 0
let dataDir = ''
beforeEach(() => {
  files += 1
  dataDir = join(directory, `data-${files}`)
})

/** Writes a file into the directory in which the command runs. */
function written(name: string, text: string): string {
  writeFileSync(join(directory, name), text)
  return name
}

// As a user's file would: by the name of the package, which is found from the project's directory.
const providers = join(projectDirectory, 'dist/providers/index.js')
const acme = `
  import { genericProvider } from ${JSON.stringify(providers)}
  export const providers = {
    acme: {
      profile: genericProvider({ name: 'acme', tokenEndpoint: '${zoho.url}/oauth/v2/token' }),
      clientId: process.env.ACME_ID,
      clientSecret: process.env.ACME_SECRET,
    },
  }
`
const env = { ACME_ID: localZohoApp.clientId, ACME_SECRET: localZohoApp.clientSecret }

async function record(): Promise<CommandOptions> {
  const { refreshToken } = await zoho.issueGrant()
  return { env, input: JSON.stringify({ clientId: CLIENT, provider: 'acme', refreshToken }) }
}

describe('a config file', () => {
  test('brings providers of one’s own to every verb', async () => {
    const options = ['--config', written('acme.mjs', acme), '--data-dir', dataDir]
    expect(await run(['import', ...options], await record())).toMatchObject({ code: 0, stderr: '' })
    const { requests } = await zoho.summary()
    const { code, stdout, stderr } = await run(['token', CLIENT, 'acme', ...options], { env })
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^1000\.\S+\n$/)
    expect((await zoho.summary()).requests).toBe(requests + 1)
    expect(await run(['refresh', CLIENT, 'acme', ...options], { env })).toMatchObject({ code: 0 })
    expect((await run(['status', ...options], { env })).stdout).toMatch(
      /^smart-tax-nation {2}acme {6}active/m,
    )
    expect(await run(['delete', CLIENT, 'acme', ...options], { env })).toMatchObject({ code: 0 })
  })

  test('may be named by EVERGRANT_CONFIG; the option wins', async () => {
    const named = { env: { ...env, EVERGRANT_CONFIG: written('named.mjs', acme) } }
    const args = ['token', CLIENT, 'acme', '--data-dir', dataDir]
    expect((await run(args, named)).stderr).toContain('[TOKEN_NOT_FOUND]')
    const other = written('other.mjs', 'export const providers = {}')
    expect((await run([...args, '--config', other], named)).stderr).toContain('There is no provider "acme"')
    expect((await run(args, { env: { ...env, EVERGRANT_CONFIG: '' } })).stderr).toContain(
      'no provider "acme"',
    )
  })

  test('is not looked for: nothing runs that nobody has named', async () => {
    for (const name of ['evergrant.config.mjs', 'evergrant.config.js', 'config.mjs']) {
      written(name, `console.log('${CANARY}')`)
    }
    const { stdout, stderr } = await run(['status', '--data-dir', dataDir])
    expect(stdout + stderr).not.toContain(CANARY)
  })

  test('may name schema, policy and a source of keys; --schema wins', async () => {
    const keyed = `
      export const schema = 'from_config'
      export const policy = { requestTimeoutMs: 4_000 }
      export const encryptionKeys = {
        name: 'the vault of this test',
        load: async () => [{ id: 'vault', key: { reveal: () => Buffer.alloc(32, 7).toString('base64') } }],
      }
    `
    const url = { env: { ...env, DATABASE_URL: database.url } }
    const options = ['--config', written('keyed.mjs', acme + keyed)]
    expect((await run(['migrate', ...options], url)).stdout).toContain('schema from_config')
    const imported = await run(['import', ...options], { ...url, input: (await record()).input })
    expect(imported).toMatchObject({ code: 0, stderr: '' })
    const [row] = await database.query('select refresh_token from from_config.oauth_tokens')
    expect(row).toEqual({ refresh_token: expect.stringMatching(/^eg1\.BXZhdWx0/) })
    expect(await run(['refresh', CLIENT, 'acme', ...options], url)).toMatchObject({ code: 0, stderr: '' })
    expect((await run(['migrate', ...options, '--schema', 'another'], url)).stdout).toContain(
      'schema another',
    )
  })

  test('as the guide writes it is taken', async () => {
    const guide = readFileSync(join(projectDirectory, 'docs/guide/providers.md'), 'utf8')
    const example = blocksOf(guide).find(({ text }) => text.startsWith('// evergrant.config.mjs'))?.text ?? ''
    const here = example
      .replace("'evergrant/providers'", JSON.stringify(providers))
      .replace(/'https:[^']*token'/, `'${zoho.url}/oauth/v2/token'`)
    const options = ['--config', written('guide.mjs', here), '--data-dir', dataDir]
    const guided = { ...env, ACME_CLIENT_ID: env.ACME_ID, ACME_CLIENT_SECRET: env.ACME_SECRET }
    await run(['import', ...options], { env: guided, input: (await record()).input })
    expect(await run(['token', CLIENT, 'acme', ...options], { env: guided })).toMatchObject({
      code: 0,
      stderr: '',
    })
  })
})

/** Where no module can be. */
const PLACES: Readonly<Record<string, string>> = { dir: '.', file: '/dev/null/config.mjs' }

describe('a config file that is wrong ends with 2, without a stack and without a secret', () => {
  test.each([
    ['is not there', null, /The config file gone\.mjs is not there\. .*--config.*EVERGRANT_CONFIG/],
    ['is a directory', 'dir', /is not a file/],
    ['is out of reach', 'file', /cannot be reached \(ENOTDIR\)/],
    [
      'has a syntax error',
      `export const x = "${CANARY}" y`,
      /cannot be loaded \(SyntaxError\)\. .*`node \S+`/,
    ],
    ['throws', `throw new Error('${CANARY}')`, /cannot be loaded \(Error\)\. .*`node \S+`/],
    ['imports what is not there', `import '${CANARY}'`, /cannot be loaded \(ERR_MODULE_NOT_FOUND\)/],
    ['has a wrong profile', acme.replace('http:', 'ftp:'), /The token endpoint of the provider "acme"/],
    ['exports nothing', `const providers = '${CANARY}'`, /exports nothing\. .*export const providers/],
    [
      'exports what is not known',
      'export const proveiders = {}, a = 1',
      /not known: a, proveiders\. .*providers/,
    ],
    ['has a default export', 'export default {}', /not known: default\. .*export const providers/],
    ['names a database', `export const database = 'postgres://${CANARY}'`, /database.*DATABASE_URL/],
    [
      'has keys in it',
      `export const encryptionKeys = '${CANARY}'`,
      /encryptionKeys.*EVERGRANT_ENCRYPTION_KEYS/,
    ],
    ['has no providers in providers', 'export const providers = []', /providers.*must be an object/],
    ['has a schema that is none', 'export const schema = 7', /schema.*must be a text/],
    ['has a policy that is none', 'export const policy = { nothing: 1 }', /option policy .*nothing/],
    [
      'has a provider that is none',
      'export const providers = { nobody: { clientId: "a" } }',
      /"nobody" is not built in.*--config/,
    ],
  ])('%s', async (_, text, complaint) => {
    const place = text === null ? 'gone.mjs' : PLACES[text]
    const name = place ?? written(`wrong-${files}.mjs`, text ?? '')
    const args = ['token', CLIENT, 'acme', '--data-dir', dataDir, '--config', name]
    const { code, stdout, stderr } = await run(args, { env })
    expect([code, stdout]).toEqual([2, ''])
    expect(unwrapped(stderr)).toMatch(complaint)
    expect(stderr).toMatch(/^error \[(USAGE|INVALID_INPUT)\] /)
    expect(stderr).not.toContain(CANARY)
    expect(stderr).not.toMatch(/^ +at |^.{81}/m)
  })

  test('in JSON too', async () => {
    const args = ['status', '--json', '--config', written('json.mjs', `throw new Error('${CANARY}')`)]
    const { code, stdout, stderr } = await run(args)
    expect([code, stderr]).toEqual([2, ''])
    expect(JSON.parse(stdout).error).toMatchObject({ code: 'USAGE' })
    expect(stdout).not.toContain(CANARY)
  })

  test('verbs that open no database of yours take none', async () => {
    const broken = { EVERGRANT_CONFIG: 'gone.mjs' }
    expect(await run(['keys', 'generate'], { env: broken })).toMatchObject({ code: 0 })
    expect(await run(['demo', '--config', 'gone.mjs'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--config'),
    })
  })
})

test('a provider that nobody has defined is told with where to define it', async () => {
  const { stderr } = await run(['token', CLIENT, 'acme', '--data-dir', dataDir], {
    env: { EVERGRANT_ENCRYPTION_KEYS: KEYS },
  })
  expect(unwrapped(stderr)).toMatch(
    /There are: zoho_crm, zoho_calendar\. .*--config.*EVERGRANT_CONFIG.*open\(/,
  )
})

test('help tells of it', async () => {
  expect((await run(['token', '--help'])).stdout).toMatch(/--config <file>.*\n?.*EVERGRANT_CONFIG/)
})
