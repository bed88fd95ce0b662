import { describe, expect, test } from 'vitest'
import { type PlayedAnswer, RecordingTransport } from '../../test/support/recording-transport.ts'
import { systemClock } from '../clock.ts'
import { Secret } from '../secret.ts'
import { defineProvider, type ProviderDefinition } from './define-provider.ts'
import type { DeviceCodes } from './device-requests.ts'
import { OAuth2Provider } from './oauth2-provider.ts'

const codes = {
  device_code: 'device-secret',
  user_code: 'WDJB-MJHT',
  verification_uri: 'https://id.example/device',
  verification_uri_complete: 'https://id.example/device?user_code=WDJB-MJHT',
  expires_in: 1_800,
  interval: 7,
}
const app = { clientId: 'app', clientSecret: Secret.of('secret') }
const common = { app, metadata: {}, timeoutMs: 1_000 }

function providerWith(transport: RecordingTransport, definition: Partial<ProviderDefinition> = {}) {
  const profile = defineProvider({
    name: 'acme',
    tokenEndpoint: 'https://id.example/token',
    deviceAuthorizationEndpoint: 'https://id.example/device/auth',
    ...definition,
  })
  return new OAuth2Provider(profile, { transport, clock: systemClock })
}

async function begin(answer: PlayedAnswer, definition: Partial<ProviderDefinition> = {}) {
  const transport = new RecordingTransport(answer)
  const request = { ...common, scopes: ['a', 'b'], resource: ['https://api.example/', 'urn:b'] }
  const answered = await providerWith(transport, definition).deviceAuthorization(request)
  return { answered, transport, fields: new URLSearchParams(transport.requests[0]?.body ?? '') }
}

async function codesIn(body: object): Promise<DeviceCodes | null> {
  const { answered } = await begin({ body })
  return answered.kind === 'issued' ? answered.codes : null
}

async function look(answer: PlayedAnswer) {
  const transport = new RecordingTransport(answer)
  const request = { ...common, deviceCode: Secret.of('device-secret'), resource: ['urn:b'] }
  return { answered: await providerWith(transport).deviceToken(request), transport }
}

describe('a device authorization request (RFC 8628 §3.1)', () => {
  test('says who asks, for which scopes and for which APIs', async () => {
    const { transport, fields } = await begin({ body: codes })
    expect(transport.last.url.href).toBe('https://id.example/device/auth')
    expect(Object.fromEntries(fields)).toMatchObject({
      client_id: 'app',
      client_secret: 'secret',
      scope: 'a b',
    })
    expect(fields.getAll('resource')).toEqual(['https://api.example/', 'urn:b'])
  })

  test('asks for the scope without which no refresh token comes', async () => {
    const authorization = { refreshTokenScopes: ['offline_access'] }
    expect((await begin({ body: codes }, { authorization })).fields.get('scope')).toBe('a b offline_access')
  })

  test('is not sent where the profile has no endpoint for it', async () => {
    const { answered, transport } = await begin({ body: codes }, { deviceAuthorizationEndpoint: null })
    expect(answered).toMatchObject({ kind: 'failed', answer: { kind: 'misconfigured' } })
    expect(transport.requests).toEqual([])
  })
})

