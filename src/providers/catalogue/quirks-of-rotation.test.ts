import { describe, expect, test } from 'vitest'
import { judge, zohoRules } from '../../../test/support/judged.ts'
import { play } from '../../../test/support/played-provider.ts'
import { catalogueProfile } from '../catalogue-profiles.ts'
import { zohoCrm } from '../zoho.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const DAY = 86_400 * SECOND

describe('quirk 17: a refresh token that was used', () => {
  test.each([
    ['xero', 30 * MINUTE],
    ['atlassian', 10 * MINUTE],
    ['okta', 30 * SECOND],
    ['quickbooks', DAY],
    // Until the new token is used; after a lost answer nobody uses it.
    ['ringcentral', 60 * MINUTE],
    // The old one is not revoked at all: as long as any lives.
    ['microsoft_entra', 90 * DAY],
  ] as const)('is answered again at %s for %i ms: a lost answer is asked for again', async (name, ms) => {
    const { refreshTokens, traits } = await catalogueProfile(name)
    expect([refreshTokens.retryWindowMs, traits.rotation]).toEqual([ms, 'window'])
  })

  test.each(['auth0', 'cognito', 'calendly', 'zendesk'] as const)('is dead at %s', async name => {
    const { refreshTokens, traits } = await catalogueProfile(name)
    expect([refreshTokens.retryWindowMs, traits.rotation]).toEqual([0, 'strict'])
  })
})

test.each(['github_app', 'gitlab', 'zendesk', 'miro', 'airtable', 'ringcentral', 'notion'] as const)(
  'quirk 18: a refresh at %s ends the access token before it: it is not made behind anybody’s back',
  async name => {
    expect((await catalogueProfile(name)).traits.refreshKillsAccessToken).toBe(true)
  },
)

test.each(['auth0', 'x', 'airtable'] as const)(
  'quirk 19: reuse ends every token of the grant at %s: what is in doubt is not sent twice',
  async name => {
    expect((await catalogueProfile(name)).traits.rotation).toBe('strict')
  },
)

test.each(['google', 'asana', 'figma', 'cognito'] as const)(
  'quirk 20: a refresh at %s brings no refresh token, and the stored one stays',
  async name => {
    const { verdict, successor } = await play(name, { body: { access_token: 'a', expires_in: 3600 } })
    expect([verdict, successor]).toEqual(['issued', null])
    const empty = { access_token: 'a', expires_in: 3600, refresh_token: null }
    expect((await play(name, { body: empty })).successor).toBeNull()
    expect((await play(name, { body: { ...empty, refresh_token: '' } })).successor).toBeNull()
  },
)

test('quirk 20: a refresh at Zoho brings none either', () => {
  expect(judge(200, { access_token: 'a', expires_in: 3600 }, zohoRules)).toMatchObject({
    kind: 'issued',
    tokens: { refreshToken: null },
  })
  expect(zohoCrm().traits.rotation).toBe('static')
})

describe('quirk 21: Slack has two chains of tokens', () => {
  const bot = {
    ok: true,
    token_type: 'bot',
    access_token: 'xoxe.xoxb-1',
    refresh_token: 'bot',
    expires_in: 43_200,
  }
  const user = {
    id: 'U1',
    token_type: 'user',
    access_token: 'xoxe.xoxp-1',
    refresh_token: 'user',
    expires_in: 43_200,
  }
  const first = { ...bot, team: { id: 'T1' }, authed_user: user }

  test.each([
    ['slack_rotating', 'bot'],
    ['slack_rotating_user', 'user'],
  ] as const)('the first answer nests them, and %s takes its own', async (name, refreshToken) => {
    const { verdict, successor } = await play(name, { body: first })
    expect([verdict, successor]).toEqual(['issued', refreshToken])
  })

  test.each(['slack_rotating', 'slack_rotating_user'] as const)(
    'later answers are flat for %s',
    async name => {
      const { verdict, successor, answer } = await play(name, { body: { ok: true, ...user, id: undefined } })
      expect([verdict, successor]).toEqual(['issued', 'user'])
      expect(answer).toMatchObject({ tokens: { expiresInMs: 43_200 * SECOND } })
    },
  )
})
