import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import {
  type Body,
  carriedBy,
  cut,
  judge,
  sent,
  standardRules,
  verdictOn,
  zohoRules,
} from '../../test/support/judged.ts'
import { systemClock } from '../clock.ts'
import { judgeAnswer } from './judge-answer.ts'

const zohoToken = '1000.8cb99dxxxxxxxxxxxxx9be93.9b8xxxxxxxxxxxxxxxf'

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
      zohoRules,
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
      zohoRules,
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
      const answer = judge(200, body, standardRules, { 'content-type': 'text/plain' })
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
        for (const answer of [judge(status, body), judge(status, body, zohoRules), cut(status, body)]) {
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
      expect(judge(status, body, standardRules, { 'retry-after': '7' })).toMatchObject({
        retryAfterMs: 7_000,
      })
      expect(judge(status, body)).toMatchObject({ retryAfterMs: null })
    }
  })

  test('with a body that is compressed against our request is unintelligible', () => {
    const body = gzipSync(JSON.stringify({ access_token: 'a' }))
    expect(verdictOn(judge(200, body, standardRules, { 'content-encoding': 'gzip' }))).toBe(
      'PROVIDER_RESPONSE',
    )
  })

  test('of which no byte was sent is unsent', () => {
    const answer = judgeAnswer({ kind: 'unsent', reason: 'ECONNREFUSED' }, sent, standardRules, systemClock)
    expect(answer).toEqual({ kind: 'unsent', detail: 'ECONNREFUSED' })
  })
})
