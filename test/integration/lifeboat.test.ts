import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OAuthTokenService, type OpenOptions } from 'evergrant'
import { diagnose } from 'evergrant/admin'
import { forkLocalZoho, localZohoApp } from 'evergrant/testing'
import Database from 'libsql'
import pg from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import { freshDatabase } from '../support/postgres.ts'
import { run } from '../support/processes.ts'
import { projectDirectory } from '../support/project.ts'
import { CLIENT, KEYS } from '../support/services.ts'

const worker = join(projectDirectory, 'test/support/refresh-worker.js')
const directory = mkdtempSync(join(tmpdir(), 'evergrant-lifeboat-'))
const database = await freshDatabase()
const zoho = await forkLocalZoho({ throttle: null, rotation: 'strict' })
afterAll(async () => {
  await zoho.close()
  rmSync(directory, { recursive: true })
})

/** What every process of a test opens with. Leases are short, so that nobody has to wait long for a dead one's. */
function optionsOf(url: string, lifeboat: string): OpenOptions & object {
  return {
    database: url,
    encryptionKeys: KEYS,
    lifeboat,
    policy: { requestTimeoutMs: 2_000, leaseMs: 4_000 },
    providers: { zoho_crm: { ...localZohoApp, accountsServer: zoho.url } },
  }
}

/** A connection with a token that lives. */
async function connect(options: OpenOptions): Promise<void> {
  await zoho.clearLedger()
  const tokens = await OAuthTokenService.open(options)
  const grant = await zoho.issueGrant()
  await tokens.storeTokens(CLIENT, 'zoho_crm', grant)
  await tokens.close()
}

const argumentOf = (options: OpenOptions): string =>
  JSON.stringify({ ...options, clientId: CLIENT, provider: 'zoho_crm' })

const entriesOf = (lifeboat: string): readonly string[] =>
  readdirSync(lifeboat).filter(name => name.endsWith('.sealed'))

/** Nobody else can write while `work` runs. */
async function lockedPostgres(work: () => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: database.directUrl })
  await client.connect()
  try {
    await client.query('begin; lock table oauth_tokens in exclusive mode')
    await work()
    // What a dead process sent still waits for the lock, and would be done after it.
    await client.query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    )
  } finally {
    await client.end()
  }
}

async function lockedSqlite(work: () => Promise<void>): Promise<void> {
  const client = new Database(join(directory, 'tokens.db'))
  try {
    client.exec('begin immediate')
    await work()
  } finally {
    client.close()
  }
}

describe('a process', () => {
  test.each([
    ['PostgreSQL', () => database.url, lockedPostgres],
    ['SQLite', () => `file:${join(directory, 'tokens.db')}`, lockedSqlite],
  ])('killed after the answer and before the commit loses no grant (%s)', async (name, url, locked) => {
    const lifeboat = join(directory, name)
    const options = optionsOf(url(), lifeboat)
    await connect(options)
    await zoho.fault({ kind: 'delay', ms: 1_000 })
    const victim = spawn(process.execPath, [worker, argumentOf(options)], { stdio: 'ignore' })
    await expect.poll(async () => (await zoho.summary()).requests).toBe(1)
    await locked(async () => {
      await expect.poll(() => entriesOf(lifeboat)).toHaveLength(1)
      victim.kill('SIGKILL')
      await once(victim, 'exit')
    })
    const { findings } = await diagnose(options)
    expect(findings.find(({ check }) => check === 'lifeboat')).toMatchObject({
      verdict: 'warn',
      message: expect.stringMatching(/^1 refresh token waits in /),
    })

    const next = await run(process.execPath, [worker, argumentOf(options)])
    const { accessToken, events } = JSON.parse(next.stdout)
    expect(accessToken).toMatch(/^1000\./)
    expect(events.map(({ type }: { type: string }) => type)).toEqual(['lifeboat_replayed', 'refreshed'])
    // Had the spent one been asked again, the local Zoho would have refused it and ended the grant.
    expect(await zoho.summary()).toMatchObject({ requests: 2, issued: 2, refused: 0 })
    expect(entriesOf(lifeboat)).toEqual([])
  })
})

/** A program that has to keep to the modes of files: root has that right taken away. */
const bound =
  process.getuid?.() === 0
    ? ['setpriv', '--bounding-set=-dac_override', '--inh-caps=-dac_override', 'node']
    : ['node']

function readOnlyDirectory(): string {
  const path = join(directory, 'read-only')
  mkdirSync(path, { mode: 0o500 })
  return path
}

describe('a directory', () => {
  // The kernel lets nobody, root included, make directories under /sys.
  test.each([
    ['that is read-only', ['node'], () => '/sys/evergrant/lifeboat', 'EPERM'],
    ['that its user may not write to', bound, readOnlyDirectory, 'EACCES'],
    [
      'on a full disk',
      ['sh', '-c', 'ulimit -f 0; exec node "$@"', '--'],
      () => join(directory, 'full'),
      'EFBIG',
    ],
  ])('F8: %s is told, and fails no refresh', async (_, [program = '', ...args], lifeboat, code) => {
    const options = optionsOf(database.url, lifeboat())
    await connect(options)
    const { stdout, code: exitCode } = await run(program, [...args, worker, argumentOf(options)])
    expect(exitCode).toBe(0)
    const { accessToken, health, events } = JSON.parse(stdout)
    expect(accessToken).toMatch(/^1000\./)
    expect(health).toMatchObject({ status: 'degraded', lifeboat: 'failed' })
    const expected = process.getuid?.() === 0 || code !== 'EPERM' ? code : 'EACCES'
    expect(health.lifeboatFault).toBe(expected)
    expect(events).toContainEqual({
      type: 'lifeboat_failed',
      clientId: CLIENT,
      provider: 'zoho_crm',
      code: expected,
    })
  })

  test('named by EVERGRANT_DATA_DIR is used beside PostgreSQL, and made when it is needed', async () => {
    const dataDir = join(directory, 'data')
    const { lifeboat: _, ...options } = optionsOf(database.url, '')
    await connect(options)
    const { stdout } = await run(process.execPath, [worker, argumentOf(options)], {
      env: { EVERGRANT_DATA_DIR: dataDir },
    })
    expect(JSON.parse(stdout).health).toMatchObject({ status: 'ok', lifeboat: 'ok' })
    expect(readdirSync(dataDir)).toEqual(['lifeboat'])
    expect(entriesOf(join(dataDir, 'lifeboat'))).toEqual([])
    const without = await run(process.execPath, [worker, argumentOf(options)], {
      env: { EVERGRANT_DATA_DIR: undefined },
    })
    expect(JSON.parse(without.stdout).health).toMatchObject({ status: 'ok', lifeboat: 'off' })
  })
})
