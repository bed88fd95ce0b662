import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { localZohoApp, startLocalZoho } from 'evergrant/testing'
import Libsql from 'libsql'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { commandLine, unwrapped } from '../support/command-line.ts'
import type { Ended } from '../support/processes.ts'

const CLIENT = 'smart-tax-nation'
const zoho = await startLocalZoho({ throttle: null })
afterAll(() => zoho.close())
const { run, directory } = commandLine()
const env = {
  ZOHO_ACCOUNTS_SERVER: zoho.url,
  ZOHO_CLIENT_ID: localZohoApp.clientId,
  ZOHO_CLIENT_SECRET: localZohoApp.clientSecret,
}

let databases = 0
let dataDir = ''
beforeEach(() => {
  databases += 1
  dataDir = join(directory, `data-${databases}`)
})

const evergrant = (args: readonly string[]): Promise<Ended> => run([...args, '--data-dir', dataDir], { env })

async function connect(clientId = CLIENT): Promise<void> {
  const { refreshToken } = await zoho.issueGrant()
  const input = JSON.stringify({ clientId, provider: 'zoho_crm', refreshToken })
  await run(['import', '--data-dir', dataDir], { env, input })
}

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

  test.each([['status'], ['migrate'], ['token', CLIENT, 'zoho_crm'], ['delete', CLIENT, 'zoho_crm']])(
    'refuses --schema on SQLite, as every verb does that opens it, and makes nothing: %s',
    async (...args) => {
      const { code, stdout, stderr } = await evergrant([...args, '--schema', 'auth'])
      expect([code, stdout]).toEqual([2, ''])
      expect(unwrapped(stderr)).toMatch(/^error \[INVALID_INPUT\] .*SQLite.*--schema.*DATABASE_URL/)
      expect(existsSync(dataDir)).toBe(false)
    },
  )

  test.each(['--schema', '--data-dir', '--config'])('an empty %s is no value', async option => {
    const { code, stderr } = await run(['status', option, ''])
    expect([code, stderr]).toEqual([2, expect.stringContaining(`${option} is empty`)])
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

function addRow(database: InstanceType<typeof Libsql>, id: string, clientId: string): void {
  database
    .prepare(
      `insert into oauth_tokens (id, client_id, provider, created_at, updated_at) values (?, ?, 'zoho_crm', 0, 0)`,
    )
    .run(id, clientId)
}
