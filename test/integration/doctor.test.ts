import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OAuthTokenService } from 'evergrant'
import { type Diagnosis, diagnose, migrate, systemClock } from 'evergrant/admin'
import { FakeClock, localZohoApp, startLocalZoho } from 'evergrant/testing'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { commandLine } from '../support/command-line.ts'
import { freshDatabase } from '../support/postgres.ts'
import { CLIENT, KEYS } from '../support/services.ts'

const zoho = await startLocalZoho({ throttle: null })
const database = await freshDatabase()
const directory = mkdtempSync(join(tmpdir(), 'evergrant-doctor-'))
afterAll(async () => {
  await zoho.close()
  rmSync(directory, { recursive: true })
})
afterEach(async () => {
  for (const name of ['ZOHO_REFRESH_TOKEN', 'EVERGRANT_ENV_CLIENT_ID']) delete process.env[name]
  await database.query('drop schema public cascade; create schema public')
})

const providers = { zoho_crm: { ...localZohoApp, accountsServer: zoho.url } }

/** What was found, without what this very process is like. */
function found({ findings }: Diagnosis): Record<string, string> {
  const ofProcess = ['core_dumps', 'inspector', 'reports', 'certificates']
  return Object.fromEntries(
    findings.filter(({ check }) => !ofProcess.includes(check)).map(({ check, verdict }) => [check, verdict]),
  )
}

function finding({ findings }: Diagnosis, check: string): string {
  const { verdict, message, remedy } = findings.find(each => each.check === check) ?? {}
  return `${verdict}: ${message} ${remedy}`
}

async function withService(url: string, use: (tokens: OAuthTokenService) => Promise<unknown>): Promise<void> {
  const tokens = await OAuthTokenService.open({ database: url, encryptionKeys: KEYS, providers })
  try {
    await use(tokens)
  } finally {
    await tokens.close()
  }
}

