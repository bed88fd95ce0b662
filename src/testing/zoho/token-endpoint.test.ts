import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postForm, refreshForm } from '../../../test/support/token-request.ts'
import type { LocalZoho } from './control.ts'
import { startLocalZoho } from './local-zoho.ts'
import { localZohoApp } from './settings.ts'

const tokenShape = /^1000\.[0-9a-f]{32}\.[0-9a-f]{32}$/
const app = { client_id: localZohoApp.clientId, client_secret: localZohoApp.clientSecret }
const otherApp = { clientId: '1000.OTHER', clientSecret: 'other-secret' }

let zoho: LocalZoho
let tokenUrl: string

beforeAll(async () => {
  zoho = await startLocalZoho({ apps: [localZohoApp, otherApp], throttle: null })
  tokenUrl = `${zoho.url}/oauth/v2/token`
})
afterAll(() => zoho.close())

describe('a refresh', () => {
  test('gives an access token and no refresh token', async () => {
    const grant = await zoho.issueGrant({ scopes: ['ZohoCRM.modules.ALL', 'ZohoCalendar.event.ALL'] })
    const answer = await postForm(tokenUrl, refreshForm(grant.refreshToken))
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toBe('application/json;charset=UTF-8')
    expect(JSON.parse(answer.body)).toEqual({
      access_token: expect.stringMatching(tokenShape),
      scope: 'ZohoCRM.modules.ALL ZohoCalendar.event.ALL',
      api_domain: zoho.url,
      token_type: 'Bearer',
      expires_in: 3600,
    })
  })

  test.each<[string, (refreshToken: string) => Promise<Response>]>([
    [
      'the query',
      async token => fetch(`${tokenUrl}?${new URLSearchParams(refreshForm(token))}`, { method: 'POST' }),
    ],
    [
      'a urlencoded body',
      async token => fetch(tokenUrl, { method: 'POST', body: new URLSearchParams(refreshForm(token)) }),
    ],
    [
      'a multipart body',
      async token => {
        const body = new FormData()
        for (const [name, value] of Object.entries(refreshForm(token))) body.set(name, value)
        return fetch(tokenUrl, { method: 'POST', body })
      },
    ],
    [
      'Basic for the app and the body for the rest',
      async token =>
        fetch(tokenUrl, {
          method: 'POST',
          headers: { authorization: `Basic ${btoa(`${app.client_id}:${app.client_secret}`)}` },
          body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token }),
        }),
    ],
  ])('takes its parameters from %s', async (_where, send) => {
    const { refreshToken } = await zoho.issueGrant()
    const answer = await send(refreshToken)
    expect(await answer.json()).toHaveProperty('access_token')
  })

  test('does not take them from a JSON body', async () => {
    const { refreshToken } = await zoho.issueGrant()
    const answer = await fetch(tokenUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(refreshForm(refreshToken)),
    })
    expect(await answer.json()).toEqual({ error: 'unsupported_grant_type' })
  })

  test('can answer in the old form, where expires_in is in milliseconds', async () => {
    await using old = await startLocalZoho({ legacyExpiry: true, accessTokenLifetimeMs: 120_000 })
    const { refreshToken } = await old.issueGrant()
    const { body } = await postForm(`${old.url}/oauth/v2/token`, refreshForm(refreshToken))
    expect(JSON.parse(body)).toMatchObject({ expires_in_sec: 120, expires_in: 120_000 })
  })
})

