import { describe, expect, test } from 'vitest'
import { postForm, refreshAt, refreshForm } from '../../../test/support/token-request.ts'
import { FakeClock } from '../fake-clock.ts'
import type { LocalZoho } from './control.ts'
import { startLocalZoho } from './local-zoho.ts'
import { localZohoApp, zohoThrottle } from './settings.ts'

const denied = {
  error_description: 'You have made too many requests continuously. Please try again after some time.',
  error: 'Access Denied',
  status: 'failure',
}

async function isAlive(zoho: LocalZoho, accessToken: unknown): Promise<boolean> {
  const answer = await fetch(`${zoho.url}/api/echo`, {
    headers: { authorization: `Zoho-oauthtoken ${accessToken}` },
  })
  return answer.status === 200
}

describe('the throttle', () => {
  test('refuses the 11th refresh of a grant with HTTP 400 for the rest of its 10 minutes', async () => {
    const clock = new FakeClock()
    await using zoho = await startLocalZoho({ clock })
    const { refreshToken } = await zoho.issueGrant()
    const post = () => postForm(`${zoho.url}/oauth/v2/token`, refreshForm(refreshToken))

    for (let count = 1; count <= 10; count += 1) {
      expect((await post()).body).toContain('access_token')
      await clock.advance(30_000)
    }
    const refused = await post()
    expect([refused.status, JSON.parse(refused.body)]).toEqual([400, denied])
    expect(refused.headers).not.toHaveProperty('retry-after')

    await clock.advance(600_000 - 300_000 - 1)
    expect((await post()).status).toBe(400)
    await clock.advance(1)
    expect((await post()).body).toContain('access_token')
  })

  test('counts each grant for itself, and one grant through all its rotated refresh tokens', async () => {
    await using zoho = await startLocalZoho({
      rotation: 'strict',
      throttle: { ...zohoThrottle, requests: 2 },
    })
    const [one, two] = [await zoho.issueGrant(), await zoho.issueGrant()]
    const first = await refreshAt(zoho, one.refreshToken)
    const second = await refreshAt(zoho, String(first.refresh_token))
    expect(await refreshAt(zoho, String(second.refresh_token))).toEqual(denied)
    expect(await refreshAt(zoho, two.refreshToken)).toHaveProperty('access_token')
    expect(await zoho.stateOf(String(second.refresh_token))).toBe('current')
  })

  test('can answer with HTTP 200 and in Chinese, and can be turned off while it runs', async () => {
    await using zoho = await startLocalZoho({
      throttle: { ...zohoThrottle, requests: 0, status: 200, localized: true },
    })
    const { refreshToken } = await zoho.issueGrant()
    const refused = await postForm(`${zoho.url}/oauth/v2/token`, refreshForm(refreshToken))
    expect(refused.status).toBe(200)
    expect(JSON.parse(refused.body)).toMatchObject({ error: '拒绝访问', status: 'failure' })
    await zoho.configure({ throttle: null })
    expect(await refreshAt(zoho, refreshToken)).toHaveProperty('access_token')
  })
})

describe('the caps', () => {
  test('the 11th access token of a grant ends its oldest', async () => {
    await using zoho = await startLocalZoho({ throttle: null })
    const grant = await zoho.issueGrant()
    const tokens: unknown[] = [grant.accessToken]
    while (tokens.length < 10) tokens.push((await refreshAt(zoho, grant.refreshToken)).access_token)
    expect(await isAlive(zoho, tokens[0])).toBe(true)
    tokens.push((await refreshAt(zoho, grant.refreshToken)).access_token)
    expect(await Promise.all(tokens.map(token => isAlive(zoho, token)))).toEqual([
      false,
      ...Array<boolean>(10).fill(true),
    ])
  })

  test("the 21st grant of a user for an app ends the oldest, its access tokens too, and nobody else's", async () => {
    const other = { zuid: '2', email: 'grace@example.com', firstName: 'Grace', lastName: 'Hopper' }
    const ada = { zuid: '1', email: 'ada@example.com', firstName: 'Ada', lastName: 'Lovelace' }
    await using zoho = await startLocalZoho({ users: [ada, other] })
    const otherGrant = await zoho.issueGrant({ user: other.email })
    const first = await zoho.issueGrant()
    const second = await zoho.issueGrant()
    for (let count = 3; count <= 20; count += 1) await zoho.issueGrant()
    expect(await zoho.stateOf(first.refreshToken)).toBe('current')

    const code = await zoho.issueCode()
    await postForm(`${zoho.url}/oauth/v2/token`, {
      grant_type: 'authorization_code',
      client_id: localZohoApp.clientId,
      client_secret: localZohoApp.clientSecret,
      code,
    })
    expect(await zoho.stateOf(first.refreshToken)).toBe('revoked')
    expect(await isAlive(zoho, first.accessToken)).toBe(false)
    expect(await zoho.stateOf(second.refreshToken)).toBe('current')
    expect(await zoho.stateOf(otherGrant.refreshToken)).toBe('current')
  })
})

describe('lifetimes', () => {
  test('an access token ends at its lifetime', async () => {
    const clock = new FakeClock()
    await using zoho = await startLocalZoho({ clock, accessTokenLifetimeMs: 120_000 })
    const grant = await zoho.issueGrant()
    expect(grant.expiresIn).toBe(120)
    await clock.advance(119_999)
    expect(await isAlive(zoho, grant.accessToken)).toBe(true)
    await clock.advance(1)
    expect(await isAlive(zoho, grant.accessToken)).toBe(false)
  })

  test('a jump of the wall clock changes no lifetime', async () => {
    const clock = new FakeClock()
    await using zoho = await startLocalZoho({ clock })
    const grant = await zoho.issueGrant()
    clock.jumpWall(7_200_000)
    expect(await isAlive(zoho, grant.accessToken)).toBe(true)
  })

  test('a grant code ends after two minutes', async () => {
    const clock = new FakeClock()
    await using zoho = await startLocalZoho({ clock })
    const code = await zoho.issueCode()
    await clock.advance(120_000)
    const answer = await postForm(`${zoho.url}/oauth/v2/token`, {
      grant_type: 'authorization_code',
      client_id: localZohoApp.clientId,
      client_secret: localZohoApp.clientSecret,
      code,
    })
    expect(JSON.parse(answer.body)).toEqual({ error: 'invalid_code' })
    expect((await zoho.ledger()).at(-1)).toMatchObject({ outcome: 'invalid_code', reason: 'expired' })
  })
})
