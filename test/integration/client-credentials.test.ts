import { join } from 'node:path'
import type { OAuthTokenService, OpenOptions } from 'evergrant'
import { forkLocalZoho } from 'evergrant/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { HERD_CLIENT, HERD_KEYS, HERD_PROVIDER, herd } from '../support/herd.ts'
import { freshDatabase } from '../support/postgres.ts'
import { CLIENT, CREDENTIALS, DATABASES, serviceWorld } from '../support/services.ts'

const world = await serviceWorld()
const { zoho } = world
const ORGANIZATION = { soid: 'ZohoCRM.600001434' }
const SCOPES = ['ZohoCRM.modules.ALL', 'ZohoCRM.settings.ALL']
const appGrant = {
  ...CREDENTIALS,
  accountsServer: zoho.url,
  grant: 'client_credentials',
  scopes: SCOPES,
  refreshParameters: ORGANIZATION,
} as const

function open(url: string, options: OpenOptions = {}): Promise<OAuthTokenService> {
  return world.open(url, { providers: { zoho_crm: appGrant }, ...options })
}

describe.each(DATABASES)('client credentials on %s', kind => {
  test('need no connecting: the first call asks, the next is served from memory', async () => {
    const tokens = await open(world.url(kind))
    expect(await tokens.hasToken(CLIENT, 'zoho_crm')).toBe(true)
    const token = await tokens.getToken(CLIENT, 'zoho_crm', undefined, { requireScopes: SCOPES })
    expect(await tokens.getAccessToken(CLIENT, 'zoho_crm')).toBe(token.accessToken)
    expect(token).toMatchObject({ scopes: SCOPES, metadata: { api_domain: expect.any(String) } })
    expect(await zoho.summary()).toMatchObject({ requests: 1, issued: 1 })
    const { connections: listed } = await tokens.listTokens()
    expect(listed).toMatchObject([
      { clientId: CLIENT, status: 'active', hasRefreshToken: false, generation: 1 },
    ])
    const { events } = await tokens.listEvents()
    expect(events.map(({ type }) => type)).toEqual(['connected'])
  })

  test('are used again when an API rejects the token, and when somebody asks for another', async () => {
    const tokens = await open(world.url(kind))
    const first = await tokens.getAccessToken(CLIENT, 'zoho_crm')
    expect(await tokens.reportRejected(CLIENT, 'zoho_crm', first)).toBe(true)
    const second = await tokens.getAccessToken(CLIENT, 'zoho_crm')
    const third = (await tokens.refreshToken(CLIENT, 'zoho_crm')).accessToken
    expect(new Set([first, second, third]).size).toBe(3)
    expect(await zoho.summary()).toMatchObject({ requests: 3, issued: 3 })
  })

  test('are swept without a caller', async () => {
    const tokens = await open(world.url(kind), { policy: { windowShare: 1, windowMs: 3_600_000 } })
    await tokens.getAccessToken(CLIENT, 'zoho_crm')
    expect(await tokens.tick()).toMatchObject({ refreshed: 1, failed: 0 })
    expect(await zoho.summary()).toMatchObject({ requests: 2, issued: 2 })
  })

  test('ask for what a connection was told to ask for', async () => {
    const tokens = await open(world.url(kind))
    await tokens.storeTokens(CLIENT, 'zoho_crm', { scopes: ['ZohoCRM.users.READ'], metadata: { tier: 2 } })
    const { scopes, metadata } = await tokens.getToken(CLIENT, 'zoho_crm')
    expect(scopes).toEqual(['ZohoCRM.users.READ'])
    expect(metadata).toMatchObject({ tier: 2, scope: ['ZohoCRM.users.READ'] })

    // What is stored was not asked for so: it is not served any more.
    await tokens.storeTokens(CLIENT, 'zoho_crm', { scopes: SCOPES })
    expect((await tokens.getToken(CLIENT, 'zoho_crm')).scopes).toEqual(SCOPES)
    expect((await tokens.getToken('another', 'zoho_crm')).scopes).toEqual(SCOPES)
    expect(await zoho.summary()).toMatchObject({ requests: 3, issued: 3 })
  })

  test('begin anew after a deletion', async () => {
    const tokens = await open(world.url(kind))
    const first = await tokens.getAccessToken(CLIENT, 'zoho_crm')
    expect(await tokens.deleteToken(CLIENT, 'zoho_crm', { revoke: true })).toBe(true)
    expect(await tokens.deleteToken(CLIENT, 'zoho_crm')).toBe(false)
    expect(await tokens.getAccessToken(CLIENT, 'zoho_crm')).not.toBe(first)
  })
})

