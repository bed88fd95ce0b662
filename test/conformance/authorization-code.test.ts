import {
  type AuthorizationOptions,
  type AuthorizationStart,
  type CallbackResult,
  discoverProvider,
  OAuthTokenService,
} from 'evergrant'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CLIENT, KEYS } from '../support/services.ts'
import { apps, credentialsOf } from './apps.ts'
import { type App, AuthorizationServer, digestOf } from './authorization-server.ts'
import { CALLBACK, isActive, Visitor } from './login.ts'

const SCOPES = ['openid', 'email', 'offline_access']
const RESOURCE = 'https://api.back-end.example/'
const server = await AuthorizationServer.start('oidc-provider', Object.values(apps))
const opened = new Set<OAuthTokenService>()
beforeEach(() => server.clear())
afterEach(async () => {
  await Promise.all([...opened].map(tokens => tokens.close()))
  opened.clear()
})
afterAll(() => server.kill())

/** All that a back end says: where the issuer is. */
async function open(app: App): Promise<OAuthTokenService> {
  const { host } = new URL(server.url)
  const profile = await discoverProvider({
    name: 'acme',
    issuer: server.url,
    apiHosts: [host],
    clientAuthentication: app.token_endpoint_auth_method,
  })
  const tokens = await OAuthTokenService.open({
    database: 'memory:',
    encryptionKeys: KEYS,
    providers: { acme: { profile, ...credentialsOf(app), redirectUri: CALLBACK } },
  })
  opened.add(tokens)
  return tokens
}

interface Flow {
  readonly start: AuthorizationStart
  /** What the provider sends the browser back with, once the user has allowed it. */
  readonly callback: URL
}

async function allowed(
  tokens: OAuthTokenService,
  options: AuthorizationOptions = { scopes: SCOPES },
  change: (url: URL) => void = () => {},
): Promise<Flow> {
  const start = await tokens.authorizationUrl(CLIENT, 'acme', options)
  const url = new URL(start.url)
  change(url)
  return { start, callback: await new Visitor().allow(url) }
}

function end(tokens: OAuthTokenService, { start, callback }: Flow): Promise<CallbackResult> {
  return tokens.handleCallback(callback, { binding: start.binding })
}

describe.each(Object.values(apps))(
  'RFC 6749 §4.1: oidc-provider and an app with $token_endpoint_auth_method',
  app => {
    test('connects an account by code and PKCE, from the issuer alone; the connection is kept fresh', async () => {
      const tokens = await open(app)
      const flow = await allowed(tokens)
      expect(await end(tokens, flow)).toMatchObject({
        kind: 'connected',
        scopes: SCOPES,
        missingScopes: [],
        refreshable: true,
        remedy: null,
        account: 'ada',
      })
      const { accessToken } = await tokens.getToken(CLIENT, 'acme')
      expect(await isActive(server.url, app, accessToken)).toBe(true)
      const user = await tokens.fetch(CLIENT, 'acme', `${server.url}/me`)
      expect(await user.json()).toMatchObject({ sub: 'ada', email: 'ada@back-end.example' })
      const first = (await tokens.getTokenRecord(CLIENT, 'acme'))?.refreshToken?.reveal() ?? ''
      const refreshed = await tokens.refreshToken(CLIENT, 'acme')
      expect(await isActive(server.url, app, refreshed.accessToken)).toBe(true)
      expect(await server.requests()).toMatchObject([
        { grantType: 'authorization_code', error: null },
        { grantType: 'refresh_token', error: null, spent: digestOf(first) },
      ])
      expect(await server.errors()).toEqual([])
    })
  },
)

describe('RFC 7636: oidc-provider, which requires PKCE', () => {
  test('refuses the flow whose challenge was taken away on the way, and no code is exchanged', async () => {
    const tokens = await open(apps.post)
    const start = await tokens.authorizationUrl(CLIENT, 'acme', { scopes: SCOPES })
    const url = new URL(start.url)
    expect(url.searchParams.get('code_challenge_method')).toBe('S256')
    url.searchParams.delete('code_challenge')
    url.searchParams.delete('code_challenge_method')
    const callback = await new Visitor().allow(url)
    await expect(end(tokens, { start, callback })).rejects.toMatchObject({
      code: 'AUTHORIZATION_FLOW',
      reason: 'refused',
    })
    expect(await server.requests()).toEqual([])
  })

  test('refuses the code of another flow: it belongs to another verifier', async () => {
    const tokens = await open(apps.post)
    const [mine, other] = [await allowed(tokens), await allowed(tokens)]
    const callback = new URL(mine.callback)
    callback.searchParams.set('code', other.callback.searchParams.get('code') ?? '')
    await expect(end(tokens, { start: mine.start, callback })).rejects.toThrow()
    expect(await server.requests()).toMatchObject([{ error: 'invalid_grant' }])
    expect(await tokens.hasToken(CLIENT, 'acme')).toBe(false)
  })
})

