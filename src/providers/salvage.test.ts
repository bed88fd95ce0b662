import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  carriedBy,
  cut,
  formRules,
  judge,
  standardRules,
  verdictOn,
  zohoRules,
} from '../../test/support/judged.ts'

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

  test('from a form where the profile expects JSON', () => {
    const answer = judge(200, 'access_token=a&refresh_token=next&expires_in=3600')
    expect(verdictOn(answer)).toBe('PROVIDER_RESPONSE')
    expect(carriedBy(answer)).toBe('next')
  })

  test('from a form that contradicts itself', () => {
    const answer = judge(200, 'access_token=a&refresh_token=first&refresh_token=next', formRules)
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
        fc.constantFrom(standardRules, zohoRules),
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
