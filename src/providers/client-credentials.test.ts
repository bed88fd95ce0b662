import { describe, expect, test } from 'vitest'
import { type PlayedAnswer, RecordingTransport } from '../../test/support/recording-transport.ts'
import { systemClock } from '../clock.ts'
import type { RefreshAnswer } from '../ports/provider.ts'
import type { Metadata } from '../ports/store.ts'
import { defineProvider, type ProviderDefinition } from './define-provider.ts'
import { genericProvider } from './generic-provider.ts'
import type { OAuth2Provider } from './oauth2-provider.ts'
import type { ProviderProfile } from './profile.ts'
import type { ProviderOverride } from './provider-override.ts'
import { createProviders, type Providers } from './registry.ts'

const issued = { access_token: 'a1', token_type: 'Bearer', expires_in: 600 }
const GRANT = { grant: 'client_credentials' } as const

interface Asked {
  readonly answer: RefreshAnswer
  readonly transport: RecordingTransport
  readonly fields: URLSearchParams
}

function definedBy(definition: Partial<ProviderDefinition>): ProviderProfile {
  return defineProvider({ name: 'acme', tokenEndpoint: 'https://id.example/token', ...definition })
}

function providersOf(
  definition: Partial<ProviderDefinition>,
  options: ProviderOverride,
  transport: RecordingTransport,
): Providers {
  const acme = { clientId: 'app', clientSecret: 'secret', profile: definedBy(definition), ...options }
  return createProviders({ transport, clock: systemClock, overrides: { acme } })
}

function providerOf(
  definition: Partial<ProviderDefinition>,
  options: ProviderOverride,
  transport: RecordingTransport,
): OAuth2Provider {
  return providersOf(definition, options, transport).get('acme')
}

async function ask(
  options: ProviderOverride = GRANT,
  metadata: Metadata = {},
  definition: Partial<ProviderDefinition> = {},
  answered: PlayedAnswer = { body: issued },
): Promise<Asked> {
  const transport = new RecordingTransport(answered)
  const providers = providersOf(definition, options, transport)
  const app = providers.appOf('acme') ?? { clientId: '', clientSecret: null }
  const answer = await providers
    .get('acme')
    .clientCredentials({ app, metadata, timeoutMs: 1_000, until: Infinity })
  return { answer, transport, fields: new URLSearchParams(transport.requests[0]?.body ?? '') }
}

const scopesOf = ({ answer }: Asked) => (answer.kind === 'issued' ? answer.tokens.scopes : answer)
const warningsOf = ({ answer }: Asked) => (answer.kind === 'issued' ? answer.tokens.warnings : answer)

describe('a request by client credentials', () => {
  test('goes to the token endpoint with nothing but grant type and credentials', async () => {
    const { transport, fields } = await ask(GRANT, {}, { refreshEndpoint: 'https://id.example/refresh' })
    expect(transport.last.url.href).toBe('https://id.example/token')
    expect(Object.fromEntries(fields)).toEqual({
      grant_type: 'client_credentials',
      client_id: 'app',
      client_secret: 'secret',
    })
  })

  test('asks for the scopes of the options, else for those of the profile, by the separator of the provider', async () => {
    const clientCredentials = { scopes: ['profile'] }
    expect((await ask(GRANT, {}, { clientCredentials })).fields.get('scope')).toBe('profile')
    const { fields } = await ask(
      { ...GRANT, scopes: ['a', 'b'] },
      {},
      { clientCredentials, scopeSeparator: ',' },
    )
    expect(fields.get('scope')).toBe('a,b')
  })

  test.each([
    ['a list', ['own', 'more'], 'own more'],
    ['a text', 'own more', 'own more'],
    ['none at all', [], null],
    ['nothing', null, 'a'],
    ['no scope', 7, 'a'],
  ])('asks for the scopes of its connection, where those are %s', async (_, scope, sent) => {
    expect((await ask({ ...GRANT, scopes: ['a'] }, { scope })).fields.get('scope')).toBe(sent)
  })

  test('names each resource, those of the connection over those of the options', async () => {
    const options = { ...GRANT, resource: ['https://a.example/', 'urn:b'] }
    expect((await ask(options)).fields.getAll('resource')).toEqual(['https://a.example/', 'urn:b'])
    const own = await ask(options, { resource: 'https://own.example/x' })
    expect(own.fields.getAll('resource')).toEqual(['https://own.example/x'])
    const json = await ask(options, {}, { requestFormat: 'json' })
    expect(json.transport.fields.resource).toEqual(['https://a.example/', 'urn:b'])
  })

  test('carries parameters of profile, options and connection, and cannot lose those of the standard by them', async () => {
    const { fields } = await ask(
      { ...GRANT, refreshParameters: { audience: 'options', client_secret: 'stolen' } },
      { soid: 'own', grant_type: 'password', client_id: 'other', unnamed: 'x' },
      {
        clientCredentials: {
          parameters: { audience: 'profile', soid: 'profile', extra: '1' },
          metadata: ['soid', 'grant_type', 'client_id'],
        },
      },
    )
    expect(Object.fromEntries(fields)).toEqual({
      grant_type: 'client_credentials',
      client_id: 'app',
      client_secret: 'secret',
      audience: 'options',
      soid: 'own',
      extra: '1',
    })
    expect(fields.getAll('client_id')).toEqual(['app'])
  })

  test('is not sent without a secret', async () => {
    const { answer, transport } = await ask({ ...GRANT, clientSecret: undefined })
    expect(answer).toMatchObject({ kind: 'misconfigured' })
    expect(transport.requests).toEqual([])
  })
})

