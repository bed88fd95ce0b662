import { describe, expect, test } from 'vitest'
import { judge, zohoRules } from '../../../test/support/judged.ts'
import { play, playDefined } from '../../../test/support/played-provider.ts'
import { policyWith } from '../../lifecycle/policy.ts'
import { refreshDueAfter, windowOf } from '../../lifecycle/window.ts'
import { catalogueProfile } from '../catalogue-profiles.ts'
import { zohoCrm } from '../zoho.ts'
import type { CatalogueName } from './names.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const policy = policyWith({})
const issued = { access_token: 'a', token_type: 'Bearer' }

async function lifetimeOf(name: CatalogueName, body: object, date?: string): Promise<number | null> {
  const headers: Record<string, string> = date === undefined ? {} : { date }
  const { answer } = await play(name, { body: { ...issued, ...body }, headers })
  if (answer.kind !== 'issued') throw new Error(answer.kind)
  return answer.tokens.expiresInMs
}

async function refreshLifetimeOf(name: CatalogueName, body: object, date?: string): Promise<number | null> {
  const headers: Record<string, string> = date === undefined ? {} : { date }
  const { answer } = await play(name, { body: { ...issued, ...body }, headers })
  if (answer.kind !== 'issued') throw new Error(answer.kind)
  return answer.tokens.refreshTokenExpiresInMs
}

test('quirk 11: Exact Online is refreshed in the last thirty seconds of its ten minutes, never before', async () => {
  const { traits } = await catalogueProfile('exact_online')
  const lifetimeMs = traits.lifetimeMs ?? 0
  expect([lifetimeMs, traits.refreshEarliestMs]).toEqual([10 * MINUTE, 570 * SECOND])
  expect(windowOf(lifetimeMs, traits, policy)).toBe(30 * SECOND)
  for (const fraction of [0, 0.5, 1]) {
    expect(refreshDueAfter(lifetimeMs, fraction, traits, policy)).toBeGreaterThanOrEqual(570 * SECOND)
  }
})

test('quirk 11: a token of Sage lives five minutes, and is not refreshed at every call', async () => {
  const { traits } = await catalogueProfile('sage_accounting')
  expect(traits.lifetimeMs).toBe(5 * MINUTE)
  expect(windowOf(traits.lifetimeMs ?? 0, traits, policy)).toBe(MINUTE)
})

test('quirk 12: Instagram refreshes the access token itself, by a GET, after a day', async () => {
  const body = { access_token: 'next', token_type: 'bearer', expires_in: 5_183_944 }
  const { transport, profile, successor } = await play('instagram', { body })
  const { url, method } = transport.last
  expect([method, url.origin + url.pathname]).toEqual([
    'GET',
    'https://graph.instagram.com/refresh_access_token',
  ])
  expect(Object.fromEntries(url.searchParams)).toEqual({
    grant_type: 'ig_refresh_token',
    access_token: 'sent',
  })
  expect(successor).toBe('next')
  expect(profile.traits.refreshEarliestMs).toBe(DAY)
  const { lifetimeMs, refreshTokenIdleMs } = profile.traits
  expect([lifetimeMs, refreshTokenIdleMs]).toEqual([60 * DAY, 60 * DAY])
})

