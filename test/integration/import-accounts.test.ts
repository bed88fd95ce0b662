import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BetterAuthOptions } from 'better-auth'
import { drizzle } from 'drizzle-orm/node-postgres'
import { OAuthTokenService } from 'evergrant'
import { type ImportFromOptions, importFrom } from 'evergrant/admin'
import { SqliteDialect } from 'kysely'
import Libsql from 'libsql'
import pg from 'pg'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { fatesOf } from '../support/moving-in.ts'
import { freshDatabase } from '../support/postgres.ts'
import { authjsOn, betterAuthOn, type SignInLibrary } from '../support/sign-in-libraries.ts'

/*
 * Accounts as better-auth and Auth.js write them themselves, into tables that better-auth makes, and those that the
 * pages of Auth.js show.
 */
vi.setConfig({ testTimeout: 60_000 })

const AHEAD = new Date('2037-01-01T00:00:00Z')
const directory = mkdtempSync(join(tmpdir(), 'evergrant-accounts-'))
const postgres = await freshDatabase()
const pool = new pg.Pool({ connectionString: postgres.directUrl, max: 4 })
afterAll(async () => {
  await pool.end()
  rmSync(directory, { recursive: true })
})
let tokens: OAuthTokenService
beforeEach(async () => {
  tokens = await OAuthTokenService.open({ database: 'memory:' })
})
afterEach(() => tokens.close())

/** An empty database of each kind, as better-auth takes it, and as we do. */
let files = 0
function sqlite(): readonly [database: BetterAuthOptions['database'], url: string] {
  files += 1
  const path = join(directory, `accounts-${files}.db`)
  const database = new Libsql(path) as unknown as ConstructorParameters<typeof SqliteDialect>[0]['database']
  return [{ dialect: new SqliteDialect({ database }), type: 'sqlite' }, path]
}
async function emptyPostgres(): Promise<readonly [database: pg.Pool, url: string]> {
  await postgres.query('drop schema public cascade')
  await postgres.query('create schema public')
  return [pool, postgres.url]
}

const moveBetterAuth = (url: string, options: ImportFromOptions = {}) =>
  importFrom(tokens, { from: 'better-auth', database: url }, { dryRun: false, ...options })
const moveAuthjs = (url: string, options: ImportFromOptions = {}) =>
  importFrom(tokens, { from: 'authjs', database: url }, { dryRun: false, ...options })
const providers = { zoho: 'zoho_crm' }

/** Accounts of every sort that an app has. */
async function fill(library: SignInLibrary): Promise<Readonly<Record<'whole' | 'late' | 'bare', string>>> {
  const common = { provider: 'zoho', expiresAt: AHEAD }
  await library.link({
    ...common,
    user: 'whole',
    account: '1',
    accessToken: '1000.a.1',
    refreshToken: '1000.r.1',
    scopes: ['ZohoCRM.modules.ALL', 'openid'],
  })
  await library.link({
    ...common,
    user: 'late',
    account: '2',
    accessToken: '1000.a.2',
    refreshToken: '1000.r.2',
    expiresAt: new Date('2020-01-01T00:00:00Z'),
  })
  await library.link({ ...common, user: 'bare', account: '3' })
  await library.link({ ...common, user: 'whole', provider: 'google', account: '4', accessToken: 'ya29.a' })
  return {
    whole: await library.user('whole'),
    late: await library.user('late'),
    bare: await library.user('bare'),
  }
}

async function expectMoved(
  library: SignInLibrary,
  move: (options: ImportFromOptions) => ReturnType<typeof importFrom>,
): Promise<void> {
  const { whole, late, bare } = await fill(library)
  const report = await move({ providers })
  expect(fatesOf(report, 'userId')).toEqual([
    ['imported', 'complete', [whole]],
    ['imported', 'without_access_token', [late]],
    ['left', 'no_token', [bare]],
    ['left', 'not_chosen', [whole]],
  ])
  const record = await tokens.getTokenRecord(whole, 'zoho_crm')
  expect(record).toMatchObject({ scopes: ['ZohoCRM.modules.ALL', 'openid'], status: 'active' })
  expect(Math.abs(Number(record?.expiresAt?.getTime()) - AHEAD.getTime())).toBeLessThan(5_000)
  expect([record?.accessToken?.reveal(), record?.refreshToken?.reveal()]).toEqual(['1000.a.1', '1000.r.1'])
  expect((await tokens.getTokenRecord(late, 'zoho_crm'))?.refreshToken?.reveal()).toBe('1000.r.2')
}

