import { OAuthTokenService, type OpenOptions } from 'evergrant'
import { genericProvider } from 'evergrant/providers'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { PATIENT_MS } from '../support/patience.ts'
import { freshDatabase } from '../support/postgres.ts'
import { CLIENT, KEYS } from '../support/services.ts'
import { apps, credentialsOf, profileAt } from './apps.ts'
import { type App, AuthorizationServer, digestOf } from './authorization-server.ts'
import { isActive, login } from './login.ts'

const SCOPES = ['openid', 'email', 'profile', 'offline_access']
const database = await freshDatabase()
const server = await AuthorizationServer.start('oidc-provider', Object.values(apps))
const opened = new Set<OAuthTokenService>()
beforeEach(() => server.clear())
afterEach(async () => {
  await Promise.all([...opened].map(tokens => tokens.close()))
  opened.clear()
  await database.query('delete from oauth_tokens')
})
afterAll(() => server.kill())

async function open(app: App, options: OpenOptions = {}): Promise<OAuthTokenService> {
  const tokens = await OAuthTokenService.open({
    database: database.url,
    encryptionKeys: KEYS,
    providers: { acme: { ...credentialsOf(app), profile: genericProvider(profileAt(server.url, app)) } },
    ...options,
    policy: { storeTimeoutMs: PATIENT_MS, ...options.policy },
  })
  opened.add(tokens)
  return tokens
}

async function connect(app: App, options: OpenOptions = {}) {
  const granted = await login(server.url, app, SCOPES.join(' '))
  const tokens = await open(app, options)
  await tokens.storeTokens(CLIENT, 'acme', granted)
  return { granted, tokens }
}

async function userinfo(accessToken: string): Promise<number> {
  const headers = { authorization: `Bearer ${accessToken}` }
  return (await fetch(`${server.url}/me`, { headers })).status
}

async function storedRefreshToken(tokens: OAuthTokenService): Promise<string> {
  return (await tokens.getTokenRecord(CLIENT, 'acme'))?.refreshToken?.reveal() ?? ''
}

describe.each(Object.values(apps))('oidc-provider and an app with $token_endpoint_auth_method', app => {
  test('rotates, and takes back all of the grant when the connection is deleted with revoke', async () => {
    const { granted, tokens } = await connect(app)
    const accessToken = (await tokens.refreshToken(CLIENT, 'acme')).accessToken
    const refreshToken = await storedRefreshToken(tokens)
    expect(refreshToken).not.toBe(granted.refreshToken)
    for (const token of [refreshToken, accessToken]) expect(await isActive(server.url, app, token)).toBe(true)

    expect(await tokens.deleteToken(CLIENT, 'acme', { revoke: true })).toBe(true)
    for (const token of [refreshToken, accessToken])
      expect(await isActive(server.url, app, token)).toBe(false)
    expect(await server.revocations()).toBe(1)
    expect(await tokens.hasToken(CLIENT, 'acme')).toBe(false)
  })

  test('refuses a wrong secret or id without harm to the grant', async () => {
    const { tokens } = await connect(app)
    const wrong = app === apps.public ? { clientId: 'somebody' } : { clientSecret: 'wrong' }
    const refused = tokens.refreshToken(CLIENT, 'acme', { ...credentialsOf(app), ...wrong })
    await expect(refused).rejects.toMatchObject({ code: 'PROVIDER_MISCONFIGURED' })
    expect(await tokens.getTokenRecord(CLIENT, 'acme')).toMatchObject({ status: 'active' })
    expect((await tokens.refreshToken(CLIENT, 'acme')).scopes).toEqual(SCOPES)
    expect(await server.revocations()).toBe(0)
  })
})

test('a connection that is deleted with revoke while its refresh is under way does not come back', async () => {
  const { granted, tokens } = await connect(apps.post)
  await server.configure({ fault: 'slow_answer' })
  const refreshed = tokens.refreshToken(CLIENT, 'acme').catch(error => error.code)
  await server.heldRequest()
  await tokens.deleteToken(CLIENT, 'acme', { revoke: true })
  await server.release()
  expect(await refreshed).toBe('TOKEN_NOT_FOUND')
  expect(await tokens.hasToken(CLIENT, 'acme')).toBe(false)
  // The provider ends all of the grant, the refresh token on its way included.
  expect(await server.revocations()).toBe(1)
  expect(await isActive(server.url, apps.post, granted.accessToken)).toBe(false)
})

