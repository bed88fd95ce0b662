import { OAuthTokenService } from 'evergrant'
import { type ImportFromOptions, type ImportSource, importFrom, type TokenTableSource } from 'evergrant/admin'
import { localZohoApp, startLocalZoho } from 'evergrant/testing'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { fatesOf, TOKEN_COLUMNS } from '../support/moving-in.ts'
import { freshDatabase } from '../support/postgres.ts'

/*
 * `evergrant import --from table`: a table of the original shape in another database. All tokens begin with the
 * canary, which no output may hold.
 */
vi.setConfig({ testTimeout: 60_000 })

const CANARY = 'c4n4ry4711'
const HOUR_AHEAD = '2099-01-01T00:00:00Z'
const database = await freshDatabase()
const zoho = await startLocalZoho({ throttle: null })
let tokens: OAuthTokenService
beforeEach(async () => {
  tokens = await OAuthTokenService.open({
    database: 'memory:',
    providers: { zoho_crm: { ...localZohoApp, accountsServer: zoho.url } },
  })
  await database.query('drop schema if exists source cascade')
  await database.query('create schema source')
  await database.query(`create table source.oauth_tokens ${TOKEN_COLUMNS}`)
})
afterEach(() => tokens.close())
afterAll(() => zoho.close())

type Row = readonly [
  client: string | null,
  provider: string | null,
  access: string | null,
  refresh: string | null,
  expiry?: string | null,
  scopes?: string | null,
  metadata?: string | null,
]

async function insert(...rows: readonly Row[]): Promise<void> {
  for (const row of rows) {
    const values = Array.from({ length: 7 }, (_, index) => row[index] ?? null)
    await database.query('insert into source.oauth_tokens values ($1, $2, $3, $4, $5, $6, $7)', values)
  }
}

const source = (): TokenTableSource => ({
  from: 'table',
  database: database.url,
  table: 'source.oauth_tokens',
})
const moved = (options: ImportFromOptions = {}) => importFrom(tokens, source(), { dryRun: false, ...options })
const stored = async (client: string, provider = 'zoho_crm') => {
  const record = await tokens.getTokenRecord(client, provider)
  return record && [record.accessToken?.reveal() ?? null, record.refreshToken?.reveal() ?? null]
}

