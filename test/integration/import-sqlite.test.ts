import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OAuthTokenService } from 'evergrant'
import { importFrom } from 'evergrant/admin'
import Libsql from 'libsql'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { openToRead } from '../../src/store/sqlite/connection.ts'
import { fatesOf, TOKEN_COLUMNS } from '../support/moving-in.ts'

/*
 * A SQLite file as the source of an import.
 */
const directory = mkdtempSync(join(tmpdir(), 'evergrant-source-'))
let tokens: OAuthTokenService
beforeEach(async () => {
  tokens = await OAuthTokenService.open({ database: 'memory:' })
})
afterEach(() => tokens.close())
afterAll(() => rmSync(directory, { recursive: true }))

const digest = (folder: string): unknown =>
  readdirSync(folder)
    .filter(name => !name.endsWith('-shm'))
    .map(name => [
      name,
      createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex'),
    ])

test('is read while its owner has it open, with its log, and not a byte of it changes', async () => {
  const folder = join(directory, 'source')
  mkdirSync(folder)
  const path = join(folder, 'old.db')
  const owner = new Libsql(path)
  owner.exec('pragma journal_mode = wal')
  owner.exec(`create table oauth_tokens ${TOKEN_COLUMNS}`)
  for (let client = 1; client <= 1_100; client += 1) {
    owner.exec(`insert into oauth_tokens (client_id, provider, access_token, refresh_token, token_expiry)
        values ('c${client}', 'zoho_crm', 'at', 'rt${client}', '2099-01-01T00:00:00Z')`)
  }
  owner.exec(`insert into oauth_tokens (client_id, provider, refresh_token) values
      ('nul', 'zoho_crm', 'rt' || char(0) || 'x'), ('blob', 'zoho_crm', x'7274'), ('number', 'zoho_crm', 1e3),
      (7, 'zoho_crm', 'seven')`)
  const before = digest(folder)
  const report = await importFrom(tokens, { from: 'table', database: path }, { dryRun: false })
  expect(digest(folder)).toEqual(before)
  expect(fatesOf(report).slice(1)).toEqual([
    // The column makes text of numbers.
    ['imported', 'without_access_token', ['number', '7']],
    ['refused', 'invalid', ['nul']],
    ['refused', 'wrong_type', ['blob']],
  ])
  owner.close()
})

test.each([
  ['a view', 'create view oauth_tokens as select * from t'],
  [
    'a table without row ids',
    'create table oauth_tokens (client_id text primary key, provider, access_token, refresh_token, token_expiry) without rowid; insert into oauth_tokens select * from t',
  ],
  [
    'a table with columns named like the row id',
    'create table oauth_tokens (rowid text, oid text, client_id, provider, access_token, refresh_token, token_expiry); insert into oauth_tokens select 1, 1, * from t',
  ],
])('%s is read as well', async (name, create) => {
  const path = join(directory, `${name}.db`)
  const owner = new Libsql(path)
  owner.exec('create table t (client_id, provider, access_token, refresh_token, token_expiry)')
  owner.exec(`with recursive n(i) as (select 1 union all select i + 1 from n where i < 1200)
      insert into t select 'c' || i, 'zoho_crm', null, 'rt', null from n`)
  owner.exec(create)
  owner.close()
  const report = await importFrom(tokens, { from: 'table', database: `file:${encodeURIComponent(path)}` })
  expect(report).toMatchObject({ rows: 1200, imported: 1200 })
})

test('that does not exist is not made', async () => {
  const path = join(directory, 'none.db')
  const missing = importFrom(tokens, { from: 'table', database: path })
  await expect(missing).rejects.toThrow('does not exist')
  expect(existsSync(path)).toBe(false)
})

test('a log that a crash has left is read, and neither taken into the file nor away', async () => {
  const folder = join(directory, 'crashed')
  mkdirSync(folder)
  const owner = new Libsql(join(folder, 'live.db'))
  owner.exec('pragma journal_mode = wal')
  owner.exec(`create table oauth_tokens ${TOKEN_COLUMNS}`)
  owner.exec(`insert into oauth_tokens (client_id, provider, refresh_token) values ('a', 'zoho_crm', 'rt')`)
  copyFileSync(join(folder, 'live.db'), join(folder, 'old.db'))
  copyFileSync(join(folder, 'live.db-wal'), join(folder, 'old.db-wal'))
  owner.close()
  const before = digest(folder)
  const report = await importFrom(
    tokens,
    { from: 'table', database: join(folder, 'old.db') },
    { dryRun: false },
  )
  expect(report.imported).toBe(1)
  expect(digest(folder)).toEqual(before)
})

test('no statement on it can write', async () => {
  const path = join(directory, 'written.db')
  const owner = new Libsql(path)
  owner.exec('create table t (x)')
  const reader = await openToRead(path)
  for (const text of ['insert into t values (1)', 'update t set x = 1', 'delete from t']) {
    expect(() => reader.rows(`${text} returning x`)).toThrow('readonly')
  }
  reader.close()
  owner.close()
})