describe('an answer of oidc-provider', () => {
  test('that holds an id_token is taken, and nothing of the id_token is kept', async () => {
    const { tokens } = await connect(apps.post)
    const token = await tokens.refreshToken(CLIENT, 'acme')
    expect(token).toMatchObject({ scopes: SCOPES, metadata: {}, tokenType: 'Bearer' })
    expect(await server.requests()).toMatchObject([
      { grantType: 'authorization_code', idToken: true },
      { grantType: 'refresh_token', idToken: true, expiresIn: 60, issued: expect.any(String) },
    ])
    const [row] = await database.query('select * from oauth_tokens')
    expect(row).toMatchObject({ metadata: {}, lifetime_ms: '60000', scopes: SCOPES.join(',') })
    // How every JWT begins.
    expect(JSON.stringify(row)).not.toContain('eyJ')
  })

  test('with fewer scopes than before narrows what the connection has', async () => {
    const { granted, tokens } = await connect(apps.post)
    await tokens.getToken(CLIENT, 'acme', undefined, { requireScopes: ['email'] })
    await server.withdrawScope(granted.refreshToken, 'email')
    const { scopes } = await tokens.refreshToken(CLIENT, 'acme')
    expect(scopes).toEqual(SCOPES.filter(scope => scope !== 'email'))
    const asked = tokens.getToken(CLIENT, 'acme', undefined, { requireScopes: ['email'] })
    await expect(asked).rejects.toMatchObject({ code: 'INSUFFICIENT_SCOPE' })
    expect(await server.requests()).toHaveLength(2)
  })

  test('is for the resource of the connection, at each refresh (RFC 8707)', async () => {
    const resource = 'https://api.example/'
    const granted = await login(server.url, apps.post, 'openid offline_access api:read', resource)
    const tokens = await open(apps.post)
    await tokens.storeTokens(CLIENT, 'acme', { ...granted, metadata: { resource } })
    await tokens.refreshToken(CLIENT, 'acme')
    expect((await tokens.refreshToken(CLIENT, 'acme')).scopes).toEqual(['api:read'])
    const said = (await server.requests()).map(({ scope }) => scope)
    expect(said).toEqual([said[0], 'api:read', 'api:read'])

    // Without it, it would be for whatever else was granted.
    await tokens.storeTokens(
      'elsewhere',
      'acme',
      await login(server.url, apps.post, 'openid offline_access api:read', resource),
    )
    expect((await tokens.refreshToken('elsewhere', 'acme')).scopes).toContain('openid')
  })

  test('is for the scopes that a refresh names, where the provider wants them', async () => {
    const granted = await login(server.url, apps.post, SCOPES.join(' '))
    const profile = genericProvider(profileAt(server.url, apps.post))
    const acme = { ...credentialsOf(apps.post), profile, refreshScope: 'granted' } as const
    const tokens = await open(apps.post, { providers: { acme } })
    await tokens.storeTokens(CLIENT, 'acme', { ...granted, scopes: ['openid', 'offline_access', 'email'] })
    const { scopes } = await tokens.refreshToken(CLIENT, 'acme')
    expect(scopes.toSorted()).toEqual(['email', 'offline_access', 'openid'])
    expect((await server.requests()).at(-1)).toMatchObject({ scope: scopes.join(' '), error: null })
  })

  test('that promises an hour to a token of a second costs one refresh, not the call', async () => {
    await server.configure({ accessTokenSeconds: 1, expiresIn: 3_600 })
    const { tokens } = await connect(apps.post)
    const { accessToken } = await tokens.refreshToken(CLIENT, 'acme')
    while ((await userinfo(accessToken)) === 200) {}
    await server.configure({ accessTokenSeconds: 60 })
    const response = await tokens.fetch(CLIENT, 'acme', `${server.url}/me`)
    expect(await response.json()).toMatchObject({ email: 'ada@back-end.example' })
    expect((await server.requests()).map(({ grantType }) => grantType)).toEqual([
      'authorization_code',
      'refresh_token',
      'refresh_token',
    ])
    expect(await server.revocations()).toBe(0)
  })

  test('that refuses a grant is confirmed once, and then the customer has to connect again', async () => {
    const { granted, tokens } = await connect(apps.post, { policy: { confirmRefusalMs: 0 } })
    // The user withdraws the grant elsewhere.
    const elsewhere = await open(apps.post)
    await elsewhere.storeTokens('elsewhere', 'acme', granted)
    await elsewhere.deleteToken('elsewhere', 'acme', { revoke: true })

    const refresh = () => tokens.refreshToken(CLIENT, 'acme')
    await expect(refresh()).rejects.toMatchObject({ reason: 'suspect', retryable: true })
    await expect(refresh()).rejects.toMatchObject({ reason: 'refused', retryable: false })
    await expect(refresh()).rejects.toMatchObject({ reason: 'refused' })
    expect((await server.requests()).map(({ error }) => error)).toEqual([
      null,
      'invalid_grant',
      'invalid_grant',
    ])

    await tokens.storeTokens(CLIENT, 'acme', await login(server.url, apps.post, SCOPES.join(' ')))
    const spent = await storedRefreshToken(tokens)
    await refresh()
    expect((await server.requests()).at(-1)).toMatchObject({ spent: digestOf(spent), error: null })
  })
})
