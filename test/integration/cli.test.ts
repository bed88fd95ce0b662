import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { localZohoApp, startLocalZoho } from 'evergrant/testing'
import Libsql from 'libsql'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { commandLine, unwrapped } from '../support/command-line.ts'
import { run as runProgram } from '../support/processes.ts'
import { projectDirectory } from '../support/project.ts'

const CLIENT = 'smart-tax-nation'
const CANARY = 'c4n4ry4711'

const zoho = await startLocalZoho({ throttle: null })
afterAll(() => zoho.close())
const { run, start, directory } = commandLine()
const env = {
  ZOHO_ACCOUNTS_SERVER: zoho.url,
  ZOHO_CLIENT_ID: localZohoApp.clientId,
  ZOHO_CLIENT_SECRET: localZohoApp.clientSecret,
}

// Each test has a database of its own.
let databases = 0
let dataDir = ''
beforeEach(() => {
  databases += 1
  dataDir = join(directory, `data-${databases}`)
})
const evergrant = (args: readonly string[], input?: string) =>
  run([...args, '--data-dir', dataDir], { env, input })

async function connect(clientId = CLIENT): Promise<string> {
  const { refreshToken } = await zoho.issueGrant()
  const imported = await evergrant(
    ['import'],
    JSON.stringify({ clientId, provider: 'zoho_crm', refreshToken }),
  )
  expect(imported).toMatchObject({ code: 0, stderr: '' })
  return refreshToken
}

describe('help', () => {
  test('lists the verbs', async () => {
    const { code, stdout, stderr } = await run(['--help'])
    expect([code, stderr]).toEqual([0, ''])
    for (const verb of [
      'demo',
      'migrate',
      'token',
      'status',
      'refresh',
      'delete',
      'import',
      'keys generate',
    ]) {
      expect(stdout).toContain(`  ${verb}`)
    }
  })

  test.each(['demo', 'migrate', 'token', 'status', 'refresh', 'delete', 'import', 'keys generate'])(
    'of %s has an example',
    async verb => {
      const { code, stdout } = await run([...verb.split(' '), '--help'])
      expect(code).toBe(0)
      expect(stdout).toMatch(new RegExp(`Example:\\n  .*evergrant ${verb}`))
    },
  )

  test('is printed, on standard error, where the verb is missing', async () => {
    expect(await run([])).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('Usage:') })
  })

  test('the version is the one of the package', async () => {
    const { version } = JSON.parse(readFileSync(join(projectDirectory, 'package.json'), 'utf8'))
    expect(await run(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  })
})

describe('a wrong command line ends with 2', () => {
  test.each([
    ['an unknown verb, with a suggestion', ['stauts'], /Unknown command 'stauts'\. Did you mean status\?/],
    ['an unknown option, with a suggestion', ['status', '--jsn'], /Unknown option '--jsn'\. .*--json/],
    ['a missing argument', ['token', CLIENT], /Missing required argument 'provider'/],
    ['an argument too many', ['token', CLIENT, 'zoho_crm', CANARY], /Too many arguments/],
    ['an unknown option with a value', ['status', `--frob=${CANARY}`], /Unknown option '--frob'\./],
    ['a token', ['token', CLIENT, 'zoho_crm', `--token=${CANARY}`], /--token is not taken.*import/],
    ['a client secret', ['refresh', CLIENT, 'zoho_crm', '--client-secret', CANARY], /ZOHO_CLIENT_SECRET/],
    ['a database with its password', ['status', `--database=postgres://u:${CANARY}@h/d`], /DATABASE_URL/],
    ['an unknown status', ['status', '--status', CANARY], /active, suspect or/],
    ['a name that cannot be', ['token', ' x', 'zoho_crm'], /clientId must be/],
  ])('%s', async (_, args, complaint) => {
    const { code, stdout, stderr } = await evergrant(args)
    expect([code, stdout]).toEqual([2, ''])
    expect(unwrapped(stderr)).toMatch(complaint)
    expect(stderr).not.toContain(CANARY)
    expect(stderr).not.toMatch(/^.{81}|^ +at /m)
  })

  test('and with --json the mistake is the document', async () => {
    const { code, stdout, stderr } = await run(['stauts', '--json'])
    expect([code, stderr]).toEqual([2, ''])
    expect(JSON.parse(stdout)).toEqual({
      error: { code: 'USAGE', message: expect.stringContaining("Unknown command 'stauts'") },
    })
  })
})

