import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { localZohoApp, startLocalZoho } from 'evergrant/testing'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { verbs } from '../../src/cli/verbs.ts'
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

const NAMES = verbs.map(({ usage }) => usage.replace(/ [<[].*/, ''))

describe('help', () => {
  test('lists the verbs', async () => {
    const { code, stdout, stderr } = await run(['--help'])
    expect([code, stderr]).toEqual([0, ''])
    for (const name of NAMES) {
      const [verb = '', second] = name.split(' ')
      expect(stdout).toMatch(new RegExp(`^  ${verb}${second === undefined ? '' : `.*\\b${second}\\b`}`, 'm'))
    }
    expect(Math.max(...stdout.split('\n').map(line => line.length))).toBeLessThanOrEqual(80)
  })

  test.each(NAMES)('of %s has an example, and is no wider than a terminal', async verb => {
    const { code, stdout } = await run([...verb.split(' '), '--help'])
    expect(code).toBe(0)
    expect(stdout).toMatch(new RegExp(`Example:\\n  .*evergrant ${verb}`))
    expect(Math.max(...stdout.split('\n').map(line => line.length))).toBeLessThanOrEqual(80)
  })

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
      metadata: { api_domain: zoho.url },
    })
  })

  test('that is not there ends with 1, and says what to do', async () => {
    const { code, stdout, stderr } = await evergrant(['token', CLIENT, 'zoho_crm'])
    expect([code, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^error \[TOKEN_NOT_FOUND\] .*\n {6}Set ZOHO_CRM_REFRESH_TOKEN/)
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
      // 60 where the machine's clock is set back meanwhile.
      expect.stringMatching(
        /^Refreshed zoho_crm of smart-tax-nation; the token is good for (59|60) min\.\n$/,
      ),
    ])
    expect((await evergrant(['token', CLIENT, 'zoho_crm'])).stdout).not.toContain(accessToken)
  })

  test('that is interrupted still stores the rotated token, and ends with 130', async () => {
    const refreshToken = await connect()
    await zoho.configure({ rotation: 'strict' })
    await zoho.fault({ kind: 'delay', ms: 2_000 })
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
