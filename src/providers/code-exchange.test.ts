import { describe, expect, test } from 'vitest'
import { RecordingTransport } from '../../test/support/recording-transport.ts'
import { Secret } from '../secret.ts'
import { FakeClock } from '../testing/fake-clock.ts'
import type { AccountAnswer, AccountRequest } from './account.ts'
import type { CodeRequest } from './code-exchange.ts'
import { defineProvider, type ProviderDefinition } from './define-provider.ts'
import { OAuth2Provider } from './oauth2-provider.ts'

const REQUEST: CodeRequest = {
  app: { clientId: 'app', clientSecret: Secret.of('secret') },
  code: Secret.of('a code'),
  codeVerifier: Secret.of('verifier'),
  redirectUri: 'https://app.example/callback/acme',
  metadata: {},
  resource: [],
  timeoutMs: 1_000,
}
const ANSWER = { access_token: 'access', refresh_token: 'refresh', token_type: 'bearer', expires_in: 60 }

function providerWith(definition: Partial<ProviderDefinition>, ...bodies: readonly object[]) {
  const transport = new RecordingTransport(...bodies.map(body => ({ body })))
  const tokenEndpoint = 'https://id.acme.example/token'
  const profile = defineProvider({
    name: 'acme',
    tokenEndpoint,
    refreshEndpoint: 'https://id.acme.example/refresh',
    ...definition,
  })
  return { provider: new OAuth2Provider(profile, { transport, clock: new FakeClock() }), transport }
}

describe('a code', () => {
  test('goes to the token endpoint, with what belongs to it in the body', async () => {
    const { provider, transport } = providerWith({}, ANSWER)
    const { answer } = await provider.exchangeCode(REQUEST)
    expect(answer).toMatchObject({ kind: 'issued', tokens: { expiresInMs: 60_000 } })
    expect(transport.last.url.href).toBe('https://id.acme.example/token')
    expect(transport.last.method).toBe('POST')
    expect(transport.fields).toEqual({
      grant_type: 'authorization_code',
      code: 'a code',
      code_verifier: 'verifier',
      redirect_uri: 'https://app.example/callback/acme',
      client_id: 'app',
      client_secret: 'secret',
    })
  })

  test('is sent with the app in the header, or with no secret at all, as the profile says', async () => {
    const basic = providerWith({ clientAuthentication: 'client_secret_basic' }, ANSWER)
    await basic.provider.exchangeCode(REQUEST)
    const { authorization } = basic.transport.last.headers
    expect(authorization).toBe(`Basic ${Buffer.from('app:secret').toString('base64')}`)
    expect(basic.transport.fields).not.toHaveProperty('client_secret')
    const open = providerWith({ clientAuthentication: 'none' }, ANSWER)
    await open.provider.exchangeCode({ ...REQUEST, app: { clientId: 'app', clientSecret: null } })
    expect(open.transport.fields).toMatchObject({ client_id: 'app' })
    expect(open.transport.fields).not.toHaveProperty('client_secret')
  })

  test('takes the parameters, the format and the name of the id that the profile has', async () => {
    const authorization = { exchangeParameters: { expiring: '1', code: 'of nobody' } }
    const clientIdParameter = 'client_key'
    const { provider, transport } = providerWith(
      { authorization, clientIdParameter, requestFormat: 'json' },
      ANSWER,
    )
    await provider.exchangeCode(REQUEST)
    expect(transport.fields).toMatchObject({ expiring: '1', code: 'a code', client_key: 'app' })
    expect(transport.fields).not.toHaveProperty('client_id')
  })

  test('leaves out what there is not', async () => {
    const { provider, transport } = providerWith({}, ANSWER)
    await provider.exchangeCode({ ...REQUEST, codeVerifier: null, redirectUri: null })
    expect(Object.keys(transport.fields).toSorted()).toEqual([
      'client_id',
      'client_secret',
      'code',
      'grant_type',
    ])
  })

  test('names every API that the token is for', async () => {
    const { provider, transport } = providerWith({}, ANSWER)
    const resource = ['https://a.example/', 'https://b.example/']
    await provider.exchangeCode({ ...REQUEST, resource })
    expect(new URLSearchParams(transport.last.body).getAll('resource')).toEqual(resource)
  })

  test('leaves its redirect URI with the connection where a refresh wants it', async () => {
    const { provider } = providerWith({ refresh: { needsRedirectUri: true } }, ANSWER)
    const { answer } = await provider.exchangeCode(REQUEST)
    expect(answer).toMatchObject({ tokens: { metadata: { redirect_uri: REQUEST.redirectUri } } })
  })

  test('is not sent without a secret that the profile wants', async () => {
    const { provider, transport } = providerWith({}, ANSWER)
    const { answer } = await provider.exchangeCode({
      ...REQUEST,
      app: { clientId: 'app', clientSecret: null },
    })
    expect(answer.kind).toBe('misconfigured')
    expect(transport.requests).toEqual([])
  })
})