describe('token', () => {
  test('prints the token alone', async () => {
    await connect()
    const { code, stdout, stderr } = await evergrant(['token', CLIENT, 'zoho_crm'])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^1000\.\S+\n$/)
    const answer = await fetch(`${zoho.url}/api/echo`, {
      headers: { authorization: `Zoho-oauthtoken ${stdout.trim()}` },
    })
    expect(answer.status).toBe(200)
    expect(await evergrant(['token', CLIENT, 'zoho_crm'])).toMatchObject({ stdout })
  })

  test('with --json has what belongs to it', async () => {
    await connect()
    const { stdout } = await evergrant(['token', CLIENT, 'zoho_crm', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({
      accessToken: expect.stringMatching(/^1000\./),
      expiresAt: expect.stringMatching(/Z$/),
      tokenType: 'Bearer',
      metadata: { api_domain: 'https://www.zohoapis.com' },
    })
  })

  test('that is not there ends with 1, and says what to do', async () => {
    const { code, stdout, stderr } = await evergrant(['token', CLIENT, 'zoho_crm'])
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^error \[TOKEN_NOT_FOUND\] .*\n {6}Connect the account/)
    expect(stderr).not.toMatch(/^.{81}/m)
  })

  test('whose grant is refused ends with 3', async () => {
    await zoho.revokeGrant(await connect())
    const { code, stdout } = await evergrant(['token', CLIENT, 'zoho_crm', '--json'])
    expect(code).toBe(3)
    expect(JSON.parse(stdout).error).toMatchObject({
      code: 'REAUTHORIZATION_REQUIRED',
      reason: 'suspect',
      retryable: true,
      clientId: CLIENT,
      provider: 'zoho_crm',
    })
  })

  test('comes from the seed of the environment too', async () => {
    const { refreshToken } = await zoho.issueGrant()
    const args = ['token', CLIENT, 'zoho_crm', '--data-dir', dataDir]
    const { code, stdout } = await run(args, { env: { ...env, ZOHO_REFRESH_TOKEN: refreshToken } })
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^1000\./)])
  })
})