describe('rows', () => {
  test('become connections: tokens, expiry, scopes and metadata', async () => {
    await insert(['a', 'zoho_crm', `${CANARY}a`, `${CANARY}r`, HOUR_AHEAD, 'x,y', '{"location":"eu"}'])
    expect(await moved()).toEqual({
      dryRun: false,
      source: expect.stringMatching(/^table source.oauth_tokens of [\w.:]+\/\w+$/),
      rows: 1,
      imported: 1,
      withoutAccessToken: 0,
      kept: 0,
      left: 0,
      refused: 0,
      fates: [
        {
          outcome: 'imported',
          reason: 'complete',
          explanation: '',
          count: 1,
          rows: [
            {
              source: { client_id: 'a', provider: 'zoho_crm' },
              connection: { clientId: 'a', provider: 'zoho_crm' },
            },
          ],
        },
      ],
    })
    const record = await tokens.getTokenRecord('a', 'zoho_crm')
    expect(record).toMatchObject({ scopes: ['x', 'y'], metadata: { location: 'eu' } })
    expect(Math.abs(Number(record?.expiresAt?.getTime()) - Date.parse(HOUR_AHEAD))).toBeLessThan(5_000)
    expect(await stored('a')).toEqual([`${CANARY}a`, `${CANARY}r`])
  })

  test('have a fate each, and a reason; what is of no use in one stops no other', async () => {
    await insert(
      ['good', 'zoho_crm', `${CANARY}a`, `${CANARY}r`, HOUR_AHEAD],
      ['expired', 'zoho_crm', `${CANARY}a`, `${CANARY}r`, '2020-01-01T00:00:00Z'],
      ['no-expiry', 'zoho_crm', `${CANARY}a`, `${CANARY}r`],
      ['never', 'zoho_crm', `${CANARY}a`, '', 'infinity'],
      ['refresh-only', 'zoho_crm', null, `${CANARY}r`],
      ['gone', 'zoho_crm', `${CANARY}a`, '', '2020-01-01T00:00:00Z'],
      ['empty', 'zoho_crm', '', null],
      ['elsewhere', 'google', `${CANARY}a`, `${CANARY}r`, HOUR_AHEAD],
      [null, 'zoho_crm', `${CANARY}a`, `${CANARY}r`],
      [' space', 'zoho_crm', `${CANARY}a`, `${CANARY}r`],
      ['long'.repeat(100), 'zoho_crm', `${CANARY}a`, `${CANARY}r`],
      ['broken', 'zoho_crm', `${CANARY}\n`, `${CANARY}r`],
      ['huge', 'zoho_crm', `${CANARY}a`, CANARY.repeat(10_000)],
      ['array', 'zoho_crm', `${CANARY}a`, `${CANARY}r`, null, null, '[1]'],
      ['sealed', 'zoho_crm', `${CANARY}a`, 'eg1.k1.AAAA'],
      ['twice', 'zoho_crm', `${CANARY}a`, `${CANARY}r`],
      ['twice', 'zoho_crm', `${CANARY}a`, `${CANARY}s`],
      [localZohoApp.clientId, 'zoho_crm', `${CANARY}a`, `${CANARY}r`],
    )
    const report = await moved()
    expect(fatesOf(report)).toEqual([
      ['imported', 'complete', ['good', 'never']],
      ['imported', 'without_access_token', ['expired', 'no-expiry', 'refresh-only']],
      ['left', 'expired', ['gone']],
      ['left', 'no_token', ['empty']],
      ['refused', 'unknown_provider', ['elsewhere']],
      ['refused', 'invalid', [null]],
      ['refused', 'invalid', [' space']],
      ['refused', 'invalid', [`${'long'.repeat(24)}lon…`]],
      ['refused', 'invalid', ['broken']],
      ['refused', 'wrong_type', ['huge']],
      ['refused', 'invalid', ['array']],
      ['refused', 'sealed', ['sealed']],
      ['refused', 'duplicate', ['twice', 'twice']],
      ['refused', 'invalid', [localZohoApp.clientId]],
    ])
    expect(report).toMatchObject({ rows: 18, imported: 5, withoutAccessToken: 3, left: 2, refused: 11 })
    expect(JSON.stringify(report)).not.toContain(CANARY)
    expect(await stored('expired')).toEqual([null, `${CANARY}r`])
    expect(await stored('twice')).toBeNull()
    expect((await tokens.getTokenRecord('never', 'zoho_crm'))?.expiresAt).toBeNull()
  })

  test('of wrong column types lose what cannot be understood, never the grant', async () => {
    await database.query('drop table source.oauth_tokens')
    await database.query(`create table source.oauth_tokens (client_id uuid, provider char(12), access_token jsonb,
      refresh_token text, token_expiry timestamp)`)
    await database.query(
      `insert into source.oauth_tokens values
        ('00000000-0000-0000-0000-000000000001', 'zoho_crm', null, '${CANARY}', '2099-01-01'),
        ('00000000-0000-0000-0000-000000000002', 'zoho_crm', '"${CANARY}"', null, '2099-01-01')`,
    )
    expect(fatesOf(await moved())).toEqual([
      ['imported', 'without_access_token', ['00000000-0000-0000-0000-000000000001']],
      ['refused', 'wrong_type', ['00000000-0000-0000-0000-000000000002']],
    ])
  })

  test('are narrowed and renamed by the names of their providers', async () => {
    await insert(
      ['a', 'zoho', 'at', 'rt', HOUR_AHEAD],
      ['b', 'google', 'at', 'rt', HOUR_AHEAD],
      ['c', '__proto__', 'at', 'rt', HOUR_AHEAD],
    )
    expect(fatesOf(await moved({ providers: { zoho: 'zoho_crm' } }))).toEqual([
      ['imported', 'complete', ['a']],
      ['left', 'not_chosen', ['b', 'c']],
    ])
    await expect(moved({ providers: { zoho: 'none' } })).rejects.toThrow('There is no provider "none"')
  })

  test('that two names of a provider make one connection of are both refused', async () => {
    await insert(['a', 'zoho', 'at', 'rt'], ['a', 'zoho_crm', 'at', 'rt'])
    const report = await moved({ providers: { zoho: 'zoho_crm', zoho_crm: 'zoho_crm' } })
    expect(fatesOf(report)).toEqual([['refused', 'duplicate', ['a', 'a']]])
  })
})

