import { inspect } from 'node:util'
import { type EvergrantEvent, OAuthTokenService } from 'evergrant'
import { defineProvider } from 'evergrant/providers'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CLIENT, KEYS } from '../support/services.ts'
import { apps, credentialsOf, profileAt } from './apps.ts'
import { type App, AuthorizationServer } from './authorization-server.ts'
import { enterCode, isActive } from './login.ts'

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'
const devices = [apps.post, apps.public].map(
  (app): App => ({
    ...app,
    grant_types: [DEVICE_GRANT, 'refresh_token'],
    response_types: [],
    redirect_uris: [],
  }),
)
const [device = apps.post] = devices
const SCOPES = ['openid', 'email', 'offline_access']
const server = await AuthorizationServer.start('oidc-provider', devices)
const opened = new Set<OAuthTokenService>()
const events: EvergrantEvent[] = []
beforeEach(() => server.clear())
afterEach(async () => {
  await Promise.all([...opened].map(tokens => tokens.close()))
  opened.clear()
  events.length = 0
})
afterAll(() => server.kill())

async function open(app: App): Promise<OAuthTokenService> {
  const { name, tokenEndpoint, clientAuthentication, revocationEndpoint } = profileAt(server.url, app)
  const profile = defineProvider({
    name,
    tokenEndpoint,
    clientAuthentication,
    revocationEndpoint,
    deviceAuthorizationEndpoint: `${server.url}/device/auth`,
    issuer: server.url,
    account: { kind: 'id_token', claim: 'sub' },
  })
  const tokens = await OAuthTokenService.open({
    database: 'memory:',
    encryptionKeys: KEYS,
    providers: { acme: { ...credentialsOf(app), profile } },
    onEvent: event => events.push(event),
  })
  opened.add(tokens)
  return tokens
}

describe.each(devices)('oidc-provider and a device as $token_endpoint_auth_method', app => {
  test('is let in by a person, and its connection is refreshed like any other', async () => {
    const tokens = await open(app)
    const flow = await tokens.deviceAuthorization(CLIENT, 'acme', { scopes: SCOPES })
    expect(flow.userCode).toMatch(/^[A-Z]{4}-[A-Z]{4}$/)
    expect(flow.verificationUri).toBe(`${server.url}/device`)
    await enterCode(flow.verificationUriComplete ?? '', 'agree')
    const connected = await flow.wait()
    expect(connected).toMatchObject({
      kind: 'connected',
      clientId: CLIENT,
      provider: 'acme',
      missingScopes: [],
      refreshable: true,
      remedy: null,
      account: 'ada',
    })
    expect(connected.scopes?.toSorted()).toEqual(SCOPES.toSorted())
    const first = await tokens.getAccessToken(CLIENT, 'acme')
    expect(await isActive(server.url, app, first)).toBe(true)
    expect((await tokens.refreshToken(CLIENT, 'acme')).accessToken).not.toBe(first)
    expect(events.map(({ type }) => type).slice(0, 2)).toEqual(['authorization_started', 'connected'])
    expect((await server.requests()).map(({ grantType, error }) => [grantType, error])).toEqual([
      [DEVICE_GRANT, null],
      ['refresh_token', null],
    ])
  })
})

