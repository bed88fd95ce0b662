import { setTimeout as pause } from 'node:timers/promises'
import { inspect } from 'node:util'
import { drizzle } from 'drizzle-orm/node-postgres'
import { OAuthTokenService } from 'evergrant'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { CLIENT, CREDENTIALS, serviceWorld } from '../support/services.ts'

const world = await serviceWorld()
const { zoho, open, database } = world

describe('on PostgreSQL', () => {
  test('storeTokens and deleteToken run inside the caller’s own transaction', async () => {
    const pool = new pg.Pool({ connectionString: database.url, max: 3 })
    const db = drizzle(pool)
    const tokens = await open('', { database: db })
    await tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'before' })
    await tokens.getAccessToken(CLIENT, 'zoho_crm')
    const undone = db.transaction(async tx => {
      await tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'inside' }, { tx })
      expect(await tokens.getAccessToken(CLIENT, 'zoho_crm')).toBe('before')
      throw new RangeError('roll back')
    })
    await expect(undone).rejects.toThrow('roll back')
    expect(await tokens.getAccessToken(CLIENT, 'zoho_crm')).toBe('before')

    await db.transaction(async tx => {
      await tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'after' }, { tx })
      await tokens.getAccessToken(CLIENT, 'zoho_crm')
    })
    expect(await tokens.getAccessToken(CLIENT, 'zoho_crm')).toBe('after')
    await db.transaction(tx => tokens.deleteToken(CLIENT, 'zoho_crm', { tx }))
    expect(await tokens.hasToken(CLIENT, 'zoho_crm')).toBe(false)
    const revoking = db.transaction(tx => tokens.deleteToken(CLIENT, 'zoho_crm', { tx, revoke: true }))
    await expect(revoking).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    await tokens.close()
    // The pool is the caller's: it still works.
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    await pool.end()
  })

  test('F15: a pool of one connection serves others while a provider takes its time', async () => {
    const pool = new pg.Pool({ connectionString: database.url, max: 1 })
    const tokens = await open('', { database: pool, policy: { requestTimeoutMs: 1_000 } })
    await tokens.storeTokens(CLIENT, 'zoho_crm', await zoho.issueGrant())
    await zoho.fault({ kind: 'hang' })
    const patience = new AbortController()
    const refreshing = tokens.refreshToken(CLIENT, 'zoho_crm', CREDENTIALS, { signal: patience.signal })
    refreshing.catch(() => {})
    while ((await zoho.summary()).requests === 0) await pause(10)
    // The request is in flight, and the only connection is free.
    expect(pool.idleCount).toBe(1)
    expect(await tokens.hasToken(CLIENT, 'zoho_crm')).toBe(true)
    patience.abort()
    await expect(refreshing).rejects.toThrow(/abort/)
    await zoho.clearFaults()
    await tokens.close()
    await pool.end()
  })

  test('is refused without an encryption key, with the command that makes one', async () => {
    const opening = OAuthTokenService.open({ database: database.url })
    await expect(opening).rejects.toThrow(/npx evergrant keys generate/)
  })

  test('adopts a table of the original shape: its plaintext tokens are returned, refreshed and sealed', async () => {
    const [fresh, expired] = [await zoho.issueGrant(), await zoho.issueGrant()]
    await database.query(`create table oauth_tokens (
      id uuid primary key default gen_random_uuid(), client_id varchar(64) not null, provider varchar(32) not null,
      access_token text not null, refresh_token text, token_expiry timestamptz, scopes text, metadata jsonb,
      created_at timestamptz not null default now(), updated_at timestamptz not null default now())`)
    await database.query('create unique index my_own_index on oauth_tokens (client_id, provider)')
    const insert = `insert into oauth_tokens (client_id, provider, access_token, refresh_token, token_expiry)
      values ($1, 'zoho_crm', $2, $3, now() + make_interval(mins => $4))`
    await database.query(insert, ['fresh', fresh.accessToken, fresh.refreshToken, 40])
    await database.query(insert, ['expired', 'long gone', expired.refreshToken, -40])
    await database.query(insert, ['unknown', 'who knows', (await zoho.issueGrant()).refreshToken, null])

    const tokens = await open(database.url)
    expect(await tokens.getAccessToken('fresh', 'zoho_crm', CREDENTIALS)).toBe(fresh.accessToken)
    expect((await zoho.summary()).requests).toBe(0)
    expect(await tokens.getAccessToken('expired', 'zoho_crm', CREDENTIALS)).toMatch(/^1000\./)
    expect(await tokens.getAccessToken('unknown', 'zoho_crm', CREDENTIALS)).toMatch(/^1000\./)
    const rows = await database.query('select client_id, access_token, refresh_token from oauth_tokens')
    const rowOf = (client: string) => rows.find(row => row.client_id === client)
    for (const client of ['expired', 'unknown']) {
      expect(rowOf(client)).toMatchObject({
        access_token: expect.stringMatching(/^eg1\./),
        refresh_token: expect.stringMatching(/^eg1\./),
      })
    }
    expect(rowOf('fresh')).toMatchObject({
      access_token: fresh.accessToken,
      refresh_token: fresh.refreshToken,
    })
    expect((await tokens.getTokenRecord('expired', 'zoho_crm'))?.refreshToken?.reveal()).toBe(
      expired.refreshToken,
    )

    // A new access token by hand seals the refresh token that stays.
    await tokens.storeTokens('fresh', 'zoho_crm', { accessToken: 'by hand' })
    const [sealed] = await database.query("select refresh_token from oauth_tokens where client_id = 'fresh'")
    expect(sealed).toMatchObject({ refresh_token: expect.stringMatching(/^eg1\./) })
    expect((await tokens.getTokenRecord('fresh', 'zoho_crm'))?.refreshToken?.reveal()).toBe(
      fresh.refreshToken,
    )
  })

  test('metadata of an adopted row stay as they are where an answer says nothing new', async () => {
    await open(database.url)
    const grant = await zoho.issueGrant()
    const metadata = `{"account": 12345678901234567890, "api_domain": "${zoho.url}", "rate": 1.10}`
    await database.query(
      `insert into oauth_tokens (id, client_id, provider, access_token, refresh_token, token_expiry, metadata)
        values (gen_random_uuid(), 'old', 'zoho_crm', 'long gone', $1, now(), $2)`,
      [grant.refreshToken, metadata],
    )
    const text = async () =>
      (await database.query("select metadata::text from oauth_tokens where client_id = 'old'"))[0]?.metadata
    const before = await text()
    const tokens = await open(database.url)
    const { accessToken } = await tokens.refreshToken('old', 'zoho_crm', CREDENTIALS)
    await tokens.storeTokens('old', 'zoho_crm', { accessToken, metadata: { rate: 1.1 } })
    expect(await text()).toBe(before)
    expect(before).toContain('12345678901234567890')
  })

  test('requireSealed makes plaintext from before an error, without a request and without a change', async () => {
    await open(database.url)
    await database.query(
      "insert into oauth_tokens (client_id, provider, access_token, refresh_token) values ('c', 'zoho_crm', 'canary', 'r')",
    )
    const strict = await open(database.url, { requireSealed: true })
    const error = await strict.getAccessToken('c', 'zoho_crm', CREDENTIALS).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'DECRYPTION_FAILED', clientId: 'c' })
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain('canary')
    expect((await zoho.summary()).requests).toBe(0)
  })
})
