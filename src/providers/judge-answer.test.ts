import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Clock } from '../ports/clock.ts'
import type { RefreshAnswer } from '../ports/provider.ts'
import type { TransportAnswer } from '../ports/transport.ts'
import { Secret } from '../secret.ts'
import { defineProvider } from './define-provider.ts'
import { judgeAnswer } from './judge-answer.ts'
import type { AnswerRules } from './profile.ts'
import { zohoCrm } from './zoho.ts'

const clock: Clock = { wallMs: () => 0, monotonicMs: () => 0, delay: async () => {} }
const sent = Secret.of('sent-refresh-token')
const zoho = zohoCrm().answers
const tokenEndpoint = 'https://id.acme.example/token'
const standard = defineProvider({ name: 'acme', tokenEndpoint }).answers
const form = defineProvider({ name: 'acme', tokenEndpoint, answers: { acceptsForm: true } }).answers

type Body = string | Uint8Array | object

function bytesOf(body: Body): Uint8Array {
  if (body instanceof Uint8Array) return body
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}

function judge(status: number, body: Body, rules: AnswerRules = standard, headers = {}): RefreshAnswer {
  const answer: TransportAnswer = {
    kind: 'answered',
    status,
    headers: new Headers(headers),
    body: bytesOf(body),
  }
  return judgeAnswer(answer, sent, rules, clock)
}

function cut(status: number | null, body: Body): RefreshAnswer {
  return judgeAnswer(
    { kind: 'cut', reason: 'ECONNRESET', status, body: bytesOf(body) },
    sent,
    standard,
    clock,
  )
}

/** The refresh token that an answer carries, whatever its kind. */
function carriedBy(answer: RefreshAnswer): string | null {
  switch (answer.kind) {
    case 'issued':
      return answer.tokens.refreshToken?.reveal() ?? null
    case 'unsent':
      return null
    default:
      return answer.refreshToken?.reveal() ?? null
  }
}

/** The kind of an answer, and the code of an ambiguous one. */
function verdictOn(answer: RefreshAnswer): string {
  return answer.kind === 'ambiguous' ? answer.code : answer.kind
}

const zohoToken = '1000.8cb99dxxxxxxxxxxxxx9be93.9b8xxxxxxxxxxxxxxxf'
const zohoThrottle = {
  error_description: 'You have made too many requests continuously. Please try again after some time.',
  error: 'Access Denied',
  status: 'failure',
}
const html = '<!DOCTYPE html><html><head><title>Zoho Accounts</title></head><body>Error</body></html>'

