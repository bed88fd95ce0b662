import { expect, test } from 'vitest'
import { judge, verdictOn, zohoRules } from '../../../test/support/judged.ts'
import { play, playDefined } from '../../../test/support/played-provider.ts'

type Case = readonly [verdict: string, status: number, body: object]

test.each<Case>([
  ['refused', 200, { error: 'invalid_code' }],
  [
    'throttled',
    200,
    {
      error_description: 'You have made too many requests continuously. Please try again after some time.',
      error: 'Access Denied',
      status: 'failure',
    },
  ],
])('quirk 1: Zoho is %s with HTTP %i and %j', (verdict, status, body) => {
  expect(verdictOn(judge(status, body, zohoRules))).toBe(verdict)
})

test.each(['slack_rotating', 'slack_rotating_user'] as const)(
  'quirk 2: %s refuses with HTTP 200, ok false and invalid_refresh_token',
  async name => {
    const body = { ok: false, error: 'invalid_refresh_token' }
    expect((await play(name, { body })).verdict).toBe('refused')
    expect((await play(name, { body: { ok: false, error: 'ratelimited' } })).verdict).toBe('failed')
  },
)

test('quirk 3: GitHub refuses with HTTP 200 and bad_refresh_token, in JSON or as a form', async () => {
  const answer = { error: 'bad_refresh_token', error_description: 'The refresh token passed is incorrect.' }
  expect((await play('github_app', { body: answer })).verdict).toBe('refused')
  const form = new URLSearchParams(answer).toString()
  expect((await play('github_app', { body: form })).verdict).toBe('refused')
  // Who loses a race hears it of a grant that is alive: it is nobody's last word (the lifecycle asks again).
  expect((await play('github_app', { body: { error: 'unverified_user_email' } })).verdict).toBe('failed')
  expect((await play('github_app', { body: { error: 'incorrect_client_credentials' } })).verdict).toBe(
    'misconfigured',
  )
})

test('quirk 4: Atlassian refuses with HTTP 403', async () => {
  const body = { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' }
  expect((await play('atlassian', { status: 403, body })).verdict).toBe('refused')
})

test('quirk 5: Exact Online says access_denied to a refresh that is too early, and the grant is alive', async () => {
  const early = { error: 'access_denied', error_description: 'Rate limit exceeded: access_token not expired' }
  const { verdict, answer, profile } = await play('exact_online', { status: 400, body: early })
  expect(verdict).toBe('throttled')
  expect(answer).toMatchObject({ detail: 'HTTP 400, access_denied', retryAfterMs: null })
  // The whole window in which it would be accepted.
  expect(profile.traits.throttleMs).toBe(30_000)
  const used = { error: 'invalid_request', error_description: 'Old refresh token used' }
  expect((await play('exact_online', { status: 400, body: used })).verdict).toBe('refused')
  expect((await play('exact_online', { status: 400, body: { error: 'access_denied' } })).verdict).toBe(
    'failed',
  )
})

test('quirk 6: HubSpot refuses by status, without a member error', async () => {
  const body = {
    status: 'BAD_REFRESH_TOKEN',
    message: 'missing or invalid refresh token',
    correlationId: 'x',
  }
  expect((await play('hubspot', { status: 400, body })).verdict).toBe('refused')
  expect((await play('hubspot', { status: 400, body: { ...body, status: 'BAD_CLIENT' } })).verdict).toBe(
    'failed',
  )
})

test('quirk 7: Twitch repeats the HTTP status in error, and says what is wrong in message', async () => {
  const body = { error: 'Bad Request', status: 400, message: 'Invalid refresh token' }
  expect((await play('twitch', { status: 400, body })).verdict).toBe('refused')
  expect(
    (await play('twitch', { status: 400, body: { ...body, message: 'missing client id' } })).verdict,
  ).toBe('failed')
})

test('quirk 8: X calls a spent refresh token invalid_request', async () => {
  const body = {
    error: 'invalid_request',
    error_description: 'Value passed for the token was invalid.',
  }
  expect((await play('x', { status: 400, body })).verdict).toBe('refused')
  const other = { error: 'invalid_request', error_description: 'Missing required parameter [grant_type].' }
  expect((await play('x', { status: 400, body: other })).verdict).toBe('failed')
  const secret = { error: 'unauthorized_client', error_description: 'Missing valid authorization header' }
  expect((await play('x', { status: 401, body: secret })).verdict).toBe('misconfigured')
})

test('quirk 9: an error of Meta is an object', async () => {
  const error = {
    message: 'Error validating access token',
    type: 'OAuthException',
    code: 190,
    fbtrace_id: 'x',
  }
  expect((await play('facebook', { status: 400, body: { error } })).verdict).toBe('failed')
  // Its code is not among what the catalogue takes for known; a profile can say it.
  const rules = { errorRules: [{ means: 'refused', members: { 'error.code': '190' } }] } as const
  expect((await playDefined({ answers: rules }, { status: 400, body: { error } })).verdict).toBe('refused')
})

test('quirk 9: an error of Canva is code and message', async () => {
  const body = { code: 'invalid_grant', message: 'Invalid refresh token' }
  expect((await play('canva', { status: 400, body })).verdict).toBe('refused')
  expect((await play('canva', { status: 400, body: { code: 'x', message: 'y' } })).verdict).toBe('failed')
})

test.each(['square', 'square_pkce'] as const)('quirk 9: errors of %s are a list', async name => {
  const body = { errors: [{ category: 'AUTHENTICATION_ERROR', code: 'UNAUTHORIZED', detail: 'x' }] }
  expect((await play(name, { status: 401, body })).verdict).toBe('misconfigured')
  expect((await play(name, { status: 400, body })).verdict).toBe('failed')
})

test.each(['invalid_grant', 'invalid_grant_type'])('quirk 10: Klaviyo refuses by %s', async error => {
  expect((await play('klaviyo', { status: 400, body: { error } })).verdict).toBe('refused')
})