describe('better-auth', () => {
  test('in PostgreSQL: its own rows become connections of its users', async () => {
    const [database, url] = await emptyPostgres()
    await expectMoved(await betterAuthOn(database), options => moveBetterAuth(url, options))
  })

  test('in SQLite: the same', async () => {
    const [database, path] = sqlite()
    await expectMoved(await betterAuthOn(database), options => moveBetterAuth(path, options))
  })

  test('with columns in snake case: the same', async () => {
    const [database, path] = sqlite()
    const fields = {
      userId: 'user_id',
      accountId: 'account_id',
      providerId: 'provider_id',
      accessToken: 'access_token',
      refreshToken: 'refresh_token',
      accessTokenExpiresAt: 'access_token_expires_at',
    }
    const library = await betterAuthOn(database, { account: { fields, modelName: 'accounts' } })
    await library.link({ user: 'a', provider: 'zoho_crm', account: '1', refreshToken: '1000.r' })
    const report = await moveBetterAuth(path)
    expect(fatesOf(report)).toEqual([['imported', 'without_access_token', [await library.user('a')]]])
  })

  test.each([
    ['one secret', {}],
    [
      'secrets with versions',
      { secrets: [{ version: 1, value: 'another secret that is long enough for it' }] },
    ],
  ])('encrypted with %s, tokens are refused; nothing of them is stored or told', async (_, secrets) => {
    const [database, path] = sqlite()
    const library = await betterAuthOn(database, { account: { encryptOAuthTokens: true }, ...secrets })
    await library.link({ user: 'long', provider: 'zoho_crm', account: '1', refreshToken: '1000.c4n4ry4711' })
    await library.link({
      user: 'short',
      provider: 'zoho_crm',
      account: '2',
      accessToken: 'x',
      expiresAt: AHEAD,
    })
    const report = await moveBetterAuth(path)
    expect(fatesOf(report, 'accountId')).toEqual([['refused', 'encrypted', ['1', '2']]])
    const file = new Libsql(path)
    const [row] = file.prepare('select refreshToken from account').all() as { refreshToken: string }[]
    expect(row?.refreshToken).toMatch(/^(\$ba\$1\$)?[0-9a-f]{82,}$/)
    expect(JSON.stringify(report)).not.toContain(row?.refreshToken)
    expect(await tokens.listTokens()).toMatchObject({ connections: [] })
  })

  test('tokens that merely look a little like it are taken', async () => {
    const [database, path] = sqlite()
    const library = await betterAuthOn(database)
    const alike = ['ab'.repeat(40), 'a'.repeat(83), `${'ab'.repeat(41)}.`, 'g'.repeat(82), 'ba$1$00']
    for (const [index, refreshToken] of alike.entries()) {
      await library.link({ user: `u${index}`, provider: 'zoho_crm', account: `${index}`, refreshToken })
    }
    expect(await moveBetterAuth(path)).toMatchObject({ imported: alike.length, refused: 0 })
  })

  test('two accounts of one user at one provider are refused, unless each is a client of its own', async () => {
    const [database, path] = sqlite()
    const library = await betterAuthOn(database)
    for (const account of ['1', '2']) {
      await library.link({ user: 'a', provider: 'zoho_crm', account, refreshToken: `1000.${account}` })
    }
    const report = await moveBetterAuth(path)
    expect(fatesOf(report, 'accountId')).toEqual([['refused', 'duplicate', ['1', '2']]])
    expect(report.fates[0]?.explanation).toContain('--client account')
    const source = { from: 'better-auth', database: path, client: 'account' } as const
    expect(fatesOf(await importFrom(tokens, source, { dryRun: false }), 'accountId')).toEqual([
      ['imported', 'without_access_token', ['1', '2']],
    ])
  })

  test('integers of Drizzle, seconds or milliseconds, are the same instant', async () => {
    const path = sqlite()[1]
    const file = new Libsql(path)
    file.exec(`create table account (id, user_id, account_id, provider_id, access_token, refresh_token,
        access_token_expires_at integer);
      insert into account values (1, 's', 's', 'zoho_crm', 'at', null, ${AHEAD.getTime() / 1_000}),
        (2, 'ms', 'ms', 'zoho_crm', 'at', null, ${AHEAD.getTime()})`)
    expect(await moveBetterAuth(path)).toMatchObject({ imported: 2, withoutAccessToken: 0 })
    for (const client of ['s', 'ms']) {
      const { expiresAt } = await tokens.getToken(client, 'zoho_crm')
      expect(Math.abs(Number(expiresAt?.getTime()) - AHEAD.getTime())).toBeLessThan(5_000)
    }
  })
})