// Bodies as the providers send them: Zoho's own pages and dated measurements, and the documented quirks of others.
describe('a real body', () => {
  test.each<[string, string, number, Body, AnswerRules]>([
    [
      'issued',
      'Zoho refresh',
      200,
      {
        access_token: zohoToken,
        scope: 'ZohoCRM.modules.ALL',
        api_domain: 'https://www.zohoapis.com',
        token_type: 'Bearer',
        expires_in: 3600,
      },
      zoho,
    ],
    [
      'issued',
      'Zoho refresh of old',
      200,
      {
        access_token: zohoToken,
        expires_in_sec: 3600,
        api_domain: 'https://www.zohoapis.com',
        token_type: 'Bearer',
        expires_in: 3_600_000,
      },
      zoho,
    ],
    ['refused', 'Zoho dead grant', 200, { error: 'invalid_code' }, zoho],
    ['misconfigured', 'Zoho unknown client', 200, { error: 'invalid_client' }, zoho],
    ['misconfigured', 'Zoho wrong secret', 200, { error: 'invalid_client_secret' }, zoho],
    ['misconfigured', 'Zoho wrong redirect', 200, { error: 'invalid_redirect_uri' }, zoho],
    ['misconfigured', 'Zoho without organization', 200, { error: 'missing_org_info' }, zoho],
    ['failed', 'Zoho catch-all', 200, { error: 'general_error' }, zoho],
    ['failed', 'Zoho policy', 200, { error: 'access_denied' }, zoho],
    ['failed', 'Zoho news', 200, { error: 'something_new' }, zoho],
    ['throttled', 'Zoho throttle', 400, zohoThrottle, zoho],
    ['throttled', 'Zoho throttle of old', 200, zohoThrottle, zoho],
    [
      'throttled',
      'Zoho throttle, localized',
      400,
      { error_description: '您连续发出的请求过多。', error: '拒绝访问', status: 'failure' },
      zoho,
    ],
    ['throttled', 'Zoho throttle, short', 400, { error: 'Access Denied' }, zoho],
    ['PROVIDER_RESPONSE', 'Zoho wrong path', 404, html, zoho],
    ['PROVIDER_RESPONSE', 'Zoho page', 200, html, zoho],
    [
      'refused',
      'Google dead grant',
      400,
      { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' },
      standard,
    ],
    [
      'misconfigured',
      'Google unknown client',
      401,
      { error: 'invalid_client', error_description: 'The OAuth client was not found.' },
      standard,
    ],
    [
      'issued',
      'Google refresh',
      200,
      {
        access_token: 'ya29.a0',
        expires_in: 3599,
        scope: 'https://www.googleapis.com/auth/calendar',
        token_type: 'Bearer',
        id_token: 'e30.e30.',
      },
      standard,
    ],
    [
      'refused',
      'Atlassian dead grant',
      403,
      { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' },
      standard,
    ],
    [
      'misconfigured',
      'Atlassian app',
      403,
      { error: 'unauthorized_client', error_description: 'refresh_token is invalid' },
      standard,
    ],
    ['PROVIDER_RESPONSE', 'Slack dead grant', 200, { ok: false, error: '' }, standard],
    ['failed', 'Slack error', 200, { ok: false, error: 'invalid_refresh_token' }, standard],
    [
      'failed',
      'GitHub dead grant',
      200,
      {
        error: 'bad_refresh_token',
        error_description: 'The refresh token passed is incorrect or expired.',
        error_uri: 'https://docs.github.com',
      },
      standard,
    ],
    [
      'failed',
      'Exact too early',
      400,
      { error: 'access_denied', error_description: 'Rate limit exceeded: access_token not expired' },
      standard,
    ],
    [
      'failed',
      'HubSpot dead grant',
      400,
      { status: 'BAD_REFRESH_TOKEN', message: 'missing or invalid refresh token', correlationId: 'x' },
      standard,
    ],
    [
      'failed',
      'Twitch dead grant',
      400,
      { error: 'Bad Request', status: 400, message: 'Invalid refresh token' },
      standard,
    ],
    [
      'failed',
      'X spent token',
      400,
      { error: 'invalid_request', error_description: 'Value passed for the token was invalid.' },
      standard,
    ],
    [
      'failed',
      'Meta',
      400,
      { error: { message: 'Error validating access token', type: 'OAuthException', code: 190 } },
      standard,
    ],
    ['failed', 'Canva', 400, { code: 'invalid_grant', message: 'Refresh token is invalid' }, standard],
    [
      'misconfigured',
      'Square',
      401,
      { errors: [{ category: 'AUTHENTICATION_ERROR', code: 'UNAUTHORIZED' }] },
      standard,
    ],
    ['failed', 'Klaviyo', 400, { error: 'invalid_grant_type' }, standard],
    [
      'issued',
      'Twitch refresh',
      200,
      { access_token: 'a', refresh_token: 'r', scope: ['user:read:email'], token_type: 'bearer' },
      standard,
    ],
    [
      'issued',
      'GitHub App refresh',
      200,
      {
        access_token: 'ghu_a',
        expires_in: 28_800,
        refresh_token: 'ghr_r',
        refresh_token_expires_in: 15_811_200,
        scope: '',
        token_type: 'bearer',
      },
      standard,
    ],
    [
      'issued',
      'GitHub as a form',
      200,
      'access_token=ghu_a&expires_in=28800&refresh_token=ghr_r&scope=&token_type=bearer',
      form,
    ],
    [
      'failed',
      'GitHub error as a form',
      200,
      'error=bad_refresh_token&error_description=The+refresh+token',
      form,
    ],
    ['PROVIDER_RESPONSE', 'a form nobody asked for', 200, 'access_token=ghu_a&token_type=bearer', standard],
    [
      'issued',
      'Salesforce without expires_in',
      200,
      {
        access_token: '00D!AQ',
        signature: 'x',
        instance_url: 'https://na1.my.salesforce.com',
        token_type: 'Bearer',
      },
      standard,
    ],
    ['throttled', 'a throttle in HTML', 429, html, standard],
    ['PROVIDER_UNAVAILABLE', 'a gateway', 502, html, standard],
    ['PROVIDER_UNAVAILABLE', 'a server error', 500, { error: 'invalid_grant' }, standard],
    ['failed', 'a busy server', 400, { error: 'temporarily_unavailable' }, standard],
    ['misconfigured', 'a firewall', 403, { message: 'Forbidden' }, standard],
    ['PROVIDER_RESPONSE', 'a firewall in HTML', 403, html, standard],
    ['PROVIDER_RESPONSE', 'nothing', 200, '', standard],
    ['PROVIDER_RESPONSE', 'nothing', 400, '', standard],
  ])('judged %s: %s (%i)', (verdict, _, status, body, rules) => {
    expect(verdictOn(judge(status, body, rules))).toBe(verdict)
  })
})

describe('an issued token', () => {
  test('has what the answer said', () => {
    const answer = judge(
      200,
      {
        access_token: zohoToken,
        refresh_token: 'next',
        scope: 'b a',
        api_domain: 'https://www.zohoapis.eu',
        token_type: 'BEARER',
        expires_in: '3600',
        refresh_token_expires_in: 7_200,
        user: 'x',
      },
      zoho,
    )
    if (answer.kind !== 'issued') throw new Error(answer.kind)
    expect(answer.tokens).toMatchObject({
      expiresInMs: 3_600_000,
      refreshTokenExpiresInMs: 7_200_000,
      scopes: ['b', 'a'],
      metadata: { api_domain: 'https://www.zohoapis.eu' },
      warnings: [],
    })
    expect(answer.tokens.accessToken.reveal()).toBe(zohoToken)
    expect(answer.tokens.refreshToken?.reveal()).toBe('next')
  })

  test('comes with warnings, codes only, about what made no sense', () => {
    const answer = judge(
      200,
      {
        access_token: 'a',
        expires_in: 'canary',
        refresh_token_expires_in: -1,
        scope: { canary: 1 },
        api_domain: 'https://canary.example',
      },
      zoho,
    )
    if (answer.kind !== 'issued') throw new Error(answer.kind)
    expect(answer.tokens).toMatchObject({
      expiresInMs: null,
      refreshTokenExpiresInMs: null,
      scopes: null,
      metadata: {},
    })
    expect(answer.tokens.warnings).toEqual([
      'EXPIRES_IN_INVALID',
      'REFRESH_TOKEN_EXPIRES_IN_INVALID',
      'SCOPE_INVALID',
      'API_DOMAIN_REJECTED',
    ])
  })

  test.each([undefined, null, ''])(
    'without a successor (%j) leaves the stored refresh token',
    refresh_token => {
      expect(carriedBy(judge(200, { access_token: 'a', refresh_token }))).toBeNull()
    },
  )

  test('with the refresh token that was sent has no successor', () => {
    const same = { refresh_token: sent.reveal() }
    expect(carriedBy(judge(200, { access_token: 'a', ...same }))).toBeNull()
    expect(carriedBy(judge(400, { error: 'invalid_grant', ...same }))).toBeNull()
  })

  test.each(['bearer', 'Bearer', 'BEARER', null, undefined])('may be of type %j', token_type => {
    expect(judge(200, { access_token: 'a', token_type }).kind).toBe('issued')
  })

  test.each([null, '', false, 0])('may stand beside an error of %j', error => {
    expect(judge(200, { access_token: 'a', error }).kind).toBe('issued')
  })

  test.each([200, 201, 400, 401, 429, 500])('counts whatever the status, %i', status => {
    expect(judge(status, { access_token: 'a' }).kind).toBe('issued')
  })

  test('is read by content: behind a byte order mark, in UTF-16, or labelled as something else', () => {
    const text = '{"access_token":"a","refresh_token":"next"}'
    const littleEndian = Buffer.from(`\ufeff${text}`, 'utf16le')
    for (const body of [`\ufeff${text}`, littleEndian, Buffer.from(littleEndian).swap16(), ` ${text}\r\n`]) {
      const answer = judge(200, body, standard, { 'content-type': 'text/plain' })
      expect(answer.kind).toBe('issued')
      expect(carriedBy(answer)).toBe('next')
    }
  })

  test('does not come from members that differ in case or stand on a prototype', () => {
    expect(verdictOn(judge(200, { Access_Token: 'a' }))).toBe('PROVIDER_RESPONSE')
    expect(verdictOn(judge(200, '{"__proto__":{"access_token":"a"}}'))).toBe('PROVIDER_RESPONSE')
    expect(verdictOn(judge(200, '{"access_token":"a","__proto__":{"error":"x"},"constructor":1}'))).toBe(
      'issued',
    )
    expect(Object.prototype).not.toHaveProperty('access_token')
  })
})

describe('a refresh token is carried on', () => {
  const carrying = { refresh_token: 'next' }

  test.each<[string, string, number, object]>([
    ['failed', 'an error beside an access token', 200, { access_token: 'a', error: 'oops' }],
    ['failed', 'an error object', 200, { access_token: 'a', error: { code: 1 } }],
    ['refused', 'a refusal', 400, { error: 'invalid_grant' }],
    ['misconfigured', 'a wrong secret', 401, { error: 'invalid_client' }],
    ['throttled', 'a throttle', 429, {}],
    ['failed', 'token type mac', 200, { access_token: 'a', token_type: 'mac' }],
    ['failed', 'token type DPoP', 200, { access_token: 'a', token_type: 'DPoP' }],
    ['failed', 'a token type of 7', 200, { access_token: 'a', token_type: 7 }],
    ['PROVIDER_RESPONSE', 'no access token', 200, {}],
    ['PROVIDER_RESPONSE', 'an empty access token', 200, { access_token: '' }],
    ['PROVIDER_RESPONSE', 'an access token with a NUL', 200, { access_token: 'a\u0000' }],
    ['PROVIDER_RESPONSE', 'an access token with a line end', 200, { access_token: 'a\r\nx: y' }],
    ['PROVIDER_RESPONSE', 'an access token with a lone surrogate', 200, { access_token: 'a\ud800' }],
    ['PROVIDER_RESPONSE', 'an access token of 16 KiB and one', 200, { access_token: 'a'.repeat(16_385) }],
    ['PROVIDER_RESPONSE', 'an access token that is a number', 200, { access_token: 7 }],
    ['PROVIDER_RESPONSE', 'a redirect', 302, { access_token: 'a' }],
    ['PROVIDER_UNAVAILABLE', 'a server error', 503, {}],
    ['issued', 'an odd lifetime', 200, { access_token: 'a', expires_in: 'never' }],
    ['issued', 'an odd scope', 200, { access_token: 'a', scope: 7 }],
  ])('by %s: %s', (verdict, _, status, body) => {
    const answer = judge(status, { ...body, ...carrying })
    expect(verdictOn(answer)).toBe(verdict)
    expect(carriedBy(answer)).toBe('next')
  })

  test.each([
    ['two access tokens', '{"access_token":"a","access_token":"b","refresh_token":"next"}'],
    ['two refresh tokens', '{"access_token":"a","refresh_token":"first","refresh_token":"next"}'],
    ['a refresh token and null', '{"access_token":"a","refresh_token":"next","refresh_token":null}'],
    ['an escaped twin', '{"access_token":"a","refresh_token":"first","refresh\\u005ftoken":"next"}'],
    ['two errors', '{"refresh_token":"next","error":"a","error":"b"}'],
    ['nesting 100,000 deep', `{"refresh_token":"next","x":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ['nesting 33 deep', `{"access_token":"a","x":${'['.repeat(32)}${']'.repeat(32)},"refresh_token":"next"}`],
    ['an unquoted value', '{"access_token":"a","expires_in":NaN,"refresh_token":"next"}'],
    ['a raw line end', '{"access_token":"a\nb","refresh_token":"next"}'],
    ['words before it', '<b>Warning</b>: x\n{"access_token":"a","refresh_token":"next"}'],
    ['words behind it', '{"access_token":"a","refresh_token":"next"}<!-- 3 ms -->'],
    ['bytes that are not UTF-8', Buffer.from('{"scope":"\xff","refresh_token":"next"}', 'latin1')],
  ])('from a body that makes no sense: %s', (_, body) => {
    const answer = judge(200, body)
    expect(verdictOn(answer)).toBe('PROVIDER_RESPONSE')
    expect(carriedBy(answer)).toBe('next')
  })

  test('from a body with the same member twice and the same value, which is no contradiction', () => {
    const answer = judge(
      200,
      '{"access_token":"a","access_token":"a","refresh_token":"next","refresh_token":"next"}',
    )
    expect(answer.kind).toBe('issued')
    expect(carriedBy(answer)).toBe('next')
  })

  test('from a form that contradicts itself', () => {
    const answer = judge(200, 'access_token=a&refresh_token=first&refresh_token=next', form)
    expect(verdictOn(answer)).toBe('PROVIDER_RESPONSE')
    expect(carriedBy(answer)).toBe('next')
  })

  test('from a body that was cut anywhere behind it', () => {
    const text = '{"access_token":"a","refresh_token":"next","expires_in":3600}'
    const whole = text.indexOf('"next"') + '"next"'.length
    for (let length = 0; length < text.length; length += 1) {
      const answer = cut(200, text.slice(0, length))
      expect(verdictOn(answer)).toBe('PROVIDER_UNAVAILABLE')
      expect(carriedBy(answer)).toBe(length < whole ? null : 'next')
    }
    expect(carriedBy(cut(200, `{"refresh_token":"next","x":"${'y'.repeat(65_000)}`))).toBe('next')
    expect(carriedBy(cut(200, Buffer.from('\ufeff{"refresh_token":"next","x":"y', 'utf16le')))).toBe('next')
    expect(carriedBy(cut(null, ''))).toBeNull()
  })

  test('exactly as it was, whatever characters it has', () => {
    for (const refresh_token of ['a\u0000b', 'a\r\nb', 'ü', 'a\ud800', 'x'.repeat(20_000), '\ufffd']) {
      expect(carriedBy(judge(200, { access_token: 'a', refresh_token }))).toBe(refresh_token)
    }
  })

  test('from any JSON object, with any status', () => {
    const members = fc.dictionary(
      fc.oneof(
        fc.constantFrom('access_token', 'token_type', 'expires_in', 'error', 'scope', 'status'),
        fc.string(),
      ),
      fc.oneof(
        fc.jsonValue({ maxDepth: 40 }),
        fc.constantFrom('bearer', 'a', 3600, 'invalid_grant', 'failure'),
      ),
    )
    const refreshToken = fc.string({ minLength: 1, unit: 'binary' })
    const status = fc.constantFrom(200, 201, 302, 400, 401, 403, 404, 429, 500, 503)
    fc.assert(
      fc.property(
        members,
        refreshToken,
        status,
        fc.constantFrom(standard, zoho),
        (before, refresh_token, code, rules) => {
          expect(carriedBy(judge(code, { ...before, refresh_token, z: 1 }, rules))).toBe(refresh_token)
        },
      ),
      { numRuns: 3_000 },
    )
  })

  test.each([7, true, ['next'], { token: 'next' }])('but not one that is %j', refresh_token => {
    expect(carriedBy(judge(200, { access_token: 'a', refresh_token }))).toBeNull()
  })

  test('but not one that is nested, or a part of broken bytes', () => {
    expect(carriedBy(judge(200, { authed_user: { refresh_token: 'other' } }))).toBeNull()
    expect(carriedBy(judge(200, Buffer.from('{"refresh_token":"ne\xffxt"}', 'latin1')))).toBeNull()
  })
})

describe('a failure', () => {
  test('never says what a provider wrote', () => {
    const canary = 'canary-value'
    const bodies: Body[] = [
      { error: canary, error_description: canary },
      { error: { message: canary } },
      { [canary]: canary, error: 'invalid_grant', error_description: canary },
      { access_token: `${canary}\u0000`, refresh_token: canary, token_type: canary, scope: canary },
      `<html>${canary}`,
      `{"access_token":"${canary}`,
    ]
    for (const body of bodies) {
      for (const status of [200, 302, 400, 401, 403, 429, 500]) {
        for (const answer of [judge(status, body), judge(status, body, zoho), cut(status, body)]) {
          expect(inspect(answer, { showHidden: true, depth: 9 })).not.toContain(canary)
          expect(JSON.stringify(answer)).not.toContain(canary)
        }
      }
    }
  })

  test('names a code that is on a list', () => {
    expect(judge(400, { error: 'invalid_grant' })).toMatchObject({ detail: 'HTTP 400, invalid_grant' })
  })

  test('tells how long to wait, when the provider says so', () => {
    for (const [status, body] of [
      [429, ''],
      [503, ''],
      [400, { error: 'slow_down' }],
      [400, { error: 'x' }],
    ] as const) {
      expect(judge(status, body, standard, { 'retry-after': '7' })).toMatchObject({ retryAfterMs: 7_000 })
      expect(judge(status, body)).toMatchObject({ retryAfterMs: null })
    }
  })

  test('with a body that is compressed against our request is unintelligible', () => {
    const body = gzipSync(JSON.stringify({ access_token: 'a' }))
    expect(verdictOn(judge(200, body, standard, { 'content-encoding': 'gzip' }))).toBe('PROVIDER_RESPONSE')
  })

  test('of which no byte was sent is unsent', () => {
    const answer = judgeAnswer({ kind: 'unsent', reason: 'ECONNREFUSED' }, sent, standard, clock)
    expect(answer).toEqual({ kind: 'unsent', detail: 'ECONNREFUSED' })
  })
})
