import { describe, expect, test } from 'vitest'
import { RecordingTransport } from '../../test/support/recording-transport.ts'
import { systemClock } from '../clock.ts'
import type { RefreshAnswer } from '../ports/provider.ts'
import type { Metadata } from '../ports/store.ts'
import { Secret } from '../secret.ts'
import { defineProvider, type ProviderDefinition } from './define-provider.ts'
import { genericProvider } from './generic-provider.ts'
import { OAuth2Provider } from './oauth2-provider.ts'
import type { ProviderOverride } from './provider-override.ts'
import { createProviders } from './registry.ts'

const issued = { body: { access_token: 'next', token_type: 'Bearer', expires_in: 3600 } }

function acmeWith(
  definition: Partial<ProviderDefinition>,
  options: Omit<ProviderOverride, 'profile'>,
  transport: RecordingTransport,
) {
  const profile = defineProvider({ name: 'acme', tokenEndpoint: 'https://id.example/token', ...definition })
  return createProviders({
    transport,
    clock: systemClock,
    overrides: { acme: { clientId: 'app', clientSecret: 'secret', profile, ...options } },
  })
}

async function refresh(
  definition: Partial<ProviderDefinition>,
  options: Omit<ProviderOverride, 'profile'> = {},
  metadata: Metadata = {},
  scopes: readonly string[] = [],
): Promise<{ transport: RecordingTransport; answer: RefreshAnswer }> {
  const transport = new RecordingTransport(issued)
  const providers = acmeWith(definition, options, transport)
  const app = providers.appOf('acme') ?? { clientId: 'none', clientSecret: null }
  const refreshToken = Secret.of('r1')
  const answer = await providers
    .get('acme')
    .refresh({ app, refreshToken, metadata, scopes, timeoutMs: 1_000, until: Infinity })
  return { transport, answer }
}

describe('what a refresh asks for', () => {
  const sent = async (...given: Parameters<typeof refresh>): Promise<URLSearchParams> =>
    new URLSearchParams((await refresh(...given)).transport.last.body)

  test('is all that was granted, unsaid, where the profile does not want the scopes (RFC 6749 §6)', async () => {
    expect((await sent({}, {}, { scope: 'more' }, ['a', 'b'])).has('scope')).toBe(false)
  })

  test.each<[string, Partial<ProviderDefinition>, Omit<ProviderOverride, 'profile'>]>([
    ['the profile', { refresh: { scope: 'granted' } }, {}],
    ['the options', {}, { refreshScope: 'granted' }],
  ])('are the scopes that were granted, and no more, where %s want them', async (_, definition, options) => {
    expect((await sent(definition, options, { scope: 'more' }, ['a', 'b'])).getAll('scope')).toEqual(['a b'])
    const commas: Partial<ProviderDefinition> = { ...definition, scopeSeparator: ',' }
    expect((await sent(commas, options, {}, ['a', 'b'])).get('scope')).toBe('a,b')
    expect((await sent(definition, options)).has('scope')).toBe(false)
  })

  test('is with the scope that the refresh token stands for, which answers leave out', async () => {
    const definition: Partial<ProviderDefinition> = {
      refresh: { scope: 'granted' },
      authorization: { refreshTokenScopes: ['offline_access'] },
    }
    expect((await sent(definition, {}, {}, ['a'])).get('scope')).toBe('a offline_access')
    expect((await sent(definition, { refreshScope: 'none' }, {}, ['a'])).has('scope')).toBe(false)
  })

  test.each([
    ['one', 'https://a.example/', ['https://a.example/']],
    ['each of several', ['https://a.example/', 'urn:b'], ['https://a.example/', 'urn:b']],
    ['none that has a fragment', ['https://a.example/#x'], ['profile']],
    ['none that is relative', '/a', ['profile']],
    ['none that is no text', { a: 1 }, ['profile']],
    ['none', null, ['profile']],
  ])('is for the resource of the connection: %s (RFC 8707 §2.2)', async (_, resource, expected) => {
    const definition = { refresh: { parameters: { resource: 'profile' } } }
    expect((await sent(definition, {}, { resource })).getAll('resource')).toEqual(expected)
  })

  test('is a list in JSON, where there are several', async () => {
    const metadata = { resource: ['https://a.example/', 'urn:b'] }
    const { transport } = await refresh({ requestFormat: 'json' }, {}, metadata)
    expect(transport.fields.resource).toEqual(['https://a.example/', 'urn:b'])
  })
})

