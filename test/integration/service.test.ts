import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { inspect } from 'node:util'
import { drizzle } from 'drizzle-orm/node-postgres'
import { type EvergrantEvent, OAuthTokenService, type OpenOptions } from 'evergrant'
import { localZohoApp, startLocalZoho } from 'evergrant/testing'
import pg from 'pg'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { freshDatabase } from '../support/postgres.ts'

const CLIENT = 'smart-tax-nation'
const CREDENTIALS = localZohoApp
const SEED_VARIABLES = [
  'ZOHO_REFRESH_TOKEN',
  'ZOHO_CRM_REFRESH_TOKEN',
  'EVERGRANT_ENV_CLIENT_ID',
  'ZOHO_ACCOUNTS_SERVER',
]

const zoho = await startLocalZoho({ throttle: null, refreshTokensPerUser: 1_000 })
const directory = mkdtempSync(join(tmpdir(), 'evergrant-service-'))
const database = await freshDatabase()
const keys = `test:${Buffer.alloc(32, 7).toString('base64')}`
afterAll(async () => {
  await zoho.close()
  rmSync(directory, { recursive: true })
})

const open = new Set<OAuthTokenService>()
const events: EvergrantEvent[] = []

async function service(url: string, options: OpenOptions = {}): Promise<OAuthTokenService> {
  const tokens = await OAuthTokenService.open({
    database: url,
    encryptionKeys: keys,
    providers: { zoho_crm: { accountsServer: zoho.url }, zoho_calendar: { accountsServer: zoho.url } },
    onEvent: event => void events.push(event),
    ...options,
  })
  open.add(tokens)
  return tokens
}

let files = 0
beforeEach(async () => {
  files += 1
  events.length = 0
  await zoho.clearFaults()
  await zoho.clearLedger()
  await zoho.configure({ accessTokenLifetimeMs: 3_600_000, rotation: 'static' })
})
afterEach(async () => {
  await Promise.all([...open].map(tokens => tokens.close()))
  open.clear()
  for (const name of SEED_VARIABLES) delete process.env[name]
  // A test that never migrated leaves no tables.
  await database.query('drop schema public cascade; create schema public')
})