describe('RFC 9207: oidc-provider, which names itself in its callback', () => {
  test.each<[string, (url: URL) => void]>([
    ['another issuer', url => url.searchParams.set('iss', 'https://evil.example')],
    ['the issuer with a slash more', url => url.searchParams.set('iss', `${server.url}/`)],
    ['no issuer', url => url.searchParams.delete('iss')],
  ])('is not believed with %s: no code is exchanged', async (_, change) => {
    const tokens = await open(apps.post)
    const { start, callback } = await allowed(tokens)
    expect(callback.searchParams.get('iss')).toBe(server.url)
    change(callback)
    await expect(end(tokens, { start, callback })).rejects.toMatchObject({ reason: 'wrong_issuer' })
    expect(await server.requests()).toEqual([])
  })
})

describe('RFC 6749 §4.1.2: a callback of oidc-provider', () => {
  test('that comes twice is exchanged once, and the connection stays', async () => {
    const tokens = await open(apps.post)
    const flow = await allowed(tokens)
    await end(tokens, flow)
    await expect(end(tokens, flow)).rejects.toMatchObject({ reason: 'already_used', outcome: 'connected' })
    expect(await server.requests()).toHaveLength(1)
    expect(await server.revocations()).toBe(0)
    expect((await tokens.refreshToken(CLIENT, 'acme')).scopes).toEqual(SCOPES)
  })

  test('of a user who says no is told as such', async () => {
    const tokens = await open(apps.post)
    const start = await tokens.authorizationUrl(CLIENT, 'acme', { scopes: SCOPES })
    const callback = await new Visitor().refuse(new URL(start.url))
    await expect(end(tokens, { start, callback })).rejects.toMatchObject({ reason: 'denied' })
    expect(await server.requests()).toEqual([])
  })

  test('without a refresh token connects what there is, and says what to do', async () => {
    const tokens = await open(apps.post)
    const flow = await allowed(tokens, { scopes: ['openid'], parameters: { prompt: 'login' } }, url =>
      url.searchParams.set('scope', 'openid'),
    )
    expect(await end(tokens, flow)).toMatchObject({
      kind: 'connected',
      refreshable: false,
      remedy: expect.stringContaining('consent'),
    })
  })

  test('of another account changes nothing until somebody confirms it', async () => {
    const tokens = await open(apps.post)
    await end(tokens, await allowed(tokens))
    const before = (await tokens.getTokenRecord(CLIENT, 'acme'))?.refreshToken?.reveal() ?? ''
    const start = await tokens.authorizationUrl(CLIENT, 'acme', { scopes: SCOPES })
    const callback = await new Visitor('eve').allow(new URL(start.url))
    const changed = await end(tokens, { start, callback })
    if (changed.kind !== 'account_changed') throw new Error('The other account was taken.')
    expect(changed.account).toBe('eve')
    expect((await tokens.getTokenRecord(CLIENT, 'acme'))?.refreshToken?.reveal()).toBe(before)
    const { binding } = start
    expect(await tokens.confirmAccountChange(changed.confirmation, { binding })).toMatchObject({
      account: 'eve',
    })
    const user = await tokens.fetch(CLIENT, 'acme', `${server.url}/me`)
    expect(await user.json()).toMatchObject({ sub: 'eve' })
  })
})

describe('RFC 8707: oidc-provider and a token for one API', () => {
  const scopes = ['openid', 'offline_access', 'api:read']

  test('is asked for at the beginning, at the exchange and at each refresh', async () => {
    const tokens = await open(apps.post)
    const flow = await allowed(tokens, { scopes, resource: RESOURCE })
    expect(await end(tokens, flow)).toMatchObject({ kind: 'connected', scopes: ['api:read'] })
    expect((await tokens.refreshToken(CLIENT, 'acme')).scopes).toEqual(['api:read'])
    expect((await server.requests()).map(({ scope }) => scope)).toEqual(['api:read', 'api:read'])
  })

  test('is asked for again when the account is connected again, unless none is wanted any more', async () => {
    const tokens = await open(apps.post)
    await end(tokens, await allowed(tokens, { scopes, resource: RESOURCE }))
    await end(tokens, await allowed(tokens, { scopes }))
    expect((await tokens.refreshToken(CLIENT, 'acme')).scopes).toEqual(['api:read'])
    await end(tokens, await allowed(tokens, { scopes, resource: [] }))
    expect((await tokens.refreshToken(CLIENT, 'acme')).scopes).toEqual(scopes)
    expect((await server.requests()).map(({ error }) => error)).toEqual(Array(5).fill(null))
  })
})

describe('RFC 9700: a flow does not begin', () => {
  test.each([
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example',
    'javascript:alert(1)',
    '/\t/evil.example',
  ])('%j is no place to come back to', async returnTo => {
    const tokens = await open(apps.post)
    await expect(tokens.authorizationUrl(CLIENT, 'acme', { scopes: SCOPES, returnTo })).rejects.toMatchObject(
      {
        code: 'INVALID_INPUT',
      },
    )
  })

  test.each(['http://back-end.example/callback', 'https://back-end.example/callback#x', 'app:/callback'])(
    '%s is no redirect URI',
    async redirectUri => {
      const tokens = await open(apps.post)
      await expect(
        tokens.authorizationUrl(CLIENT, 'acme', { scopes: SCOPES, redirectUri }),
      ).rejects.toMatchObject({
        code: 'INVALID_INPUT',
      })
    },
  )
})