describe('status', () => {
  test('says kindly that there is no database yet, and makes none', async () => {
    const { code, stdout, stderr } = await evergrant(['status'])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain('There is no database yet')
    expect(stdout).not.toContain('demo')
    expect(JSON.parse((await evergrant(['status', '--json'])).stdout)).toMatchObject({
      database: { exists: false },
      connections: [],
    })
  })

  test.each([
    [
      'a directory that is not there',
      () => `file:${dataDir}/no/such.db`,
      /directory \S+\/no .*does not exist/,
    ],
    ['a file in the place of a directory', () => 'file:/dev/null/x.db', /cannot be reached \(ENOTDIR\)/],
  ])('does not take %s for a database that is still to be made', async (_, url, complaint) => {
    const { code, stdout, stderr } = await run(['status'], { env: { DATABASE_URL: url() } })
    expect([code, stdout]).toEqual([2, ''])
    expect(unwrapped(stderr)).toMatch(complaint)
    expect(stderr).toContain('DATABASE_URL')
  })

  test('says of a database in memory that it belongs to its process', async () => {
    const memory = { env: { DATABASE_URL: 'memory:' } }
    const { code, stdout } = await run(['status'], memory)
    expect([code, stdout]).toEqual([0, expect.stringContaining('in memory belongs to the process')])
    expect(stdout).not.toContain('yet')
    expect(JSON.parse((await run(['status', '--json'], memory)).stdout)).toMatchObject({
      database: { kind: 'memory' },
      connections: [],
    })
  })

  test('names the command that shows what the demo has left', async () => {
    mkdirSync(join(dataDir, 'demo'), { recursive: true })
    writeFileSync(join(dataDir, 'demo/evergrant.db'), '')
    const { stdout } = await evergrant(['status'])
    expect(stdout).toContain(`main.js status --data-dir ${join(dataDir, 'demo')}\n`)
  })

  test('is an aligned table, by client and by provider', async () => {
    await connect()
    await connect('b')
    await evergrant(['refresh', CLIENT, 'zoho_crm'])
    const { code, stdout } = await evergrant(['status'])
    expect(code).toBe(0)
    expect(stdout.split('\n')).toEqual([
      'CLIENT            PROVIDER  STATUS  EXPIRES  REFRESHED  LAST ERROR',
      'b                 zoho_crm  active  -        -          -',
      expect.stringMatching(/^smart-tax-nation {2}zoho_crm {2}active {2}59 min {3}\d+ s ago +-$/),
      '',
    ])
    expect((await evergrant(['status', 'b'])).stdout).not.toContain(CLIENT)
    expect((await evergrant(['status', '--provider', 'zoho_calendar'])).stdout).toBe('No connections.\n')
    expect((await evergrant(['status', '--status', 'suspect'])).stdout).toBe('No connections.\n')
  })

  test('tells in short what JSON tells in full, and takes both words of a status', async () => {
    await connect()
    const database = new Libsql(join(dataDir, 'evergrant.db'))
    database.exec(`update oauth_tokens set status = 'reauthorization_required', status_reason = 'lost_rotation',
      last_error = 'REAUTHORIZATION_REQUIRED'`)
    database.close()
    const { stdout } = await evergrant(['status', '--status', 'reconnect'])
    expect(stdout).toMatch(/ reconnect {2}.* lost rotation$/m)
    expect((await evergrant(['status', '--status', 'reauthorization_required'])).stdout).toBe(stdout)
    const document = JSON.parse((await evergrant(['status', '--json'])).stdout)
    expect(document.connections).toMatchObject([
      { status: 'reauthorization_required', statusReason: 'lost_rotation', generation: 1 },
    ])
    expect((await evergrant(['status', '--help'])).stdout).toMatch(/reconnect .*\n.*reauthorization_required/)
  })

  test('reads page after page', async () => {
    const clients = Array.from({ length: 1_001 }, (_, index) => `client-${String(index).padStart(4, '0')}`)
    await evergrant(['migrate'])
    const database = new Libsql(join(dataDir, 'evergrant.db'))
    database.exec('begin')
    for (const [index, clientId] of clients.entries()) addRow(database, String(index), clientId)
    database.exec('commit')
    database.close()
    const { stdout } = await evergrant(['status'])
    const listed = stdout.trimEnd().split('\n').slice(1)
    expect(listed.map(line => line.split(' ')[0])).toEqual(clients)
    const document = JSON.parse((await evergrant(['status', '--json'])).stdout)
    expect(document.connections.map(({ clientId }: { clientId: string }) => clientId)).toEqual(clients)
  })

  test('escapes what would move the cursor', async () => {
    await evergrant(['migrate'])
    const database = new Libsql(join(dataDir, 'evergrant.db'))
    addRow(database, '1', 'evil\u001b[2J\nname')
    database.close()
    expect((await evergrant(['status'])).stdout).toContain('evil\\u001b[2J\\u000aname  zoho_crm')
    const { stdout } = await evergrant(['status', '--json'])
    expect(stdout).not.toContain('\u001b')
    expect(JSON.parse(stdout).connections[0].clientId).toBe('evil\u001b[2J\nname')
  })
})

describe('migrate', () => {
  test('ends, with what to change, where no directory can be made', async () => {
    const program = join(projectDirectory, 'dist/cli/main.js')
    const args = [program, 'migrate', '--data-dir', '/proc/evergrant']
    const { code, stderr } = await runProgram(process.execPath, args, { timeoutMs: 20_000 })
    expect([code, unwrapped(stderr)]).toEqual([2, expect.stringContaining('/proc/evergrant cannot be made')])
  })
})