describe('the account', () => {
  const askedOf = (definition: Partial<ProviderDefinition>, ...bodies: readonly object[]) =>
    askedWith({}, definition, ...bodies)
  const askedWith = async (
    known: Partial<AccountRequest>,
    definition: Partial<ProviderDefinition>,
    ...bodies: readonly object[]
  ) => {
    const { provider, transport } = providerWith(definition, ...bodies)
    const account = await provider.accountOf({
      members: new Map(Object.entries({ team: { id: 'T1' }, user_id: 42 })),
      callback: new Map([['realmId', 'R1']]),
      accessToken: Secret.of('access'),
      scopes: null,
      metadata: {},
      idToken: { issuer: null, endpoints: [], appId: 'app', nonce: null },
      timeoutMs: 1_000,
      ...known,
    })
    return { account, transport }
  }
  const known = (account: string): AccountAnswer => ({ kind: 'known', account, issuer: null })

  test('is where the profile says: in the answer, by a path or a number, or in the callback', async () => {
    const member = (path: string) => ({ account: { kind: 'answer', member: path } }) as const
    expect((await askedOf(member('team.id'))).account).toEqual(known('T1'))
    expect((await askedOf(member('user_id'))).account).toEqual(known('42'))
    expect((await askedOf(member('nobody.id'))).account).toEqual({ kind: 'unknown' })
    const parameter = { account: { kind: 'callback', parameter: 'realmId' } } as const
    expect((await askedOf(parameter)).account).toEqual(known('R1'))
  })

  test('is unknown where JSON has rounded it', async () => {
    const member = { account: { kind: 'answer', member: 'user_id' } } as const
    const members = new Map(Object.entries(JSON.parse('{"user_id":9007199254740993}')))
    expect((await askedWith({ members }, member)).account).toEqual({ kind: 'unknown' })
  })

  test.each([
    [['read', 'me'], true],
    [['ME'], true],
    [['read'], false],
    [[], false],
    [null, false],
  ])('is asked for where the scope for that was granted: %j', async (scopes, isAsked) => {
    const url = 'https://api.acme.example/me'
    const definition = {
      account: { kind: 'request', url, member: 'id', scope: 'me' },
      apiHosts: ['api.acme.example'],
    } as const
    const { account, transport } = await askedWith({ scopes }, definition, { id: 7 })
    expect(account).toEqual(isAsked ? known('7') : { kind: 'unknown' })
    expect(transport.requests).toHaveLength(isAsked ? 1 : 0)
  })

  const request = (url: string) =>
    ({ account: { kind: 'request', url, member: '0.tenantId' }, apiHosts: ['api.acme.example'] }) as const

  test('is asked for with the token, at a host of the profile', async () => {
    const { account, transport } = await askedOf(request('https://api.acme.example/me'), [{ tenantId: 'X1' }])
    expect(account).toEqual(known('X1'))
    expect(transport.last.headers).toMatchObject({ authorization: 'Bearer access' })
    expect(transport.last.method).toBe('GET')
  })

  test.each(['https://evil.example/me', 'http://api.acme.example/me', 'https://api.acme.example:8443/me'])(
    'T20: is not asked for at %s, which gets no token',
    async url => {
      const { account, transport } = await askedOf(request(url), [{ tenantId: 'X1' }])
      expect(account).toEqual({ kind: 'unknown' })
      expect(transport.requests).toEqual([])
    },
  )

  test('is unknown where the answer is none', async () => {
    expect((await askedOf(request('https://api.acme.example/me'), {})).account).toEqual({ kind: 'unknown' })
    expect((await askedOf(request('https://api.acme.example/me'))).account).toEqual({ kind: 'unknown' })
  })
})
