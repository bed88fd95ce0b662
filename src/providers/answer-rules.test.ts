import { describe, expect, test } from 'vitest'
import { carriedBy, judge, standardRules, verdictOn } from '../../test/support/judged.ts'
import { systemClock } from '../clock.ts'
import { Secret } from '../secret.ts'
import type { AnswerRules, ErrorRule } from './answer-rules.ts'
import { judgeAnswer } from './judge-answer.ts'

function rulesWith(rules: Partial<AnswerRules>): AnswerRules {
  return { ...standardRules, ...rules }
}

describe('an error told by more than its code', () => {
  const errorRules: readonly ErrorRule[] = [
    {
      means: 'too_early',
      members: { error: 'access_denied', error_description: { contains: 'not expired' } },
    },
    { means: 'refused', members: { 'error.code': '190' } },
    { means: 'misconfigured', status: 401, members: { 'errors.0.code': 'UNAUTHORIZED' } },
    { means: 'throttled', members: { message: { contains: 'slow' } } },
    { means: 'transient', members: { error: 'invalid_client' } },
  ]
  const rules = rulesWith({ errorRules })

  test.each<[string, number, object]>([
    ['throttled', 400, { error: 'access_denied', error_description: 'access_token not expired' }],
    ['failed', 400, { error: 'access_denied', error_description: 'no' }],
    ['failed', 400, { error: 'access_denied' }],
    ['refused', 400, { error: { code: 190, message: 'x' } }],
    ['failed', 400, { error: { code: 191 } }],
    ['failed', 400, { error: { code: [190] } }],
    ['misconfigured', 401, { errors: [{ code: 'UNAUTHORIZED' }] }],
    ['failed', 400, { errors: [{ code: 'UNAUTHORIZED' }] }],
    ['failed', 400, { errors: [] }],
    ['throttled', 400, { message: 'please slow down' }],
    ['failed', 400, { error: 'invalid_client' }],
    ['refused', 400, { error: 'invalid_grant' }],
    ['failed', 400, { error: 'length' }],
  ])('is %s: %i %j', (verdict, status, body) => {
    expect(verdictOn(judge(status, body, rules))).toBe(verdict)
  })

  test('is told in the words of the profile, never in those of the answer', () => {
    const answer = judge(400, { message: 'canary, slow' }, rules)
    expect(answer).toMatchObject({ kind: 'throttled', detail: 'HTTP 400, slow' })
  })

  test('is not looked for in a prototype', () => {
    const inherited = rulesWith({
      errorRules: [{ means: 'refused', members: { 'error.constructor.name': 'Object' } }],
    })
    expect(verdictOn(judge(400, { error: {} }, inherited))).toBe('failed')
  })
})

describe('an answer that nests its tokens', () => {
  const rules = rulesWith({ within: 'authed_user', tokenTypes: ['user'] })
  const user = { access_token: 'xoxe.xoxp-1', refresh_token: 'user-next', expires_in: 60, token_type: 'user' }
  const bot = {
    ok: true,
    access_token: 'xoxb-1',
    refresh_token: 'bot-next',
    expires_in: 3600,
    token_type: 'bot',
  }

  test('gives those inside, and none of those around', () => {
    const answer = judge(200, { ...bot, authed_user: { id: 'U1', ...user } }, rules)
    if (answer.kind !== 'issued') throw new Error(answer.kind)
    expect(answer.tokens.accessToken.reveal()).toBe('xoxe.xoxp-1')
    expect(answer.tokens).toMatchObject({ expiresInMs: 60_000 })
    expect(carriedBy(answer)).toBe('user-next')
  })

  test('may be flat all the same', () => {
    expect(carriedBy(judge(200, { ok: true, ...user }, rules))).toBe('user-next')
  })

  test('holds no token of the user’s where only the bot has some', () => {
    const answer = judge(200, { ...bot, authed_user: { id: 'U1' } }, rules)
    expect(verdictOn(answer)).toBe('PROVIDER_RESPONSE')
    expect(carriedBy(answer)).toBeNull()
  })

  test('is salvaged wherever it was cut behind the refresh token', () => {
    const text = JSON.stringify({ ...bot, authed_user: { id: 'U1', ...user } })
    for (let length = text.indexOf('user-next') + 'user-next"'.length; length < text.length; length += 1) {
      const body = Buffer.from(text.slice(0, length))
      const answer = judgeAnswer(
        { kind: 'cut', reason: 'ECONNRESET', status: 200, body },
        Secret.of('sent'),
        rules,
        systemClock,
      )
      expect(carriedBy(answer), text.slice(0, length)).toBe('user-next')
    }
  })

  test('that contradicts itself inside means nothing', () => {
    const text = '{"authed_user":{"access_token":"a","access_token":"b","refresh_token":"r"}}'
    const answer = judge(200, text, rules)
    expect(verdictOn(answer)).toBe('PROVIDER_RESPONSE')
    expect(carriedBy(answer)).toBe('r')
  })

  test('has its error at the top', () => {
    expect(verdictOn(judge(200, { error: 'invalid_grant', authed_user: user }, rules))).toBe('refused')
  })
})

describe('a token type', () => {
  test.each<[string, unknown, readonly string[]]>([
    ['issued', 'Bot', ['bot']],
    ['failed', 'bot', []],
    ['failed', 'mac', ['bot']],
    ['issued', undefined, ['bot']],
  ])('is %s: %j where the profile has %j', (verdict, type, tokenTypes) => {
    const body = { access_token: 'a', token_type: type }
    expect(verdictOn(judge(200, body, rulesWith({ tokenTypes })))).toBe(verdict)
  })
})

describe('what is kept of an answer', () => {
  const rules = rulesWith({
    metadata: new Map([
      ['instance_url', { kind: 'api_origin', hosts: ['*.api.example'] }],
      ['team', { kind: 'text' }],
    ]),
  })

  test.each<[object, object, readonly string[]]>([
    [
      { instance_url: 'https://eu.api.example/', team: 7 },
      { instance_url: 'https://eu.api.example', team: '7' },
      [],
    ],
    [{ instance_url: 'https://evil.example' }, {}, ['INSTANCE_URL_REJECTED']],
    [{ instance_url: 'http://eu.api.example' }, {}, ['INSTANCE_URL_REJECTED']],
    [{ team: 'a\r\nb' }, {}, ['TEAM_REJECTED']],
    [{ team: 'x'.repeat(256) }, {}, ['TEAM_REJECTED']],
    [{ team: { id: 'T1' } }, {}, ['TEAM_REJECTED']],
    [{ team: null }, {}, []],
  ])('of %j is %j, with warnings %j', (members, metadata, warnings) => {
    expect(judge(200, { access_token: 'a', ...members }, rules)).toMatchObject({
      kind: 'issued',
      tokens: { metadata, warnings },
    })
  })
})

test('an instant is counted from the time of the provider’s own clock, where it tells it', () => {
  const rules = rulesWith({ expiresAt: { member: 'expires_at', format: 'iso8601' } })
  const body = { access_token: 'a', expires_at: '2030-01-01T01:00:00Z' }
  expect(judge(200, body, rules, { date: 'Tue, 01 Jan 2030 00:00:00 GMT' })).toMatchObject({
    tokens: { expiresInMs: 3_600_000 },
  })
})
