import { OAuthTokenService, type ProviderOverride } from 'evergrant'
import { genericProvider } from 'evergrant/providers'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CLIENT, KEYS } from '../support/services.ts'
import { apps, credentialsOf, profileAt } from './apps.ts'
import { type App, AuthorizationServer } from './authorization-server.ts'
import { isActive } from './login.ts'

const machines = [apps.basic, apps.post].map(
  (app): App => ({ ...app, grant_types: ['client_credentials'], response_types: [], redirect_uris: [] }),
)
const server = await AuthorizationServer.start('oidc-provider', machines)
const opened = new Set<OAuthTokenService>()
beforeEach(() => server.clear())
afterEach(async () => {
  await Promise.all([...opened].map(tokens => tokens.close()))
  opened.clear()
})
afterAll(() => server.kill())

async function open(app: App, options: ProviderOverride = {}): Promise<OAuthTokenService> {
  const profile = genericProvider(profileAt(server.url, app))
  const tokens = await OAuthTokenService.open({
    database: 'memory:',
    encryptionKeys: KEYS,
    providers: { acme: { ...credentialsOf(app), profile, grant: 'client_credentials', ...options } },
  })
  opened.add(tokens)
  return tokens
}

describe.each(machines)('oidc-provider and the app itself', app => {
  test('gets its own token, as $token_endpoint_auth_method, and the server takes it', async () => {
    const tokens = await open(app)
    const first = await tokens.getToken(CLIENT, 'acme')
    expect(await isActive(server.url, app, first.accessToken)).toBe(true)
    const second = await tokens.refreshToken(CLIENT, 'acme')
    expect(second.accessToken).not.toBe(first.accessToken)
    expect(await server.requests()).toMatchObject([
      { grantType: 'client_credentials', spent: null, issued: null, error: null, expiresIn: 60 },
      { grantType: 'client_credentials', spent: null, issued: null, error: null },
    ])
  })
})

describe('oidc-provider by client credentials', () => {
  const [app = apps.post] = machines

  test('grants of the scopes asked for those that the resource has (RFC 8707)', async () => {
    const tokens = await open(app, { scopes: ['api:read'], resource: 'https://api.example/' })
    expect((await tokens.getToken(CLIENT, 'acme')).scopes).toEqual(['api:read'])
    await tokens.storeTokens('wider', 'acme', { scopes: ['api:read', 'api:write'] })
    expect((await tokens.getToken('wider', 'acme')).scopes).toEqual(['api:read', 'api:write'])
    expect((await server.requests()).map(({ scope }) => scope)).toEqual(['api:read', 'api:read api:write'])
  })

  test('that refuses a wrong secret harms no connection', async () => {
    const tokens = await open(app)
    await tokens.getAccessToken(CLIENT, 'acme')
    const wrong = { ...credentialsOf(app), clientSecret: 'wrong' }
    const refused = tokens.refreshToken(CLIENT, 'acme', wrong)
    await expect(refused).rejects.toMatchObject({ code: 'PROVIDER_MISCONFIGURED' })
    expect(await tokens.getTokenRecord(CLIENT, 'acme')).toMatchObject({ status: 'active', generation: 1 })
    expect((await tokens.refreshToken(CLIENT, 'acme')).accessToken).toEqual(expect.any(String))
    expect((await server.requests()).map(({ error }) => error)).toEqual([null, 'invalid_client', null])
  })
})