describe.each([
  ['memory', () => 'memory:'],
  ['SQLite', () => `file:${join(directory, `service-${files}.db`)}`],
  ['PostgreSQL', () => database.url],
])('OAuthTokenService on %s', (kind, url) => {
  test('stores tokens, gives them back, and refreshes them when they are within their window', async () => {
    const tokens = await service(url())
    const grant = await zoho.issueGrant()
    await tokens.storeTokens(CLIENT, 'zoho_crm', grant)
    expect(await tokens.getAccessToken(CLIENT, 'zoho_crm', CREDENTIALS)).toBe(grant.accessToken)
    expect((await zoho.summary()).requests).toBe(0)

    await tokens.storeTokens(CLIENT, 'zoho_crm', { ...grant, expiresIn: 1 })
    await pause(960)
    const refreshed = await tokens.getToken(CLIENT, 'zoho_crm', CREDENTIALS)
    expect(refreshed.accessToken).not.toBe(grant.accessToken)
    expect(refreshed).toMatchObject({
      tokenType: 'Bearer',
      scopes: ['ZohoCRM.modules.ALL'],
      metadata: { api_domain: 'https://www.zohoapis.com' },
    })
    expect(await tokens.getAccessToken(CLIENT, 'zoho_crm', CREDENTIALS)).toBe(refreshed.accessToken)
    expect((await zoho.summary()).requests).toBe(1)
  })

  test('captures a rotated refresh token and keeps the stored one when an answer has none', async () => {
    const tokens = await service(url())
    const grant = await zoho.issueGrant()
    await tokens.storeTokens(CLIENT, 'zoho_crm', grant)
    await tokens.refreshToken(CLIENT, 'zoho_crm', CREDENTIALS)
    expect((await tokens.getTokenRecord(CLIENT, 'zoho_crm'))?.refreshToken?.reveal()).toBe(grant.refreshToken)

    await zoho.configure({ rotation: 'strict' })
    await tokens.refreshToken(CLIENT, 'zoho_crm', CREDENTIALS)
    const rotated = (await tokens.getTokenRecord(CLIENT, 'zoho_crm'))?.refreshToken?.reveal() ?? ''
    expect(rotated).not.toBe(grant.refreshToken)
    expect(await zoho.stateOf(rotated)).toBe('current')
  })

  test('keeps what storeTokens leaves out: refresh token, scopes, metadata', async () => {
    const tokens = await service(url())
    const metadata = { location: 'us', note: 'kept' }
    await tokens.storeTokens(CLIENT, 'zoho_crm', {
      accessToken: 'a',
      refreshToken: 'r',
      scopes: ['x', 'y'],
      metadata,
    })
    await tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'b', expiresIn: 60, metadata: { more: 1 } })
    const record = await tokens.getTokenRecord(CLIENT, 'zoho_crm')
    expect(record?.refreshToken?.reveal()).toBe('r')
    expect(record).toMatchObject({
      scopes: ['x', 'y'],
      metadata: { ...metadata, more: 1 },
      lifetimeMs: 60_000,
    })
  })

  test('an expiresIn that makes no sense does not lose the grant: the usual lifetime is taken, with a warning', async () => {
    const tokens = await service(url())
    for (const expiresIn of [-5, 0, Number.NaN, Infinity, 1e16, '3600s', '0x10', true, [3600]] as number[]) {
      await tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'a', refreshToken: 'r', expiresIn })
      expect((await tokens.getTokenRecord(CLIENT, 'zoho_crm'))?.lifetimeMs).toBe(3_600_000)
    }
    expect(events.filter(event => event.type === 'answer_warning')).toHaveLength(9)
    // Zoho's old answers: milliseconds.
    await tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'a', expiresIn: 3_600_000 })
    expect((await tokens.getTokenRecord(CLIENT, 'zoho_crm'))?.lifetimeMs).toBe(3_600_000)
  })

  test('refuses bad input with nothing changed', async () => {
    const tokens = await service(url())
    await tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'good', refreshToken: 'good-r' })
    const bad: (() => Promise<unknown>)[] = [
      () => tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'canary\0' }),
      () => tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'x', refreshToken: 'canary\n' }),
      () => tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'x'.repeat(20_000) }),
      () => tokens.storeTokens(CLIENT, 'zoho_crm', 'canary' as never),
      () => tokens.storeTokens(CLIENT, 'nobody', { accessToken: 'x' }),
      () => tokens.storeTokens(' client', 'zoho_crm', { accessToken: 'x' }),
      () => tokens.getAccessToken('', 'zoho_crm'),
      () => tokens.getAccessToken(CLIENT, '__proto__'),
      () => tokens.getAccessToken(CLIENT, 'zoho_crm', 'canary' as never),
      () => tokens.getAccessToken(localZohoApp.clientId, 'zoho_crm', CREDENTIALS),
      () => tokens.getAccessToken(CLIENT, 'zoho_crm', CREDENTIALS, { minValidMs: -1 }),
      () => tokens.getAccessToken(CLIENT, 'zoho_crm', CREDENTIALS, { minValidMs: 7_200_000 }),
      () => tokens.reportRejected(CLIENT, 'zoho_crm', ''),
      () => tokens.listTokens({ limit: 0 }),
      () => tokens.listTokens({ cursor: 'canary' }),
      () => tokens.listTokens({ status: 'odd' as never }),
    ]
    for (const call of bad) {
      const error = await call().then(
        () => 'no error',
        (reason: unknown) => reason,
      )
      expect(error).toMatchObject({ name: 'InvalidInputError', code: 'INVALID_INPUT', retryable: false })
      expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain('canary')
    }
    const record = await tokens.getTokenRecord(CLIENT, 'zoho_crm')
    expect(record?.accessToken?.reveal()).toBe('good')
    expect(record?.generation).toBe(1)
  })

  test('odd but allowed names are connections like any other', async () => {
    const tokens = await service(url())
    const names = ['__proto__', 'constructor', '../x', 'a","b', 'x'.repeat(255), 'two words']
    for (const name of names) await tokens.storeTokens(name, 'zoho_crm', { accessToken: `token of ${name}` })
    for (const name of names) expect(await tokens.getAccessToken(name, 'zoho_crm')).toBe(`token of ${name}`)
    expect((await tokens.listTokens()).connections.map(one => one.clientId).sort()).toEqual([...names].sort())
  })

  test('says what is missing: token, refresh token, app credentials, scope', async () => {
    const tokens = await service(url())
    await expect(tokens.getAccessToken(CLIENT, 'zoho_crm', CREDENTIALS)).rejects.toMatchObject({
      code: 'TOKEN_NOT_FOUND',
      clientId: CLIENT,
      provider: 'zoho_crm',
    })
    expect(await tokens.hasToken(CLIENT, 'zoho_crm')).toBe(false)
    expect(await tokens.getTokenRecord(CLIENT, 'zoho_crm')).toBeNull()

    await tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'a', scopes: 'one two' })
    expect(await tokens.hasToken(CLIENT, 'zoho_crm')).toBe(true)
    await expect(tokens.refreshToken(CLIENT, 'zoho_crm', CREDENTIALS)).rejects.toMatchObject({
      reason: 'no_refresh_token',
    })
    await tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'a', refreshToken: 'r' })
    await expect(tokens.refreshToken(CLIENT, 'zoho_crm')).rejects.toMatchObject({
      code: 'PROVIDER_MISCONFIGURED',
    })
    const scoped = (requireScopes: string[]) =>
      tokens.getAccessToken(CLIENT, 'zoho_crm', undefined, { requireScopes })
    expect(await scoped(['one'])).toBe('a')
    await expect(scoped(['one', 'three'])).rejects.toMatchObject({
      code: 'INSUFFICIENT_SCOPE',
      missingScopes: ['three'],
    })
  })

  test('lists connections page by page, filtered, without secrets', async () => {
    const tokens = await service(url())
    for (const client of ['a', 'b', 'c']) {
      for (const provider of ['zoho_calendar', 'zoho_crm']) {
        await tokens.storeTokens(client, provider, { accessToken: 'canary-1', refreshToken: 'canary-2' })
      }
    }
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await tokens.listTokens({ limit: 2, cursor })
      expect(inspect(page, { depth: 9, showHidden: true })).not.toContain('canary')
      seen.push(...page.connections.map(one => `${one.clientId}/${one.provider}`))
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    expect(seen).toEqual(['a', 'b', 'c'].flatMap(client => [`${client}/zoho_calendar`, `${client}/zoho_crm`]))
    expect((await tokens.listTokens({ clientId: 'b', provider: 'zoho_crm' })).connections).toHaveLength(1)
    expect((await tokens.listTokens({ status: 'suspect' })).connections).toEqual([])
  })

  test('deletes for re-authorization, and with revoke also at the provider', async () => {
    const tokens = await service(url())
    const grant = await zoho.issueGrant()
    await tokens.storeTokens(CLIENT, 'zoho_crm', grant)
    expect(await tokens.deleteToken(CLIENT, 'zoho_crm')).toBe(true)
    expect(await tokens.deleteToken(CLIENT, 'zoho_crm')).toBe(false)
    expect(await zoho.stateOf(grant.refreshToken)).toBe('current')
    await expect(tokens.getAccessToken(CLIENT, 'zoho_crm', CREDENTIALS)).rejects.toMatchObject({
      code: 'TOKEN_NOT_FOUND',
    })

    await tokens.storeTokens(CLIENT, 'zoho_crm', grant)
    expect(await tokens.deleteToken(CLIENT, 'zoho_crm', { revoke: true })).toBe(true)
    expect(await zoho.stateOf(grant.refreshToken)).toBe('revoked')
  })

  test('a revocation that the provider does not confirm is told, and done by the next deletion', async () => {
    const tokens = await service(url())
    const grant = await zoho.issueGrant()
    await tokens.storeTokens(CLIENT, 'zoho_crm', grant)
    await zoho.fault({ kind: 'server_error' }, { endpoint: 'revoke' })
    await expect(tokens.deleteToken(CLIENT, 'zoho_crm', { revoke: true })).rejects.toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
      retryable: true,
    })
    expect(await tokens.hasToken(CLIENT, 'zoho_crm')).toBe(false)
    await tokens.deleteToken(CLIENT, 'zoho_crm', { revoke: true })
    expect(await zoho.stateOf(grant.refreshToken)).toBe('revoked')
  })

  test('a reported token is served no more, and refreshed once however many report it', async () => {
    const tokens = await service(url(), {
      providers: { zoho_crm: { ...CREDENTIALS, accountsServer: zoho.url } },
    })
    const grant = await zoho.issueGrant()
    await tokens.storeTokens(CLIENT, 'zoho_crm', grant)
    await tokens.getAccessToken(CLIENT, 'zoho_crm')
    const reports = await Promise.all(
      Array.from({ length: 50 }, () => tokens.reportRejected(CLIENT, 'zoho_crm', grant.accessToken)),
    )
    expect(reports).toContain(true)
    expect(await tokens.getAccessToken(CLIENT, 'zoho_crm')).not.toBe(grant.accessToken)
    expect(await tokens.reportRejected(CLIENT, 'zoho_crm', grant.accessToken)).toBe(false)
    expect((await zoho.summary()).requests).toBe(1)
  })

  test('a reported token is served no more even while the provider is down', async () => {
    const tokens = await service(url(), {
      providers: { zoho_crm: { ...CREDENTIALS, accountsServer: zoho.url } },
    })
    const grant = await zoho.issueGrant()
    await tokens.storeTokens(CLIENT, 'zoho_crm', grant)
    await zoho.fault({ kind: 'server_error' }, { times: 'until_cleared' })
    expect(await tokens.reportRejected(CLIENT, 'zoho_crm', grant.accessToken)).toBe(true)
    await expect(tokens.getAccessToken(CLIENT, 'zoho_crm')).rejects.toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
    })
  })

  test('fetch sends the token in the provider’s scheme, and repeats once with a new one after a 401', async () => {
    const tokens = await service(url(), {
      providers: { zoho_crm: { ...CREDENTIALS, accountsServer: zoho.url } },
    })
    const grant = await zoho.issueGrant()
    await tokens.storeTokens(CLIENT, 'zoho_crm', grant)
    const allowHosts = [new URL(zoho.url).host]
    const echo = `${zoho.url}/api/echo`
    expect((await tokens.fetch(CLIENT, 'zoho_crm', echo, { allowHosts })).status).toBe(200)
    await zoho.killAccessToken(grant.accessToken)
    expect((await tokens.fetch(CLIENT, 'zoho_crm', echo, { allowHosts })).status).toBe(200)
    expect((await zoho.summary()).requests).toBe(1)

    await zoho.killAccessToken(await tokens.getAccessToken(CLIENT, 'zoho_crm'))
    const body = new ReadableStream({ start: controller => controller.close() })
    const streamed = await tokens.fetch(CLIENT, 'zoho_crm', echo, {
      allowHosts,
      method: 'POST',
      body,
      duplex: 'half',
    })
    expect(streamed.status).not.toBe(200)
    expect((await zoho.summary()).requests).toBe(1)
  })

  test.each([
    'https://evil.example/',
    'http://www.zohoapis.com/',
    'https://www.zohoapis.com.evil.example/',
    'nonsense',
    'https://www.zohoapis.com:8443/',
  ])('fetch sends the token nowhere but to the provider: %s', async target => {
    const tokens = await service(url())
    await tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'canary' })
    await expect(tokens.fetch(CLIENT, 'zoho_crm', target)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })

  test('tokens survive a restart', async () => {
    if (kind === 'memory') return expect(url()).toBe('memory:')
    const grant = await zoho.issueGrant()
    const first = await service(url())
    await first.storeTokens(CLIENT, 'zoho_crm', grant)
    await first.close()
    expect(await (await service(url())).getAccessToken(CLIENT, 'zoho_crm')).toBe(grant.accessToken)
  })

  test('a signal that has fired ends every call with its reason', async () => {
    const tokens = await service(url())
    const signal = AbortSignal.abort(new RangeError('enough'))
    const calls = [
      () => tokens.getAccessToken(CLIENT, 'zoho_crm', undefined, { signal }),
      () => tokens.getToken(CLIENT, 'zoho_crm', undefined, { signal }),
      () => tokens.refreshToken(CLIENT, 'zoho_crm', undefined, { signal }),
      () => tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'a' }, { signal }),
      () => tokens.hasToken(CLIENT, 'zoho_crm', { signal }),
      () => tokens.getTokenRecord(CLIENT, 'zoho_crm', { signal }),
      () => tokens.deleteToken(CLIENT, 'zoho_crm', { signal }),
      () => tokens.listTokens({ signal }),
      () => tokens.reportRejected(CLIENT, 'zoho_crm', 'a', { signal }),
      () => tokens.fetch(CLIENT, 'zoho_crm', 'https://www.zohoapis.com/', { signal }),
    ]
    for (const call of calls) await expect(call()).rejects.toThrow('enough')
    expect(await tokens.hasToken(CLIENT, 'zoho_crm')).toBe(false)
  })

  test('is closed once and for all', async () => {
    const tokens = await service(url())
    await tokens.close()
    await tokens.close()
    await expect(tokens.getAccessToken(CLIENT, 'zoho_crm')).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })

  describe('with a seed in the environment', () => {
    test('takes it when nothing is stored, refreshes it, and never again once a token is stored', async () => {
      const grant = await zoho.issueGrant()
      process.env.ZOHO_REFRESH_TOKEN = grant.refreshToken
      const tokens = await service(url())
      expect(await tokens.hasToken(CLIENT, 'zoho_crm')).toBe(true)
      const [first, second] = await Promise.all([
        tokens.getAccessToken(CLIENT, 'zoho_crm', CREDENTIALS),
        tokens.getAccessToken(CLIENT, 'zoho_crm', CREDENTIALS),
      ])
      expect(first).toBe(second)
      expect((await zoho.summary()).requests).toBe(1)
      process.env.ZOHO_REFRESH_TOKEN = 'another'
      await tokens.refreshToken(CLIENT, 'zoho_crm', CREDENTIALS)
      expect((await zoho.summary()).refused).toBe(0)
    })

    test('belongs to the first client that asks; a second is told how to name the client', async () => {
      process.env.ZOHO_REFRESH_TOKEN = (await zoho.issueGrant()).refreshToken
      const tokens = await service(url())
      await tokens.getAccessToken(CLIENT, 'zoho_crm', CREDENTIALS)
      await expect(tokens.getAccessToken('another', 'zoho_crm', CREDENTIALS)).rejects.toThrow(
        /EVERGRANT_ENV_CLIENT_ID/,
      )
      expect(await tokens.hasToken('another', 'zoho_crm')).toBe(false)
      expect(await tokens.getAccessToken(CLIENT, 'zoho_calendar', CREDENTIALS)).toMatch(/^1000\./)
    })

    test('belongs to the client that EVERGRANT_ENV_CLIENT_ID names', async () => {
      process.env.ZOHO_REFRESH_TOKEN = (await zoho.issueGrant()).refreshToken
      process.env.EVERGRANT_ENV_CLIENT_ID = CLIENT
      const tokens = await service(url())
      await expect(tokens.getAccessToken('another', 'zoho_crm', CREDENTIALS)).rejects.toMatchObject({
        code: 'TOKEN_NOT_FOUND',
      })
      expect(await tokens.getAccessToken(CLIENT, 'zoho_crm', CREDENTIALS)).toMatch(/^1000\./)
    })

    test('is not used again after deleteToken, in this process or after a restart', async () => {
      process.env.ZOHO_REFRESH_TOKEN = (await zoho.issueGrant()).refreshToken
      const tokens = await service(url())
      await tokens.getAccessToken(CLIENT, 'zoho_crm', CREDENTIALS)
      expect(await tokens.deleteToken(CLIENT, 'zoho_crm')).toBe(true)
      const again = kind === 'memory' ? tokens : await service(url())
      expect(await again.hasToken(CLIENT, 'zoho_crm')).toBe(false)
      await expect(again.getAccessToken(CLIENT, 'zoho_crm', CREDENTIALS)).rejects.toMatchObject({
        code: 'TOKEN_NOT_FOUND',
      })
      process.env.ZOHO_REFRESH_TOKEN = (await zoho.issueGrant()).refreshToken
      const renewed = kind === 'memory' ? null : await service(url())
      if (renewed !== null)
        expect(await renewed.getAccessToken(CLIENT, 'zoho_crm', CREDENTIALS)).toMatch(/^1000\./)
    })

    test('that nobody has used yet is not used after deleteToken either', async () => {
      process.env.ZOHO_REFRESH_TOKEN = (await zoho.issueGrant()).refreshToken
      const tokens = await service(url())
      expect(await tokens.deleteToken(CLIENT, 'zoho_crm')).toBe(true)
      expect(await tokens.hasToken(CLIENT, 'zoho_crm')).toBe(false)
    })

    test('that was wrong is replaced by a corrected one, as long as it was never refreshed', async () => {
      if (kind === 'memory') return expect(url()).toBe('memory:')
      process.env.ZOHO_REFRESH_TOKEN = 'mistyped'
      const first = await service(url())
      await expect(first.getAccessToken(CLIENT, 'zoho_crm', CREDENTIALS)).rejects.toMatchObject({
        code: 'REAUTHORIZATION_REQUIRED',
      })
      await first.close()
      process.env.ZOHO_REFRESH_TOKEN = (await zoho.issueGrant()).refreshToken
      expect(await (await service(url())).getAccessToken(CLIENT, 'zoho_crm', CREDENTIALS)).toMatch(/^1000\./)
    })
  })
})

