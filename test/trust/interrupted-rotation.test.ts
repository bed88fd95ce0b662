import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { OAuthTokenService } from 'evergrant'
import { generateKey, listKeys } from 'evergrant/admin'
import { runMigrations } from 'evergrant/schema'
import { afterAll, expect, test } from 'vitest'
import { environmentKeys } from '../../src/sealing/environment-keys.ts'
import { KeyRing } from '../../src/sealing/key-ring.ts'
import { Secret } from '../../src/secret.ts'
import { compileSource } from '../support/compiled-source.ts'
import { freshDatabase } from '../support/postgres.ts'

const ROWS = 10_000
const ROWS_A_KILL = 50
const OLD = generateKey({ id: 'old' })
const NEW = generateKey({ id: 'new' })
const RING = `${NEW},${OLD}`
const WORKER = fileURLToPath(new URL('interrupted-rotation.js', import.meta.url))

const database = await freshDatabase()
const source = compileSource()
afterAll(() => rmSync(source, { recursive: true }))

/** Rows as the old key sealed them. */
async function fill(): Promise<void> {
  await runMigrations(database.url)
  const ring = new KeyRing(await environmentKeys(OLD, 'test').load(), 'test')
  const columns: [string[], string[], string[]] = [[], [], []]
  for (let row = 0; row < ROWS; row += 1) {
    const clientId = `client-${row}`
    const place = { clientId, provider: 'zoho_crm' }
    columns[0].push(clientId)
    columns[1].push(ring.seal(Secret.of(`access-${row}`), { ...place, purpose: 'access_token' }))
    columns[2].push(ring.seal(Secret.of(`refresh-${row}`), { ...place, purpose: 'refresh_token' }))
  }
  await database.query(
    `insert into oauth_tokens (client_id, provider, access_token, refresh_token)
      select client, 'zoho_crm', access, refresh
      from unnest($1::text[], $2::text[], $3::text[]) as t (client, access, refresh)`,
    columns,
  )
}

/** How many rows do not open to what they were. */
async function unreadable(keys: string): Promise<number> {
  const ring = new KeyRing(await environmentKeys(keys, 'test').load(), 'test')
  const rows = await database.query('select client_id, access_token, refresh_token from oauth_tokens')
  expect(rows).toHaveLength(ROWS)
  const opens = (text: unknown, clientId: string, purpose: 'access_token' | 'refresh_token'): string =>
    ring.open(String(text), { purpose, clientId, provider: 'zoho_crm' }).reveal()
  return rows.filter(({ client_id, access_token, refresh_token }) => {
    const clientId = String(client_id)
    const number = clientId.slice('client-'.length)
    return (
      opens(access_token, clientId, 'access_token') !== `access-${number}` ||
      opens(refresh_token, clientId, 'refresh_token') !== `refresh-${number}`
    )
  }).length
}

// An envelope begins with the length of the key's id and the id.
const NEW_PREFIX = `eg1.${Buffer.from('\u0003new').toString('base64url').slice(0, 5)}%`

async function renewedRows(): Promise<number> {
  const [row] = await database.query(
    'select count(*)::int as count from oauth_tokens where refresh_token like $1',
    [NEW_PREFIX],
  )
  return Number(row?.count)
}

/** Rotates in a process of its own until so many rows are new, and kills it there. What it printed, if it ended. */
async function rotateUntil(rows: number): Promise<string> {
  const child = spawn(process.execPath, [WORKER, source, database.url, RING], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString()
  })
  const closed = once(child, 'close')
  while (child.exitCode === null && (await renewedRows()) < rows) {}
  child.kill('SIGKILL')
  await closed
  return printed
}

test('F39: killed about every 50 of 10,000 rows, a rotation goes on from there, and every row opens at each moment', async () => {
  await fill()
  let kills = 0
  let printed = ''
  while (printed === '') {
    printed = await rotateUntil((await renewedRows()) + ROWS_A_KILL)
    if (printed === '') kills += 1
    if (kills % 20 === 1) expect(await unreadable(RING)).toBe(0)
  }
  expect(kills).toBeGreaterThan(50)
  expect(JSON.parse(printed)).toMatchObject({ unopened: 0, skipped: 0, released: ['old'] })
  expect(await unreadable(NEW)).toBe(0)
  await using tokens = await OAuthTokenService.open({ database: database.url, encryptionKeys: NEW })
  expect(await listKeys(tokens)).toEqual({
    keys: [{ id: 'new', seals: true, values: 2 * ROWS }],
    unknown: [],
    plaintext: 0,
  })
  console.log(`killed ${kills} times; 0 of ${ROWS} rows unreadable`)
}, 900_000)