describe('an answer to client credentials', () => {
  test('that names no scope has granted what was asked for (RFC 6749 §5.1)', async () => {
    expect(scopesOf(await ask({ ...GRANT, scopes: ['a', 'b'] }))).toEqual(['a', 'b'])
    expect(scopesOf(await ask())).toBeNull()
    const narrower = { body: { ...issued, scope: 'b' } }
    expect(scopesOf(await ask({ ...GRANT, scopes: ['a', 'b'] }, {}, {}, narrower))).toEqual(['b'])
  })

  test('with a refresh token, which it should not have (RFC 6749 §4.4.3), keeps it and says so', async () => {
    const asked = await ask(GRANT, {}, {}, { body: { ...issued, refresh_token: 'r1' } })
    expect(asked.answer).toMatchObject({ kind: 'issued', tokens: { warnings: ['REFRESH_TOKEN_UNEXPECTED'] } })
    expect(asked.answer.kind === 'issued' && asked.answer.tokens.refreshToken?.reveal()).toBe('r1')
    expect(warningsOf(await ask())).toEqual([])
  })

  test.each([
    ['invalid_client', 'misconfigured'],
    ['unauthorized_client', 'misconfigured'],
    ['invalid_scope', 'misconfigured'],
    ['temporarily_unavailable', 'failed'],
  ])('with the error %s is %s', async (error, kind) => {
    expect((await ask(GRANT, {}, {}, { status: 400, body: { error } })).answer).toMatchObject({ kind })
  })
})

describe('a profile asked by client credentials', () => {
  test('has no refresh token that could be spent, idle or lost', () => {
    const traits = { grant: 'client_credentials', rotation: 'strict', refreshTokenIdleMs: 1_000 } as const
    const expected = { grant: 'client_credentials', rotation: 'static', refreshTokenIdleMs: null }
    expect(definedBy({ traits }).traits).toMatchObject(expected)
    expect(
      genericProvider({ name: 'acme', tokenEndpoint: 'https://id.example/token', ...traits }).traits,
    ).toMatchObject(expected)
    expect(providerOf({}, GRANT, new RecordingTransport()).traits).toMatchObject(expected)
    expect(providerOf({}, {}, new RecordingTransport()).traits).toMatchObject({
      grant: 'refresh_token',
      rotation: 'strict',
    })
  })

  test.each<[string, ProviderOverride, Partial<ProviderDefinition>]>([
    ['another grant', { grant: 'password' as 'client_credentials' }, {}],
    ['a public client', GRANT, { clientAuthentication: 'none' }],
    ['a resource for grants of users', { resource: 'https://a.example/' }, {}],
    ['scopes in a text', { ...GRANT, scopes: 'a b' as unknown as string[] }, {}],
    ['a scope with a space', { ...GRANT, scopes: ['a b'] }, {}],
    ['a resource with a fragment', { ...GRANT, resource: 'https://a.example/#x' }, {}],
    ['a relative resource', { ...GRANT, resource: ['/x'] }, {}],
  ])('is refused with %s', (_, options, definition) => {
    expect(() => providerOf(definition, options, new RecordingTransport())).toThrowError(
      expect.objectContaining({ code: 'INVALID_INPUT' }),
    )
  })
})