/** As https://authjs.dev/getting-started/adapters/pg shows them. */
const PG_TABLES = `
  create table users (id serial, name varchar(255), email varchar(255), "emailVerified" timestamptz, image text,
    primary key (id));
  create table accounts (id serial, "userId" integer not null, type varchar(255) not null,
    provider varchar(255) not null, "providerAccountId" varchar(255) not null, refresh_token text, access_token text,
    expires_at bigint, id_token text, scope text, session_state text, token_type text, primary key (id));`

/** As https://authjs.dev/getting-started/adapters/drizzle shows them. */
const DRIZZLE_TABLES = `
  create table "user" (id text primary key, name text, email text unique, "emailVerified" timestamp, image text);
  create table account ("userId" text not null references "user" (id), type text not null, provider text not null,
    "providerAccountId" text not null, refresh_token text, access_token text, expires_at integer, token_type text,
    scope text, id_token text, session_state text, primary key (provider, "providerAccountId"));`

describe('Auth.js', () => {
  test('by its adapter for pg: its own rows become connections of its users', async () => {
    const [, url] = await emptyPostgres()
    await postgres.query(PG_TABLES)
    await expectMoved(await authjsOn('pg', pool), options => moveAuthjs(url, options))
  })

  test('by its adapter for Drizzle: the same', async () => {
    const [, url] = await emptyPostgres()
    await postgres.query(DRIZZLE_TABLES)
    await expectMoved(await authjsOn('drizzle', drizzle(pool)), options => moveAuthjs(url, options))
  })

  test('in tables of SQLite without row ids: the same', async () => {
    const path = sqlite()[1]
    const file = new Libsql(path)
    file.exec(
      DRIZZLE_TABLES.replace(/\);\s*$/, ') without rowid;').replace('"emailVerified" timestamp', 'ev'),
    )
    file.exec(`insert into "user" values ('u', 'u', 'e', null, null)`)
    file.exec(
      `insert into account values ('u', 'oauth', 'zoho', '1', 'rt', 'at', 2114380800, 'bearer', 's', '', '')`,
    )
    expect(await moveAuthjs(path, { providers })).toMatchObject({ imported: 1, withoutAccessToken: 0 })
  })

  test('an app with a table of another sort beside it: the one with the columns is read', async () => {
    const [, url] = await emptyPostgres()
    await postgres.query(`${DRIZZLE_TABLES} create table accounts (id serial, iban text)`)
    expect((await moveAuthjs(url)).source).toMatch(/^table account of /)
    await postgres.query(`create table "Account" as select * from account`)
    await expect(moveAuthjs(url)).rejects.toThrow('several such tables: account, "Account".')
    const named = { from: 'authjs', database: url, table: 'Account' } as const
    expect((await importFrom(tokens, named)).source).toMatch(/^table "Account" of /)
  })

  test('a table of better-auth is not taken for one of Auth.js', async () => {
    const [database, url] = await emptyPostgres()
    await betterAuthOn(database)
    await expect(moveAuthjs(url)).rejects.toThrow(
      'The table account of the source is none of the kind "authjs": it lacks providerAccountId, provider, expires_at.',
    )
  })

  test('a client that is neither user nor account is refused', async () => {
    const [, url] = await emptyPostgres()
    const wrong = { from: 'authjs', database: url, client: 'email' } as never
    await expect(importFrom(tokens, wrong)).rejects.toThrow('"user" or "account"')
  })
})