describe('doctor on PostgreSQL', () => {
  const look = (options: Parameters<typeof diagnose>[0] = {}): Promise<Diagnosis> =>
    diagnose({ database: database.url, encryptionKeys: KEYS, ...options })

  test('finds nothing to mend where all is well', async () => {
    await withService(database.url, async tokens => {
      await tokens.storeTokens(CLIENT, 'zoho_crm', await zoho.issueGrant())
    })
    const diagnosis = await look()
    expect(found(diagnosis)).toEqual({
      database: 'pass',
      tables: 'pass',
      privileges: 'pass',
      clock: 'pass',
      pooler: 'pass',
      tls: 'pass',
      keys: 'pass',
      sealing: 'pass',
      seeds: 'pass',
      revocations: 'pass',
      lifeboat: 'pass',
    })
    expect(finding(diagnosis, 'database')).toMatch(/^pass: PostgreSQL \d+\.\d+ at 127\.0\.0\.1:\d+\/test_/)
  })

  test('tells of revocations that a provider has not confirmed', async () => {
    await withService(database.url, async tokens => {
      await tokens.storeTokens(CLIENT, 'zoho_crm', await zoho.issueGrant())
      await zoho.fault({ kind: 'server_error' }, { endpoint: 'revoke' })
      await expect(tokens.deleteToken(CLIENT, 'zoho_crm', { revoke: true })).rejects.toThrow('HTTP 500')
    })
    expect(finding(await look(), 'revocations')).toBe(
      'pass: 1 revocation waits for the provider, the oldest for 0 minutes: HTTP 500. null',
    )
    await database.query("update oauth_token_revocations set requested_at = now() - interval '3 minutes'")
    expect(finding(await look(), 'revocations')).toMatch(
      /^warn: 1 revocation waits for the provider, the oldest for 3 minutes: HTTP 500\..* sweep/,
    )
  })

  test('writes nothing, and makes no tables', async () => {
    expect(finding(await look(), 'tables')).toMatch(/^fail: .*create-tables.*evergrant migrate/)
    expect(await database.query(`select 1 from pg_class where relname = 'oauth_tokens'`)).toEqual([])
  })

  test('says when the server does not answer, and never the password', async () => {
    const diagnosis = await look({ database: 'postgres://app:c4n4ry@127.0.0.1:1/app' })
    expect(diagnosis.verdict).toBe('fail')
    expect(found(diagnosis)).toEqual({ database: 'fail' })
    expect(JSON.stringify(diagnosis)).toContain('ECONNREFUSED')
    expect(JSON.stringify(diagnosis)).not.toContain('c4n4ry')
  })

  test('names the grants that the role lacks, as SQL that is enough', async () => {
    await migrate({ database: database.url })
    await database.query(
      `create role doctor_app login password 'doctor'; revoke all on schema public from public`,
    )
    try {
      const url = new URL(database.url)
      url.username = 'doctor_app'
      url.password = 'doctor'
      for (const rounds of [1, 2]) {
        const { findings } = await look({ database: url.href })
        const lacking = findings.find(({ check }) => check === 'privileges')
        expect(lacking?.verdict, `round ${rounds}`).toBe('fail')
        await database.query(lacking?.remedy?.replace('Run as the owner: ', '') ?? '')
      }
      expect(found(await look({ database: url.href }))).toMatchObject({ privileges: 'pass', keys: 'pass' })
    } finally {
      await database.query('drop owned by doctor_app; drop role doctor_app')
    }
  })

  test('tells a clock that is wrong from one that is not', async () => {
    await migrate({ database: database.url })
    const clock = new FakeClock({ wallMs: systemClock.wallMs() + 3_600_000 })
    expect(finding(await look({ clock }), 'clock')).toMatch(/^warn: This clock is 3\d{3} s ahead of/)
  })

  test('says when the server is read-only', async () => {
    await migrate({ database: database.url })
    const readOnly = await database.urlWith({ default_transaction_read_only: 'on' })
    expect(finding(await look({ database: readOnly }), 'database')).toMatch(/^fail: .*read-only.*primary/)
  })

  test('names the key that values are sealed with and that the ring lacks', async () => {
    await withService(database.url, async tokens => {
      await tokens.storeTokens(CLIENT, 'zoho_crm', await zoho.issueGrant())
    })
    const other = `other:${Buffer.alloc(32, 9).toString('base64')}`
    const diagnosis = await look({ encryptionKeys: other })
    expect(finding(diagnosis, 'keys')).toMatch(/^fail: .*lacks keys.*: test \(\d values?\)/)
    expect(finding(diagnosis, 'sealing')).toMatch(/^warn: \d values? sealed by keys that the ring lacks/)
    expect(diagnosis.verdict).toBe('fail')
  })

  test('tells a key that has only the id of the one that sealed', async () => {
    await withService(database.url, async tokens => {
      await tokens.storeTokens(CLIENT, 'zoho_crm', await zoho.issueGrant())
    })
    const diagnosis = await look({ encryptionKeys: `test:${Buffer.alloc(32, 9).toString('base64')}` })
    expect(finding(diagnosis, 'keys')).toMatch(/^fail: .*key test of the ring is not the key test/)
  })

  test('counts plaintext tokens', async () => {
    await migrate({ database: database.url })
    await database.query(
      `insert into oauth_tokens (client_id, provider, access_token, refresh_token) values ('a', 'zoho_crm', 'plain-a', 'plain-r')`,
    )
    const diagnosis = await look()
    expect(finding(diagnosis, 'sealing')).toMatch(/^warn: .*2 .*keys seal/)
    expect(JSON.stringify(diagnosis)).not.toContain('plain-')
  })

  test('says when a refresh token of the environment has done its work', async () => {
    process.env.ZOHO_REFRESH_TOKEN = (await zoho.issueGrant()).refreshToken
    await withService(database.url, async tokens => {
      expect(finding(await look(), 'seeds')).toMatch(/^pass: ZOHO_REFRESH_TOKEN waits/)
      await tokens.getAccessToken(CLIENT, 'zoho_crm')
    })
    expect(finding(await look(), 'seeds')).toMatch(
      /^warn: ZOHO_REFRESH_TOKEN is not needed any more.*zoho_crm of smart-tax-nation.*Remove.*unless zoho_calendar/,
    )
  })
})

