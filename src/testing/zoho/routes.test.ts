import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postForm } from '../../../test/support/token-request.ts'
import type { LocalZoho } from './control.ts'
import { startLocalZoho } from './local-zoho.ts'
import { localZohoApp } from './settings.ts'

let zoho: LocalZoho
beforeAll(async () => {
  zoho = await startLocalZoho({ location: 'eu' })
})
afterAll(() => zoho.close())

const get = (path: string, authorization?: string): Promise<Response> =>
  fetch(`${zoho.url}${path}`, authorization === undefined ? {} : { headers: { authorization } })

const basic = (secret: string): string => `Basic ${btoa(`${localZohoApp.clientId}:${secret}`)}`

describe('revocation', () => {
  test('of a refresh token ends its grant and its access tokens, without authentication of the app', async () => {
    const { accessToken, refreshToken } = await zoho.issueGrant()
    const answer = await fetch(`${zoho.url}/oauth/v2/token/revoke?token=${refreshToken}`, { method: 'POST' })
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'success' }])
    expect(await zoho.stateOf(refreshToken)).toBe('revoked')
    expect((await get('/api/echo', `Bearer ${accessToken}`)).status).toBe(401)
  })

  test('of an access token ends that one alone', async () => {
    const { accessToken, refreshToken } = await zoho.issueGrant()
    const answer = await postForm(`${zoho.url}/oauth/v2/token/revoke`, { token: accessToken })
    expect(answer.status).toBe(200)
    expect((await get('/api/echo', `Bearer ${accessToken}`)).status).toBe(401)
    expect(await zoho.stateOf(refreshToken)).toBe('current')
  })

  test('of a token that is unknown or already revoked is an HTML page with HTTP 400', async () => {
    const { refreshToken } = await zoho.issueGrant()
    await postForm(`${zoho.url}/oauth/v2/token/revoke`, { token: refreshToken })
    for (const token of [refreshToken, '1000.never.issued', '']) {
      const answer = await postForm(`${zoho.url}/oauth/v2/token/revoke`, { token })
      expect([answer.status, answer.headers['content-type']]).toEqual([400, 'text/html;charset=UTF-8'])
    }
  })

  test('at the newer endpoint wants the app to authenticate with Basic', async () => {
    const { refreshToken } = await zoho.issueGrant()
    const revoke = (authorization: string): Promise<Response> =>
      fetch(`${zoho.url}/oauth/v2/revoke/token`, {
        method: 'POST',
        headers: { authorization },
        body: new URLSearchParams({ token: refreshToken, token_type: 'refresh_token' }),
      })
    expect(await (await revoke(basic('wrong'))).json()).toEqual({ error: 'invalid_client' })
    expect(await zoho.stateOf(refreshToken)).toBe('current')
    expect(await (await revoke(basic(localZohoApp.clientSecret))).json()).toEqual({ status: 'success' })
    expect(await zoho.stateOf(refreshToken)).toBe('revoked')
  })
})

test('serverinfo names the data centre and its own URL', async () => {
  const answer = await get('/oauth/serverinfo')
  expect(await answer.json()).toEqual({ result: 'success', locations: { eu: zoho.url } })
})

describe('user info', () => {
  test('tells who gave the grant, when the profile scope was granted', async () => {
    const { accessToken } = await zoho.issueGrant({ scopes: ['AaaServer.profile.READ'] })
    const answer = await get('/oauth/user/info', `Zoho-oauthtoken ${accessToken}`)
    expect(await answer.json()).toEqual({
      ZUID: '600001434',
      Email: 'ada@example.com',
      First_Name: 'Ada',
      Last_Name: 'Lovelace',
      Display_Name: 'Ada Lovelace',
    })
  })

  test('is refused without that scope', async () => {
    const { accessToken } = await zoho.issueGrant()
    const answer = await get('/oauth/user/info', `Zoho-oauthtoken ${accessToken}`)
    expect([answer.status, await answer.json()]).toEqual([
      401,
      {
        code: 'OAUTH_SCOPE_MISMATCH',
        details: {},
        message: 'invalid oauth scope to access this URL',
        status: 'error',
      },
    ])
  })
})

describe('a resource', () => {
  test.each(['Zoho-oauthtoken', 'zoho-oauthtoken', 'Bearer'])(
    'takes a live access token as %s',
    async scheme => {
      const { accessToken, scopes } = await zoho.issueGrant()
      const answer = await get('/api/echo', `${scheme} ${accessToken}`)
      expect([answer.status, await answer.json()]).toEqual([200, { status: 'success', scopes }])
    },
  )

  test('refuses a killed access token with INVALID_TOKEN', async () => {
    const { accessToken } = await zoho.issueGrant()
    expect(await zoho.killAccessToken(accessToken)).toBe(true)
    const answer = await get('/api/echo', `Zoho-oauthtoken ${accessToken}`)
    expect([answer.status, await answer.json()]).toEqual([
      401,
      { code: 'INVALID_TOKEN', details: {}, message: 'invalid oauth token', status: 'error' },
    ])
  })

  test.each([undefined, 'Token abc', 'Bearer'])(
    'refuses the header %s with AUTHENTICATION_FAILURE',
    async header => {
      const answer = await get('/api/echo', header)
      expect([answer.status, await answer.json()]).toEqual([
        401,
        { code: 'AUTHENTICATION_FAILURE', details: {}, message: 'Authentication failed', status: 'error' },
      ])
    },
  )
})

describe('what a machine does not expect is an HTML page', () => {
  test.each([
    ['/oauth/v2/token', 400],
    ['/oauth/v2/tokens', 404],
    ['/_control/ledger', 404],
  ])('GET %s', async (path, status) => {
    const answer = await get(path)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'text/html;charset=UTF-8'])
  })
})