describe('its answer (RFC 8628 §3.2)', () => {
  test('holds what a person is shown, and a secret', async () => {
    expect(await codesIn(codes)).toEqual({
      deviceCode: Secret.of('device-secret'),
      userCode: 'WDJB-MJHT',
      verificationUri: 'https://id.example/device',
      verificationUriComplete: 'https://id.example/device?user_code=WDJB-MJHT',
      expiresInMs: 1_800_000,
      intervalMs: 7_000,
    })
  })

  test.each([
    ['five seconds and ten minutes where it says nothing', undefined, 5_000, 600_000],
    ['the same where it says nonsense', -1, 5_000, 600_000],
    ['the same where it says zero', 0, 5_000, 600_000],
    ['the same where it says no number', 'soon', 5_000, 600_000],
    ['digits as a number', '30', 30_000, 30_000],
    ['no more than a minute and an hour', 1e9, 60_000, 3_600_000],
  ])('has as interval and life %s', async (_, seconds, intervalMs, expiresInMs) => {
    const found = await codesIn({ ...codes, interval: seconds, expires_in: seconds })
    expect(found).toMatchObject({ intervalMs, expiresInMs })
  })

  test('may call the page by the name from before the standard', async () => {
    const { verification_uri: verificationUrl, ...rest } = codes
    expect(await codesIn({ ...rest, verification_url: verificationUrl })).toMatchObject({
      verificationUri: 'https://id.example/device',
    })
  })

  test.each([
    ['no device code', { device_code: undefined }],
    ['an empty device code', { device_code: '' }],
    ['no user code', { user_code: undefined }],
    ['a user code that is no text', { user_code: 1234 }],
    ['a user code with a line feed', { user_code: 'A\nB' }],
    ['a user code with an escape', { user_code: 'A\u001b[2J' }],
    ['a user code that turns the line around', { user_code: 'A\u202eB' }],
    ['a user code of a whole text', { user_code: 'x'.repeat(65) }],
    ['no page', { verification_uri: undefined }],
    ['a page without TLS', { verification_uri: 'http://id.example/device' }],
    ['a page on the machine of the person', { verification_uri: 'http://127.0.0.1/device' }],
    ['a page with credentials', { verification_uri: 'https://id.example@evil.example/' }],
    ['a script for a page', { verification_uri: 'javascript:alert(1)' }],
    ['a file for a page', { verification_uri: 'file:///etc/passwd' }],
    ['a page with a line feed', { verification_uri: 'https://id.example/\nevil' }],
    ['a page that is no text', { verification_uri: ['https://id.example/'] }],
  ])('is none with %s', async (_, change) => {
    const { answered } = await begin({ body: { ...codes, ...change } })
    expect(answered).toMatchObject({
      kind: 'failed',
      answer: { kind: 'ambiguous', code: 'PROVIDER_RESPONSE' },
    })
  })

  test.each(['http://id.example/', 'javascript:alert(1)', 7])(
    'is good without its second page, where that is %s',
    async page => {
      expect(await codesIn({ ...codes, verification_uri_complete: page })).toMatchObject({
        verificationUri: 'https://id.example/device',
        verificationUriComplete: null,
      })
    },
  )

  test('that refuses the app says so', async () => {
    const { answered } = await begin({ status: 401, body: { error: 'invalid_client' } })
    expect(answered).toMatchObject({ kind: 'failed', answer: { kind: 'misconfigured' } })
  })

  test('that holds tokens is no answer to it', async () => {
    const { answered } = await begin({ body: { access_token: 'a', token_type: 'Bearer' } })
    expect(answered).toMatchObject({ kind: 'failed', answer: { kind: 'ambiguous' } })
  })
})

describe('a look (RFC 8628 §3.4)', () => {
  test('sends the device code to the token endpoint', async () => {
    const { transport, answered } = await look({ body: { access_token: 'a', token_type: 'Bearer' } })
    expect(transport.last.url.href).toBe('https://id.example/token')
    expect(transport.fields).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: 'device-secret',
      client_id: 'app',
      client_secret: 'secret',
      resource: 'urn:b',
    })
    expect(answered).toMatchObject({ kind: 'answered', answer: { kind: 'issued' } })
  })

  test.each([
    ['authorization_pending', 'pending'],
    ['slow_down', 'slow_down'],
    ['access_denied', 'denied'],
    ['expired_token', 'expired'],
  ])('is told %s', async (error, kind) => {
    expect((await look({ status: 400, body: { error } })).answered).toEqual({ kind })
    expect((await look({ status: 200, body: { error } })).answered).toEqual({ kind })
  })

  test('that brings a refresh token beside an error has brought a refresh token', async () => {
    const body = { error: 'authorization_pending', refresh_token: 'r1' }
    const { answered } = await look({ status: 400, body })
    expect(
      answered.kind === 'answered' &&
        'refreshToken' in answered.answer &&
        answered.answer.refreshToken?.reveal(),
    ).toBe('r1')
  })

  test.each([
    ['invalid_grant', 'refused'],
    ['invalid_client', 'misconfigured'],
    ['__proto__', 'failed'],
  ])('is told any other error as it is: %s', async (error, kind) => {
    expect((await look({ status: 400, body: { error } })).answered).toMatchObject({ answer: { kind } })
  })
})