describe('on PostgreSQL', () => {
  test('storeTokens and deleteToken run inside the caller’s own transaction', async () => {
    const pool = new pg.Pool({ connectionString: database.url, max: 3 })
    const db = drizzle(pool)
    const tokens = await service('', { database: db })
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

    const tokens = await service(database.url)
    expect(await tokens.getAccessToken('fresh', 'zoho_crm', CREDENTIALS)).toBe(fresh.accessToken)
    expect((await zoho.summary()).requests).toBe(0)
    expect(await tokens.getAccessToken('expired', 'zoho_crm', CREDENTIALS)).toMatch(/^1000\./)
    expect(await tokens.getAccessToken('unknown', 'zoho_crm', CREDENTIALS)).toMatch(/^1000\./)
    const rows = await database.query(
      'select client_id, access_token, refresh_token from oauth_tokens order by 1',
    )
    expect(rows.find(row => row.client_id === 'expired')?.access_token).toMatch(/^eg1\./)
    expect(rows.find(row => row.client_id === 'fresh')?.access_token).toBe(fresh.accessToken)
    expect((await tokens.getTokenRecord('expired', 'zoho_crm'))?.refreshToken?.reveal()).toBe(
      expired.refreshToken,
    )
  })

  test('requireSealed makes plaintext from before an error, without a request and without a change', async () => {
    await service(database.url)
    await database.query(
      "insert into oauth_tokens (client_id, provider, access_token, refresh_token) values ('c', 'zoho_crm', 'canary', 'r')",
    )
    const strict = await service(database.url, { requireSealed: true })
    const error = await strict.getAccessToken('c', 'zoho_crm', CREDENTIALS).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'DECRYPTION_FAILED', clientId: 'c' })
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain('canary')
    expect((await zoho.summary()).requests).toBe(0)
  })
})

