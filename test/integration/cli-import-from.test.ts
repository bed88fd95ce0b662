import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { text as readAll } from 'node:stream/consumers'
import Libsql from 'libsql'
import { beforeEach, expect, test, vi } from 'vitest'
import { commandLine, unwrapped } from '../support/command-line.ts'
import { TOKEN_COLUMNS } from '../support/moving-in.ts'
import { freshDatabase } from '../support/postgres.ts'

/*
 * `evergrant import --from table`. All tokens hold the canary, which no output may.
 */
vi.setConfig({ testTimeout: 60_000 })

const CANARY = 'c4n4ry4711'
const HOUR_AHEAD = '2099-01-01T00:00:00Z'

const database = await freshDatabase()
const target = await freshDatabase()
const { run, start, directory } = commandLine()
beforeEach(async () => {
  await database.query('drop schema if exists source cascade')
  await database.query('create schema source')
  await database.query(`create table source.oauth_tokens ${TOKEN_COLUMNS}`)
})

/** Connections in an embedded database. */
function rowsIn(dataDir: string): number {
  const file = new Libsql(join(dataDir, 'evergrant.db'))
  try {
    const rows = file.prepare('select count(*) n from oauth_tokens').all() as { n: number }[]
    return Number(rows[0]?.n)
  } finally {
    file.close()
  }
}

async function insert(...rows: readonly (readonly string[])[]): Promise<void> {
  for (const row of rows) {
    await database.query('insert into source.oauth_tokens values ($1, $2, $3, $4, $5)', [...row])
  }
}

const env = () => ({ EVERGRANT_SOURCE_URL: database.url, NODE_OPTIONS: '' })
const command = ['import', '--from', 'table', '--table', 'source.oauth_tokens']

test('only tells what it would do, and makes no database; with --apply it does it', async () => {
  await insert(
    ['smart-tax-nation', 'zoho', `${CANARY}a`, `${CANARY}r`, HOUR_AHEAD],
    ['\u001b[2Jevil\u202e', 'zoho', `${CANARY}a`, `${CANARY}r`, HOUR_AHEAD],
  )
  const args = [...command, '--map', 'zoho=zoho_crm']
  const dry = await run(args, { env: env() })
  const place = `table source.oauth_tokens of ${new URL(database.url).host}${new URL(database.url).pathname}`
  const refusal = [
    'refused    1  clientId must be 1 to 255 printable ASCII characters without a space at either end; got a string of 9 characters.',
    '           client_id=\\u001b[2Jevil\\u202e  provider=zoho',
  ]
  expect(dry.stdout.split('\n')).toEqual([
    `2 rows in ${place}`,
    'to import  1',
    '           smart-tax-nation  zoho_crm',
    ...refusal,
    '1 to import, 0 kept, 0 left, 1 refused',
    'Nothing was written: add --apply to do it.',
    '',
  ])
  expect([dry.code, dry.stderr]).toEqual([1, ''])
  expect(existsSync(join(directory, '.evergrant'))).toBe(false)

  const done = await run([...args, '--apply'], { env: env() })
  expect(done.stdout).toContain('1 imported, 0 kept, 0 left, 1 refused\n')
  expect((await run(['status'], { env: {} })).stdout).toContain('smart-tax-nation')
  expect(dry.stdout + done.stdout).not.toContain(CANARY)
})

test('makes no tables while it only tells', async () => {
  const { code, stderr } = await run(command, {
    env: {
      ...env(),
      DATABASE_URL: target.url,
      EVERGRANT_ENCRYPTION_KEYS: `k:${Buffer.alloc(32).toString('base64')}`,
    },
  })
  expect([code, unwrapped(stderr)]).toEqual([2, expect.stringContaining('Run `evergrant migrate`')])
  expect(await target.query(`select 1 from pg_tables where tablename = 'oauth_tokens'`)).toEqual([])
})

test.each([
  [['--env', 'a'], '--env does not go with --from'],
  [['--provider', 'a'], '--provider does not go with --from'],
  [['--apply', '--dry-run'], '--apply and --dry-run exclude each other'],
  [['--map', 'zoho='], '--map takes names of providers'],
  [['--from', 'nothing'], '--from takes one of'],
  [['--source', 'postgres://a:b@c/d'], 'A URL with a password is not taken from the command line'],
])('%s is no command line', async (args, complaint) => {
  const { code, stdout, stderr } = await run([...command, ...args], { env: env() })
  expect([code, stdout]).toEqual([2, ''])
  expect(unwrapped(stderr)).toContain(complaint)
})

test.each([['--apply'], ['--source', 'x'], ['--table', 'x'], ['--map', 'x']])(
  '%s without --from is no command line',
  async (...args) => {
    const { code, stderr } = await run(['import', ...args], { input: '[]' })
    expect([code, unwrapped(stderr)]).toEqual([2, expect.stringContaining('goes with --from')])
  },
)

test('killed in the middle it is run again: what is stored is kept, and nothing is lost', async () => {
  await database.query(
    `insert into source.oauth_tokens select 'k' || n, 'zoho_crm', null, 'rt' || n from generate_series(1, 3000) n`,
  )
  const dataDir = join(directory, 'killed')
  const args = [...command, '--apply', '--data-dir', dataDir]
  const child = start(args, { env: env() })
  const ended = new Promise(resolve => child.once('close', resolve))
  await vi.waitFor(
    () => {
      expect(rowsIn(dataDir)).toBeGreaterThan(100)
    },
    { timeout: 30_000, interval: 5 },
  )
  child.kill('SIGKILL')
  await ended
  const again = await run([...args, '--json'], { env: env() })
  const report = JSON.parse(again.stdout)
  expect(report).toMatchObject({ rows: 3000, refused: 0 })
  expect(report.kept).toBeGreaterThan(100)
  expect(report.imported + report.kept).toBe(3000)
  expect(report.imported).toBeGreaterThan(0)
})

test('from SQLite into SQLite, too, Ctrl-C ends it at once, and it says how far it is', async () => {
  const old = new Libsql(join(directory, 'old.db'))
  old.exec(`create table oauth_tokens ${TOKEN_COLUMNS}`)
  old.exec(`with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000)
    insert into oauth_tokens (client_id, provider, refresh_token) select 's' || i, 'zoho_crm', 'rt' from n`)
  old.close()
  const dataDir = join(directory, 'stopped')
  const child = start(['import', '--from', 'table', '--source', 'old.db', '--apply', '--data-dir', dataDir])
  const stderr = readAll(child.stderr)
  const ended = once(child, 'close')
  await vi.waitFor(() => expect(rowsIn(dataDir)).toBeGreaterThan(100), { timeout: 30_000, interval: 5 })
  child.kill('SIGINT')
  expect((await ended)[0]).toBe(130)
  const imported = Number(
    /^Stopped: (\d+) were imported\. Run it again: they are kept\.$/m.exec(await stderr)?.[1],
  )
  const stored = rowsIn(dataDir)
  expect(stored).toBeGreaterThanOrEqual(imported)
  // Those that were being written when it was told to stop.
  expect(stored - imported).toBeLessThanOrEqual(8)
  expect(stored).toBeLessThan(20_000)
})