describe('a device at oidc-provider', () => {
  test('looks again while nobody has agreed, and can be left and taken up again', async () => {
    const tokens = await open(device)
    const flow = await tokens.deviceAuthorization(CLIENT, 'acme', { scopes: SCOPES })
    const cancel = new AbortController()
    let polls = 0
    const left = flow.wait({
      signal: cancel.signal,
      onPoll: () => {
        polls += 1
        throw new RangeError('a hook that fails')
      },
    })
    left.catch(() => {})
    await server.overRequests(1)
    await expect(flow.wait()).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    cancel.abort()
    await expect(left).rejects.toMatchObject({ name: 'AbortError' })
    await enterCode(flow.verificationUriComplete ?? '', 'agree')
    expect(await flow.wait()).toMatchObject({ kind: 'connected' })
    expect(polls).toBe(1)
    expect((await server.requests()).map(({ error }) => error)).toEqual(['authorization_pending', null])
  })

  test('that a person refuses is not connected, and nothing that was there is touched', async () => {
    const tokens = await open(device)
    await tokens.storeTokens(CLIENT, 'acme', { accessToken: 'before', expiresIn: 3_600 })
    const flow = await tokens.deviceAuthorization(CLIENT, 'acme', { scopes: SCOPES })
    await enterCode(flow.verificationUriComplete ?? '', 'refuse')
    const refused = { code: 'AUTHORIZATION_FLOW', reason: 'denied', clientId: CLIENT, provider: 'acme' }
    await expect(flow.wait()).rejects.toMatchObject(refused)
    expect(await tokens.getAccessToken(CLIENT, 'acme')).toBe('before')
    expect(events.at(-1)).toMatchObject({ type: 'authorization_refused', reason: 'denied' })
  })

  test('that is let in by another account connects it only where that was said before', async () => {
    const tokens = await open(device)
    const first = await tokens.deviceAuthorization(CLIENT, 'acme', { scopes: SCOPES })
    await enterCode(first.verificationUriComplete ?? '', 'agree')
    await first.wait()
    const before = await tokens.getAccessToken(CLIENT, 'acme')
    const other = await tokens.deviceAuthorization(CLIENT, 'acme', { scopes: SCOPES })
    await enterCode(other.verificationUriComplete ?? '', 'agree', 'bob')
    await expect(other.wait()).rejects.toMatchObject({ reason: 'account_changed', httpStatus: 409 })
    expect(await tokens.getAccessToken(CLIENT, 'acme')).toBe(before)
    const options = { scopes: SCOPES, confirmAccount: true }
    const meant = await tokens.deviceAuthorization(CLIENT, 'acme', options)
    await enterCode(meant.verificationUriComplete ?? '', 'agree', 'bob')
    expect(await meant.wait()).toMatchObject({ account: 'bob' })
  })

  test('whose code nobody enters in time says so', async () => {
    await server.configure({ deviceCodeSeconds: 2 })
    const flow = await (await open(device)).deviceAuthorization(CLIENT, 'acme', { scopes: SCOPES })
    expect(flow.expiresAt.getTime()).toBeLessThan(Date.now() + 2_000)
    await expect(flow.wait()).rejects.toMatchObject({ code: 'AUTHORIZATION_FLOW', reason: 'expired' })
    expect(await server.requests()).toEqual([])
  })

  test('shows its code, and never what it proves itself with', async () => {
    const tokens = await open(device)
    const flow = await tokens.deviceAuthorization(CLIENT, 'acme')
    const shown = inspect(flow, { showHidden: true, depth: 9 }) + JSON.stringify(flow)
    expect(shown).toContain(flow.userCode)
    expect(shown).not.toMatch(/[\w-]{43}/)
  })

  test('is not waited for by a service that closes', async () => {
    const tokens = await open(device)
    const flow = await tokens.deviceAuthorization(CLIENT, 'acme')
    const waiting = flow.wait()
    waiting.catch(() => {})
    await tokens.close()
    await expect(waiting).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })

  test('needs a profile that names where devices go, and options that are some', async () => {
    const profile = defineProvider({ name: 'acme', tokenEndpoint: `${server.url}/token` })
    const tokens = await OAuthTokenService.open({
      database: 'memory:',
      encryptionKeys: KEYS,
      providers: { acme: { ...credentialsOf(device), profile } },
    })
    opened.add(tokens)
    const wrong = { code: 'INVALID_INPUT' }
    await expect(tokens.deviceAuthorization(CLIENT, 'acme')).rejects.toMatchObject(wrong)
    const others: readonly object[] = [{ scope: ['a'] }, { scopes: ['a b'] }, { resource: '/x' }]
    for (const options of others) {
      const asked = (await open(device)).deviceAuthorization(CLIENT, 'acme', options)
      await expect(asked).rejects.toMatchObject(wrong)
    }
  })
})