describe('the ready-made service', () => {
  test('is configured by the environment and opened at its first call; a failed opening is tried again', async () => {
    const tokens = OAuthTokenService.lazy()
    process.env.DATABASE_URL = 'postgres://127.0.0.1:1/nothing'
    process.env.EVERGRANT_ENCRYPTION_KEYS = keys
    process.env.ZOHO_ACCOUNTS_SERVER = zoho.url
    process.env.ZOHO_CLIENT_ID = localZohoApp.clientId
    process.env.ZOHO_CLIENT_SECRET = localZohoApp.clientSecret
    try {
      await expect(tokens.hasToken(CLIENT, 'zoho_crm')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
      process.env.DATABASE_URL = `file:${join(directory, 'lazy.db')}`
      await tokens.storeTokens(CLIENT, 'zoho_crm', await zoho.issueGrant())
      expect((await tokens.refreshToken(CLIENT, 'zoho_crm')).accessToken).toMatch(/^1000\./)
      await tokens.close()
    } finally {
      for (const name of [
        'DATABASE_URL',
        'EVERGRANT_ENCRYPTION_KEYS',
        'ZOHO_CLIENT_ID',
        'ZOHO_CLIENT_SECRET',
      ]) {
        delete process.env[name]
      }
    }
  })

  test('calls that come while it opens share one opening', async () => {
    const tokens = OAuthTokenService.lazy({
      database: `file:${join(directory, 'shared.db')}`,
      encryptionKeys: keys,
    })
    open.add(tokens)
    expect(await Promise.all([1, 2, 3].map(() => tokens.hasToken(CLIENT, 'zoho_crm')))).toEqual([
      false,
      false,
      false,
    ])
  })
})