describe('a refresh', () => {
  test('goes to the URL that the provider has for it, else to the token endpoint', async () => {
    const { transport } = await refresh({ refreshEndpoint: 'https://id.example/refresh' })
    expect(transport.last.url.href).toBe('https://id.example/refresh')
  })

  test('is a JSON object where the provider wants one', async () => {
    const { transport } = await refresh({ requestFormat: 'json' })
    expect(new Headers(transport.last.headers).get('content-type')).toBe('application/json')
    expect(JSON.parse(transport.last.body)).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'r1',
      client_id: 'app',
      client_secret: 'secret',
    })
  })

  test('names the app by the parameter of the provider', async () => {
    const { transport } = await refresh({ clientIdParameter: 'client_key' })
    expect(transport.fields).toMatchObject({ client_key: 'app', client_secret: 'secret' })
    expect(transport.fields).not.toHaveProperty('client_id')
  })

  test('carries the parameters of profile and options, and cannot lose those of the standard by them', async () => {
    const { transport } = await refresh(
      { refresh: { parameters: { resource: 'api', grant_type: 'password', refresh_token: 'x' } } },
      { refreshParameters: { expires_in: '60' } },
    )
    expect(transport.fields).toMatchObject({
      grant_type: 'refresh_token',
      refresh_token: 'r1',
      resource: 'api',
      expires_in: '60',
    })
  })

  test('carries the redirect URI where the provider wants it: of the connection, else of the options', async () => {
    const wants = { refresh: { needsRedirectUri: true } }
    const options = { redirectUri: 'https://app.example/callback' }
    const metadata = { redirect_uri: 'https://app.example/other' }
    expect((await refresh(wants, options)).transport.fields.redirect_uri).toBe(options.redirectUri)
    expect((await refresh(wants, options, metadata)).transport.fields.redirect_uri).toBe(
      metadata.redirect_uri,
    )
    expect((await refresh(wants)).transport.fields).not.toHaveProperty('redirect_uri')
    expect((await refresh({}, options, metadata)).transport.fields).not.toHaveProperty('redirect_uri')
  })

  test('of an access token is a GET, and the answer’s access token is the next to be refreshed', async () => {
    const { transport, answer } = await refresh({
      refresh: { token: 'access_token', parameters: { grant_type: 'ig_refresh_token' } },
      answers: { successor: 'access_token' },
    })
    expect(transport.last).toMatchObject({ method: 'GET', body: '' })
    expect(transport.last.url.href).toBe(
      'https://id.example/token?grant_type=ig_refresh_token&access_token=r1',
    )
    if (answer.kind !== 'issued') throw new Error(answer.kind)
    expect(answer.tokens.accessToken.reveal()).toBe('next')
    expect(answer.tokens.refreshToken?.reveal()).toBe('next')
  })

  test('goes where the options say that the placeholders lead, and where the connection says before that', async () => {
    const definition = {
      tokenEndpoint: 'https://{host}/{tenant}/token',
      placeholders: {
        host: { kind: 'host', description: 'the host' },
        tenant: { kind: 'segment', description: 'the tenant', default: 'common' },
      },
    } as const
    const options = { parameters: { host: 'id.acme.example' }, endpointHosts: ['*.customers.example'] }
    const at = async (metadata: Metadata): Promise<string> =>
      (await refresh(definition, options, metadata)).transport.last.url.href
    expect(await at({})).toBe('https://id.acme.example/common/token')
    expect(await at({ host: 'a.customers.example', tenant: 't' })).toBe('https://a.customers.example/t/token')
    await expect(at({ host: 'evil.example' })).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  })
})

describe('a client secret that is made', () => {
  test('is made anew for each request, and never kept', async () => {
    let made = 0
    const transport = new RecordingTransport(issued, issued)
    const providers = acmeWith({}, { clientSecret: async () => `jwt-${++made}` }, transport)
    const app = providers.appOf('acme')
    if (app === null) throw new Error('There are no app credentials.')
    const request = { app, refreshToken: Secret.of('r'), metadata: {}, timeoutMs: 1_000, until: Infinity }
    await providers.get('acme').refresh(request)
    expect(transport.fields.client_secret).toBe('jwt-1')
    await providers.get('acme').refresh(request)
    expect(transport.fields.client_secret).toBe('jwt-2')
  })

  test.each<() => string>([
    () => {
      throw new Error('canary')
    },
    () => '',
  ])('and could not be, sends nothing and tells nothing of why', async clientSecret => {
    const { transport, answer } = await refresh({}, { clientSecret })
    expect(answer).toMatchObject({ kind: 'misconfigured', detail: expect.stringContaining('not sent') })
    expect(JSON.stringify(answer)).not.toContain('canary')
    expect(transport.requests).toEqual([])
  })
})