describe('what is here already', () => {
  test('is kept, and replaced when that is asked for', async () => {
    await tokens.storeTokens('a', 'zoho_crm', { accessToken: 'old', refreshToken: 'old' })
    await insert(['a', 'zoho_crm', 'new', 'new', HOUR_AHEAD])
    expect(fatesOf(await moved())).toEqual([['kept', 'there_already', ['a']]])
    expect(await stored('a')).toEqual(['old', 'old'])
    expect(fatesOf(await moved({ overwrite: true, dryRun: true }))).toEqual([['imported', 'complete', ['a']]])
    expect(await stored('a')).toEqual(['old', 'old'])
    expect(fatesOf(await moved({ overwrite: true }))).toEqual([['imported', 'complete', ['a']]])
    expect(await stored('a')).toEqual(['new', 'new'])
  })

  test('is kept even then where it was refreshed here: the refresh token of the source may be used up', async () => {
    const grant = await zoho.issueGrant()
    await insert(['a', 'zoho_crm', grant.accessToken, grant.refreshToken])
    await moved()
    await tokens.refreshToken('a', 'zoho_crm')
    const before = await stored('a')
    expect(fatesOf(await moved({ overwrite: true }))).toEqual([['kept', 'refreshed_here', ['a']]])
    expect(await stored('a')).toEqual(before)
  })
})

describe('the source', () => {
  test('is read by a role that may do nothing else, and stays as it is', async () => {
    await insert(['a', 'zoho_crm', 'at', 'rt', HOUR_AHEAD])
    const content = 'select xmin::text, ctid::text, * from source.oauth_tokens'
    const before = await database.query(content)
    const readOnly = await database.urlWith({ default_transaction_read_only: 'on' })
    const report = await importFrom(tokens, { ...source(), database: readOnly }, { dryRun: false })
    expect(report.imported).toBe(1)
    expect(await database.query(content)).toEqual(before)
  })

  test('cannot write: a view that does is refused by the server', async () => {
    await database.query(
      `create table source.touched (at timestamptz);
       create function source.touch() returns text language sql as
         'insert into source.touched values (now()) returning ''rt''';
       create view source.trap as select 'a' client_id, 'zoho_crm' provider, 'at' access_token,
         source.touch() refresh_token, now() token_expiry`,
    )
    const trap = importFrom(tokens, { ...source(), table: 'source.trap' } as ImportSource, { dryRun: false })
    await expect(trap).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', reason: '25006' })
    expect(await database.query('select * from source.touched')).toEqual([])
  })

  test.each([
    ['of a name that it does not have', { table: 'nothing' }, 'The source has no table "nothing".'],
    ['with other columns', { table: 'source.other' }, 'it lacks client_id, access_token, refresh_token'],
    ['of an unknown kind', { from: 'nothing' }, 'from must be one of table'],
    ['with a field that nobody reads', { tables: 'x' }, 'has no field "tables". Did you mean "table"?'],
    ['that is nothing', { database: 'mysql://u:secret@h/d' }, 'The source must be a URL that begins with'],
    ['that does not answer', { database: 'postgres://nobody@127.0.0.1:1/x' }, 'Source: PostgreSQL cannot be'],
  ])('%s is refused', async (_, changed, message) => {
    await database.query('create table source.other (provider text, token_expiry text, x text)')
    const strange = { ...source(), ...changed } as ImportSource
    await expect(importFrom(tokens, strange)).rejects.toThrow(message)
  })
})

test('a run that a signal ends stores nothing after it, and the next one does the rest', async () => {
  await database.query(
    `insert into source.oauth_tokens select 'c' || n, 'zoho_crm', 'at', 'rt' from generate_series(1, 1200) n`,
  )
  const stop = new AbortController()
  const run1 = moved({
    signal: stop.signal,
    onProgress: ({ imported }) => {
      if (imported === 700) stop.abort()
    },
  })
  await expect(run1).rejects.toMatchObject({ name: 'AbortError' })
  const report = await moved()
  expect(report).toMatchObject({ rows: 1200, kept: expect.any(Number), refused: 0 })
  expect(report.kept).toBeGreaterThanOrEqual(700)
  expect(report.kept).toBeLessThan(710)
  expect(report.imported).toBe(1200 - report.kept)
  expect(report.fates.map(({ count, rows }) => [count, rows.length])).toEqual([
    [report.imported, 20],
    [report.kept, 20],
  ])
})