describe('refresh', () => {
  test('refreshes now, and does not print the token', async () => {
    await connect()
    const { accessToken } = JSON.parse((await evergrant(['token', CLIENT, 'zoho_crm', '--json'])).stdout)
    const { code, stdout } = await evergrant(['refresh', CLIENT, 'zoho_crm'])
    expect([code, stdout]).toEqual([
      0,
      'Refreshed zoho_crm of smart-tax-nation; the token is good for 59 min.\n',
    ])
    expect((await evergrant(['token', CLIENT, 'zoho_crm'])).stdout).not.toContain(accessToken)
  })

  test('that is interrupted still stores the rotated token, and ends with 130', async () => {
    const refreshToken = await connect()
    await zoho.configure({ rotation: 'strict' })
    await zoho.fault({ kind: 'delay', ms: 400 })
    const { requests } = await zoho.summary()
    const child = start(['refresh', CLIENT, 'zoho_crm', '--data-dir', dataDir], { env })
    await expect.poll(async () => (await zoho.summary()).requests).toBe(requests + 1)
    child.kill('SIGINT')
    const code = await new Promise(resolve => child.once('exit', resolve))
    expect(code).toBe(130)
    expect(await zoho.stateOf(refreshToken)).toBe('replaced')
    expect(await evergrant(['refresh', CLIENT, 'zoho_crm'])).toMatchObject({ code: 0 })
    await zoho.configure({ rotation: 'static' })
  })
})

describe('delete', () => {
  test('removes the connection; what is not there is no failure', async () => {
    const refreshToken = await connect()
    expect(await evergrant(['delete', CLIENT, 'zoho_crm'])).toEqual({
      code: 0,
      stdout: 'Deleted zoho_crm of smart-tax-nation.\n',
      stderr: '',
    })
    expect(await zoho.stateOf(refreshToken)).toBe('current')
    expect((await evergrant(['delete', CLIENT, 'zoho_crm'])).stdout).toBe(
      'There was no zoho_crm of smart-tax-nation.\n',
    )
  })

  test('with --revoke ends the grant at the provider', async () => {
    const refreshToken = await connect()
    const { stdout } = await evergrant(['delete', CLIENT, 'zoho_crm', '--revoke', '--json'])
    expect(JSON.parse(stdout)).toEqual({
      clientId: CLIENT,
      provider: 'zoho_crm',
      deleted: true,
      revoked: true,
    })
    expect(await zoho.stateOf(refreshToken)).toBe('revoked')
  })
})

describe('keys generate', () => {
  test('prints a key alone, which a database takes', async () => {
    const { code, stdout, stderr } = await run(['keys', 'generate'])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/^k\d{8}-[0-9a-f]{6}:[A-Za-z0-9+/]{43}=\n$/)
    const keys = { EVERGRANT_ENCRYPTION_KEYS: stdout.trim(), EVERGRANT_DATA_DIR: dataDir }
    expect(await run(['migrate'], { env: keys })).toMatchObject({ code: 0 })
    const named = JSON.parse((await run(['keys', 'generate', '--id', 'prod-1', '--json'])).stdout)
    expect(named).toEqual({ id: 'prod-1', key: expect.stringMatching(/^prod-1:/) })
  })
})

test('no verb but token and keys prints a secret, whatever it is asked', async () => {
  const { refreshToken, accessToken } = await zoho.issueGrant()
  const record = { clientId: CLIENT, provider: 'zoho_crm', refreshToken, accessToken, expiresIn: 3_600 }
  const seeded = { ...env, ZOHO_CALENDAR_REFRESH_TOKEN: `${CANARY}-seed` }
  const printed: string[] = []
  const input = JSON.stringify(record)
  for (const json of [[], ['--json']]) {
    for (const args of [
      ['import'],
      ['import', '--overwrite'],
      ['import', '--env', CLIENT],
      ['status'],
      ['refresh', CLIENT, 'zoho_crm'],
      ['refresh', CLIENT, 'zoho_calendar'],
      ['migrate'],
      ['delete', CLIENT, 'zoho_calendar', '--revoke'],
      ['delete', CLIENT, 'zoho_crm'],
    ]) {
      const { stdout, stderr } = await run([...args, ...json, '--data-dir', dataDir], { env: seeded, input })
      printed.push(stdout, stderr)
    }
  }
  const everything = printed.join('\n')
  expect(everything).toContain(CLIENT)
  for (const secret of [refreshToken, accessToken, CANARY, localZohoApp.clientSecret]) {
    expect(everything).not.toContain(secret)
  }
})

function addRow(database: InstanceType<typeof Libsql>, id: string, clientId: string): void {
  database
    .prepare(
      `insert into oauth_tokens (id, client_id, provider, created_at, updated_at) values (?, ?, 'zoho_crm', 0, 0)`,
    )
    .run(id, clientId)
}