describe('every refusal has HTTP status 200 and the error word as its only key', () => {
  const refresh = { ...app, grant_type: 'refresh_token' }
  const codeGrant = { ...app, grant_type: 'authorization_code' }
  const appGrant = { ...app, grant_type: 'client_credentials' }

  test.each<[string, Record<string, string>, string]>([
    ['no grant type', app, 'unsupported_grant_type'],
    ['an unknown grant type', { ...app, grant_type: 'password' }, 'unsupported_grant_type'],
    ['no client id', { grant_type: 'refresh_token' }, 'invalid_client'],
    ['an unknown client id', { ...refresh, client_id: '1000.NOBODY' }, 'invalid_client'],
    ['a wrong client secret', { ...refresh, client_secret: 'wrong' }, 'invalid_client_secret'],
    ['no client secret', { grant_type: 'refresh_token', client_id: app.client_id }, 'invalid_client_secret'],
    ['no refresh token', refresh, 'invalid_code'],
    ['an unknown refresh token', { ...refresh, refresh_token: '1000.no.no' }, 'invalid_code'],
    ['no code', codeGrant, 'invalid_code'],
    ['client credentials without a scope', { ...appGrant, soid: 'ZohoCRM.1' }, 'invalid_scope'],
    ['client credentials without soid', { ...appGrant, scope: 'ZohoCRM.modules.ALL' }, 'missing_org_info'],
  ])('%s', async (_what, form, error) => {
    const answer = await postForm(tokenUrl, form)
    expect([answer.status, JSON.parse(answer.body)]).toEqual([200, { error }])
  })

  test("another app's refresh token", async () => {
    const { refreshToken } = await zoho.issueGrant({ app: otherApp.clientId })
    const answer = await postForm(tokenUrl, refreshForm(refreshToken))
    expect([answer.status, JSON.parse(answer.body)]).toEqual([200, { error: 'invalid_code' }])
  })

  test('a revoked refresh token', async () => {
    const { refreshToken } = await zoho.issueGrant()
    expect(await zoho.revokeGrant(refreshToken)).toBe(true)
    const answer = await postForm(tokenUrl, refreshForm(refreshToken))
    expect([answer.status, JSON.parse(answer.body)]).toEqual([200, { error: 'invalid_code' }])
  })
})

describe('a grant code', () => {
  const exchange = async (
    code: string,
    more: Record<string, string> = {},
  ): Promise<Record<string, unknown>> => {
    const { body } = await postForm(tokenUrl, { ...app, grant_type: 'authorization_code', code, ...more })
    return JSON.parse(body)
  }

  test('gives a refresh token that works, once', async () => {
    const code = await zoho.issueCode({ scopes: ['ZohoCRM.users.READ'] })
    const issued = await exchange(code)
    expect(issued).toMatchObject({
      access_token: expect.stringMatching(tokenShape),
      refresh_token: expect.stringMatching(tokenShape),
      scope: 'ZohoCRM.users.READ',
    })
    expect(await zoho.stateOf(String(issued.refresh_token))).toBe('current')
    expect(await exchange(code)).toEqual({ error: 'invalid_code' })
  })

  test('of online access gives no refresh token', async () => {
    const issued = await exchange(await zoho.issueCode({ offline: false }))
    expect(issued).toHaveProperty('access_token')
    expect(issued).not.toHaveProperty('refresh_token')
  })

  test('stays good when the redirect URI is wrong, and gives tokens when it is right', async () => {
    const code = await zoho.issueCode({ redirectUri: 'https://example.com/callback' })
    expect(await exchange(code, { redirect_uri: 'https://example.com/' })).toEqual({
      error: 'invalid_redirect_uri',
    })
    expect(await exchange(code, { redirect_uri: 'https://example.com/callback' })).toHaveProperty(
      'access_token',
    )
  })

  test('is not for a user or an app that the server does not know', async () => {
    await expect(zoho.issueCode({ user: 'nobody@example.com' })).rejects.toThrow('no user nobody@example.com')
    await expect(zoho.issueCode({ app: '1000.NOBODY' })).rejects.toThrow('no app 1000.NOBODY')
  })
})

test('client credentials give an access token without a refresh token', async () => {
  const { body } = await postForm(tokenUrl, {
    ...app,
    grant_type: 'client_credentials',
    scope: 'ZohoCRM.modules.ALL,ZohoCRM.users.READ',
    soid: 'ZohoCRM.600001434',
  })
  const issued = JSON.parse(body)
  expect(issued).toMatchObject({ scope: 'ZohoCRM.modules.ALL ZohoCRM.users.READ', expires_in: 3600 })
  expect(issued).not.toHaveProperty('refresh_token')
})