describe('a revocation', () => {
  async function revoke(definition: Partial<ProviderDefinition>, status = 200) {
    const transport = new RecordingTransport({ status, body: '' })
    const providers = acmeWith(
      { revocationEndpoint: 'https://id.example/revoke', ...definition },
      {},
      transport,
    )
    const token = Secret.of('r1')
    const app = providers.appOf('acme')
    const request = { app, token, kind: 'refresh_token', metadata: {}, timeoutMs: 1_000 } as const
    const answer = await providers.get('acme').revoke(request)
    return { transport, answer }
  }

  test('may prove the app otherwise than the token endpoint wants it', async () => {
    const { transport } = await revoke({
      clientAuthentication: 'client_secret_basic',
      revocation: { clientAuthentication: 'client_secret_post' },
    })
    expect(transport.fields).toMatchObject({ token: 'r1', client_id: 'app', client_secret: 'secret' })
    expect(new Headers(transport.last.headers).has('authorization')).toBe(false)
  })

  test('may be a DELETE', async () => {
    const { transport, answer } = await revoke({ revocation: { method: 'DELETE', goneStatuses: [204] } }, 204)
    expect(transport.last.method).toBe('DELETE')
    expect(answer).toEqual({ kind: 'revoked' })
  })

  test('may show the token in the header of the APIs, whichever that is, and needs no app for it', async () => {
    const transport = new RecordingTransport({ body: '' })
    const profile = genericProvider({
      name: 'acme',
      tokenEndpoint: 'https://id.example/token',
      revocationEndpoint: 'https://id.example/revoke',
      revocation: { style: 'bearer', token: 'access_token' },
    })
    const shown = { ...profile, headerName: 'x-acme-token', headerScheme: '' }
    const provider = new OAuth2Provider(shown, { transport, clock: systemClock })
    const request = { app: null, token: Secret.of('a1'), metadata: {}, timeoutMs: 1_000 }
    expect(await provider.revoke({ ...request, kind: 'access_token' })).toEqual({ kind: 'revoked' })
    expect(transport.last.headers).toMatchObject({ 'x-acme-token': 'a1' })
    expect(transport.last.body).toBe('')
  })

  test('finds the app’s id in the path or the query of its URL', async () => {
    const { transport } = await revoke({
      revocationEndpoint: 'https://id.example/{client_id}/revoke?of={client_id}',
    })
    expect(transport.last.url.href).toBe('https://id.example/app/revoke?of=app')
  })

  test('whose URL has it elsewhere is refused: no app chooses a host', () => {
    const act = (revocationEndpoint: string) => (): unknown =>
      genericProvider({ name: 'acme', tokenEndpoint: 'https://id.example/token', revocationEndpoint })
    expect(act('https://{client_id}.example/revoke')).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT' }),
    )
    expect(act('https://id.example@{client_id}/revoke')).toThrow(
      expect.objectContaining({ code: 'INVALID_INPUT' }),
    )
    expect(() =>
      genericProvider({ name: 'acme', tokenEndpoint: 'https://id.example/{client_id}/token' }),
    ).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
  })
})

describe('options that say where endpoints are', () => {
  const definition = {
    tokenEndpoint: 'https://{shop}.shops.example/token',
    placeholders: { shop: { kind: 'label', description: 'the name of the shop' } },
  } as const

  test.each<[string, Record<string, unknown>]>([
    ['no endpoint of it does. There are: shop', { parameters: { tenant: 'canary' } }],
    ['no endpoint of it does', { parameters: { constructor: 'canary' } }],
    ['is not the name of the shop', { parameters: { shop: 'canary.example/' } }],
    ['parameters.shop', { parameters: { shop: 7 } }],
    ['parameters', { parameters: 'canary' }],
    ['endpointHosts', { endpointHosts: 'canary' }],
    ['not one', { endpointHosts: ['https://canary'] }],
    ['redirectUri', { redirectUri: 7 }],
    ['refreshParameters.expires_in', { refreshParameters: { expires_in: 7 } }],
  ])('are refused with a word on "%s": %j', (word, options) => {
    const act = (): unknown => acmeWith(definition, options, new RecordingTransport())
    expect(act).toThrow(expect.objectContaining({ message: expect.stringContaining(word) }))
    expect(act).not.toThrow(/canary/)
  })
})