describe('quirk 13: expires_in', () => {
  test.each(['notion', 'salesforce', 'twitch'] as const)('is missing at %s', async name => {
    expect(await lifetimeOf(name, {})).toBeNull()
  })

  test('is a string at Exact Online', async () => {
    expect(await lifetimeOf('exact_online', { expires_in: '600' })).toBe(10 * MINUTE)
  })

  test('is in milliseconds beside expires_in_sec at some products of Zoho', () => {
    const body = { ...issued, expires_in: 3_600_000, expires_in_sec: 3600 }
    expect(judge(200, body, zohoRules)).toMatchObject({ tokens: { expiresInMs: HOUR } })
  })

  test('is 0 at Mailchimp for a token without end: no token that is dead at once', async () => {
    expect(await lifetimeOf('mailchimp', { expires_in: 0 })).toBeNull()
    expect((await catalogueProfile('mailchimp')).traits.lifetimeMs).toBeNull()
  })

  test('is an instant at a server like TikTok’s for merchants', async () => {
    const date = 'Sat, 28 Nov 2026 10:00:00 GMT'
    const expires_in = Date.parse(date) / 1_000 + 3_600
    const played = await playDefined(
      { answers: { expiresInUnit: 'epoch_seconds' } },
      { body: { ...issued, expires_in }, headers: { date } },
    )
    expect(played.answer).toMatchObject({ tokens: { expiresInMs: HOUR } })
  })

  test.each([
    ['square', '2026-11-28T11:00:00Z'],
    ['square_pkce', '2026-11-28T11:00:00Z'],
    ['strava', Date.parse('2026-11-28T11:00:00Z') / 1_000],
  ] as const)('is the instant expires_at at %s: %j', async (name, expires_at) => {
    expect(await lifetimeOf(name, { expires_at }, 'Sat, 28 Nov 2026 10:00:00 GMT')).toBe(HOUR)
  })
})

test.each([
  ['shopify', 'refresh_token_expires_in'],
  ['linkedin', 'refresh_token_expires_in'],
  ['tiktok', 'refresh_expires_in'],
  ['keycloak', 'refresh_expires_in'],
  ['airtable', 'refresh_expires_in'],
  ['quickbooks', 'x_refresh_token_expires_in'],
] as const)('quirk 14: %s tells the lifetime of the refresh token in %s', async (name, member) => {
  expect(await refreshLifetimeOf(name, { expires_in: 60, [member]: 8_640_000 })).toBe(100 * DAY)
})

test('quirk 14: Square tells the end of the refresh token in refresh_token_expires_at', async () => {
  const body = { expires_at: '2026-11-29T10:00:00Z', refresh_token_expires_at: '2027-02-26T10:00:00Z' }
  expect(await refreshLifetimeOf('square_pkce', body, 'Sat, 28 Nov 2026 10:00:00 GMT')).toBe(90 * DAY)
})

test.each([
  ['atlassian', 365 * DAY],
  ['linkedin', 365 * DAY],
  ['quickbooks', 5 * 365 * DAY],
] as const)('quirk 15: a grant of %s ends whatever is refreshed', async (name, absoluteMs) => {
  expect((await catalogueProfile(name)).refreshTokens.absoluteMs).toBe(absoluteMs)
})

test.each(['okta', 'auth0'] as const)(
  'quirk 15: how long a grant of %s lives, its customer decides',
  async name => {
    expect((await catalogueProfile(name)).refreshTokens.absoluteMs).toBeNull()
  },
)

test('quirk 15: the last access token of LinkedIn is shorter, and believed', async () => {
  expect(await lifetimeOf('linkedin', { expires_in: 3 * 86_400 })).toBe(3 * DAY)
})

test('quirk 16: Zendesk is told how long tokens are to live, in a JSON body', async () => {
  const refreshParameters = { expires_in: '3600', refresh_token_expires_in: '7776000' }
  const { transport } = await play('zendesk', { body: issued }, { subdomain: 'acme' }, { refreshParameters })
  expect(transport.last.url.href).toBe('https://acme.zendesk.com/oauth/tokens')
  expect(transport.fields).toMatchObject(refreshParameters)
})

test('quirk 29: Zoho gives ten tokens in ten minutes, and a throttle lasts that long', () => {
  expect(zohoCrm().traits).toMatchObject({
    throttleMs: 10 * MINUTE,
    refreshBudget: { requests: 10, perMs: 10 * MINUTE },
  })
})

test.each([
  ['calendly', 8],
  ['outreach', 1],
] as const)('quirk 29: %s gives %i tokens a minute', async (name, requests) => {
  const { verdict, profile } = await play(name, { status: 429, body: '' })
  expect(verdict).toBe('throttled')
  expect(profile.traits).toMatchObject({ throttleMs: MINUTE, refreshBudget: { requests, perMs: MINUTE } })
})