describe('client credentials', () => {
  test('that are wrong touch no connection, and work once they are right', async () => {
    const url = world.url('SQLite')
    const right = await open(url)
    await right.getAccessToken(CLIENT, 'zoho_crm')
    const wrong = await open(url, { providers: { zoho_crm: { ...appGrant, clientSecret: 'wrong' } } })
    for (const client of [CLIENT, 'second', 'third', 'fourth']) {
      const asked = wrong.refreshToken(client, 'zoho_crm')
      await expect(asked).rejects.toMatchObject({ code: 'PROVIDER_MISCONFIGURED' })
    }
    expect(await wrong.getTokenRecord(CLIENT, 'zoho_crm')).toMatchObject({ status: 'active', generation: 1 })
    expect(await right.getAccessToken('second', 'zoho_crm')).toEqual(expect.any(String))
    expect((await right.refreshToken(CLIENT, 'zoho_crm')).accessToken).toEqual(expect.any(String))
  })

  test('without the organization that Zoho wants are a fault of the configuration', async () => {
    const { refreshParameters: _, ...bare } = appGrant
    const tokens = await open('memory:', { providers: { zoho_crm: bare } })
    const asked = () => tokens.getAccessToken(CLIENT, 'zoho_crm')
    await expect(asked()).rejects.toMatchObject({ code: 'PROVIDER_MISCONFIGURED' })
    // An empty row is nothing to begin with; the app is.
    expect(await tokens.hasToken(CLIENT, 'zoho_crm')).toBe(true)
    await tokens.storeTokens('second', 'zoho_crm', { metadata: ORGANIZATION })
    expect(await tokens.getAccessToken('second', 'zoho_crm')).toEqual(expect.any(String))
  })

  test('come with the call, too', async () => {
    const { clientId: _, clientSecret: __, ...bare } = appGrant
    const tokens = await open('memory:', { providers: { zoho_crm: bare } })
    expect(await tokens.hasToken(CLIENT, 'zoho_crm')).toBe(false)
    const asked = tokens.getAccessToken(CLIENT, 'zoho_crm')
    await expect(asked).rejects.toMatchObject({ code: 'PROVIDER_MISCONFIGURED' })
    expect((await tokens.listTokens()).connections).toEqual([])
    const token = await tokens.getAccessToken(CLIENT, 'zoho_crm', CREDENTIALS)
    expect(await tokens.getAccessToken(CLIENT, 'zoho_crm')).toBe(token)
    expect(await tokens.hasToken(CLIENT, 'zoho_crm')).toBe(true)
  })

  test('leave the refresh token of the environment alone', async () => {
    process.env.ZOHO_REFRESH_TOKEN = (await zoho.issueGrant()).refreshToken
    const url = world.url('SQLite')
    const tokens = await open(url)
    await tokens.getAccessToken(CLIENT, 'zoho_crm')
    await tokens.deleteToken(CLIENT, 'zoho_crm')
    const seeded = await world.open(url, {
      providers: { zoho_crm: { ...CREDENTIALS, accountsServer: zoho.url } },
    })
    await seeded.getAccessToken(CLIENT, 'zoho_crm')
    expect(await seeded.getTokenRecord(CLIENT, 'zoho_crm')).toMatchObject({
      refreshToken: expect.anything(),
    })
  })

  test.each([
    ['a refresh token', { accessToken: 'a', refreshToken: 'r' }],
    ['a refresh token alone', { refreshToken: 'r' }],
    ['a lifetime alone', { expiresIn: 60 }],
    ['scopes that are none', { scopes: ['a b'] }],
  ])('take no %s', async (_, given) => {
    const tokens = await open('memory:')
    const stored = tokens.storeTokens(CLIENT, 'zoho_crm', given as unknown as { accessToken: string })
    await expect(stored).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    expect((await tokens.listTokens()).connections).toEqual([])
  })

  test('connect no account: the grant of a user would never be used', async () => {
    const tokens = await open('memory:', { callbackUrl: 'https://app.example/oauth/callback' })
    const wrong = { code: 'INVALID_INPUT' }
    await expect(tokens.authorizationUrl(CLIENT, 'zoho_crm')).rejects.toMatchObject(wrong)
    await expect(tokens.exchangeCode(CLIENT, 'zoho_crm', 'code')).rejects.toMatchObject(wrong)
    expect(await zoho.summary()).toMatchObject({ requests: 0 })
  })

  test('are the only ones that need no access token to store', async () => {
    const tokens = await world.open('memory:')
    const stored = tokens.storeTokens(CLIENT, 'zoho_crm', { scopes: SCOPES })
    await expect(stored).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })
})

describe('4 processes × 250 callers on a connection that was never asked for', async () => {
  const database = await freshDatabase()
  const judge = await forkLocalZoho({ throttle: null })
  afterAll(() => judge.close())

  test.each([
    ['PostgreSQL', () => database.url],
    ['one SQLite file', () => `file:${join(world.directory, 'herd.db')}`],
  ])('make one request by client credentials, on %s', async (_, url) => {
    await judge.clearLedger()
    await judge.fault({ kind: 'delay', ms: 200 })
    const { accountsServer: __, ...settings } = appGrant
    const done = await herd({ database: url(), zoho: judge, processes: 4, callers: 250, settings })
    expect(done.flatMap(({ failures }) => failures)).toEqual([])
    expect(done.map(({ answered }) => answered)).toEqual([250, 250, 250, 250])
    expect(new Set(done.flatMap(one => one.tokens)).size).toBe(1)
    expect(await judge.summary()).toMatchObject({ requests: 1, issued: 1 })
    const tokens = await world.open(url(), { encryptionKeys: HERD_KEYS })
    const record = await tokens.getTokenRecord(HERD_CLIENT, HERD_PROVIDER)
    expect(record).toMatchObject({ generation: 1, refreshToken: null, status: 'active' })
  })
})