describe('doctor on SQLite', () => {
  test('makes neither database nor key', async () => {
    const path = join(directory, 'none.db')
    expect(found(await diagnose({ database: `file:${path}` }))).toEqual({ database: 'warn' })
    expect(readdirSync(directory)).toEqual([])
    await migrate({ database: `file:${path}` })
    expect(finding(await diagnose({ database: `file:${path}` }), 'keys')).toMatch(
      /first start makes a key file/,
    )
    expect(readdirSync(directory)).not.toContain('none.db.key')
  })

  test('says who may read and write the files', async () => {
    const path = join(directory, 'modes.db')
    await withService(`file:${path}`, async tokens => {
      await tokens.storeTokens(CLIENT, 'zoho_crm', await zoho.issueGrant())
    })
    const look = () => diagnose({ database: `file:${path}`, encryptionKeys: KEYS })
    expect(found(await look())).toEqual({
      database: 'pass',
      tables: 'pass',
      files: 'pass',
      keys: 'pass',
      sealing: 'pass',
      seeds: 'pass',
      revocations: 'pass',
      lifeboat: 'pass',
    })
    chmodSync(path, 0o644)
    const told = finding(await look(), 'files')
    expect(told).toContain(`warn: Others may read ${path}`)
    expect(told).toContain(`Run: chmod 600 ${path}`)
    chmodSync(directory, 0o777)
    expect(finding(await look(), 'files')).toMatch(/^fail: Others may write to .*chmod go-w/)
    chmodSync(directory, 0o700)
  })

  test('says which key file is missing', async () => {
    const path = join(directory, 'lost.db')
    const tokens = await OAuthTokenService.open({ database: `file:${path}`, providers })
    await tokens.storeTokens(CLIENT, 'zoho_crm', await zoho.issueGrant())
    await tokens.close()
    rmSync(`${path}.key`)
    const diagnosis = await diagnose({ database: `file:${path}` })
    expect(finding(diagnosis, 'keys')).toMatch(/^fail: The key file .*lost\.db\.key is missing/)
    expect(readdirSync(directory)).not.toContain('lost.db.key')
  })

  test('a file that is no database is told as one', async () => {
    const path = join(directory, 'text.db')
    writeFileSync(path, 'no database at all, but some text that is long enough to be read as a header', {
      mode: 0o600,
    })
    const diagnosis = await diagnose({ database: `file:${path}` })
    expect(finding(diagnosis, 'database')).toMatch(/^fail: .*text\.db is no SQLite database/)
    expect(readFileSync(path, 'utf8')).toMatch(/^no database/)
  })
})

describe('evergrant doctor', () => {
  const { run } = commandLine()

  test('ends with 1 when something must be mended, and with 0 else', async () => {
    const env = { DATABASE_URL: database.url, EVERGRANT_ENCRYPTION_KEYS: KEYS }
    const before = await run(['doctor'], { env })
    expect([before.code, before.stderr]).toEqual([1, ''])
    expect(before.stdout).toMatch(/^FAIL {2}tables {8}The tables lack migrations: create-tables,$/m)
    await migrate({ database: database.url })
    const after = await run(['doctor'], { env })
    expect(after.code).toBe(0)
    expect(after.stdout).toMatch(/\n\n\d+ passed, \d+ to look at, 0 to mend\n$/)
    for (const line of after.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })

  test('gives one document with --json', async () => {
    const { code, stdout } = await run(['doctor', '--json'], { env: { DATABASE_URL: 'memory:' } })
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ verdict: 'warn', findings: expect.any(Array) })
  })
})
