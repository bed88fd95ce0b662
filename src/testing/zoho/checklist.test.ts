import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { postForm, refreshForm } from '../../../test/support/token-request.ts'
import { FakeClock } from '../fake-clock.ts'
import type { LocalZoho } from './control.ts'
import { startLocalZoho } from './local-zoho.ts'
import { localZohoApp, localZohoUser, zohoSettings } from './settings.ts'

// Each line of what a local Zoho is worth having for, by its name. Details have tests beside their source.

const CALLBACK = 'http://127.0.0.1:7777/callback'
const app = { client_id: localZohoApp.clientId, client_secret: localZohoApp.clientSecret }
const denied = {
  error_description: 'You have made too many requests continuously. Please try again after some time.',
  error: 'Access Denied',
  status: 'failure',
}
const localized = {
  error_description: '您连续发出的请求过多。请稍后再试。',
  error: '拒绝访问',
  status: 'failure',
}

let clock: FakeClock
let zoho: LocalZoho
beforeAll(async () => {
  clock = new FakeClock()
  zoho = await startLocalZoho({ clock })
})
afterAll(() => zoho.close())
afterEach(async () => {
  await zoho.configure(zohoSettings)
  await clock.advance(zohoSettings.accessTokenLifetimeMs)
})

type Params = Readonly<Record<string, string>>

const post = async (form: Params, path = '/oauth/v2/token'): Promise<[number | null, unknown]> => {
  const { status, body } = await postForm(zoho.url + path, form)
  return [status, body.startsWith('{') ? JSON.parse(body) : body]
}
const refresh = async (refreshToken: string): Promise<[number | null, unknown]> =>
  post(refreshForm(refreshToken))
const exchange = (code: string): Promise<[number | null, unknown]> =>
  post({ ...app, grant_type: 'authorization_code', code, redirect_uri: CALLBACK })

const isAlive = async (token: unknown): Promise<boolean> => {
  const headers = { authorization: `Zoho-oauthtoken ${token}` }
  return (await fetch(`${zoho.url}/api/echo`, { headers })).status === 200
}

/** What the user's consent sends the browser back with. */
async function consent(params: Params = {}): Promise<URLSearchParams> {
  await zoho.configure({ consent: 'given' })
  const query = new URLSearchParams({
    ...{ response_type: 'code', client_id: app.client_id, redirect_uri: CALLBACK, state: 'a state' },
    ...{ scope: 'ZohoCRM.modules.ALL,ZohoCRM.users.READ', access_type: 'offline', ...params },
  })
  const answer = await fetch(`${zoho.url}/oauth/v2/auth?${query}`, { redirect: 'manual' })
  return new URL(answer.headers.get('location') ?? '').searchParams
}

test('checklist oauth §12: redirect with `location`/`accounts-server` — and the state as it was sent', async () => {
  expect(Object.fromEntries(await consent())).toEqual({
    state: 'a state',
    code: expect.stringMatching(/^1000\.[0-9a-f]{32}\.[0-9a-f]{32}$/),
    location: 'us',
    'accounts-server': zoho.url,
  })
})

test('checklist oauth §12: code single-use and TTL — a code is exchanged once, and within two minutes', async () => {
  const code = (await consent()).get('code') ?? ''
  await clock.advance(119_999)
  expect(await exchange(code)).toEqual([200, expect.objectContaining({ access_token: expect.any(String) })])
  expect(await exchange(code)).toEqual([200, { error: 'invalid_code' }])
  const late = (await consent()).get('code') ?? ''
  await clock.advance(120_000)
  expect(await exchange(late)).toEqual([200, { error: 'invalid_code' }])
})

test('checklist oauth §12: consent memory (refresh token only first time unless `prompt=consent`) — by app, user and scopes', async () => {
  const keysAfter = async (params: Params): Promise<readonly string[]> =>
    Object.keys((await exchange((await consent(params)).get('code') ?? ''))[1] ?? {})
  const scope = 'ZohoCRM.org.READ'
  expect(await keysAfter({ scope })).toContain('refresh_token')
  expect(await keysAfter({ scope })).toEqual([
    'access_token',
    'scope',
    'api_domain',
    'token_type',
    'expires_in',
  ])
  expect(await keysAfter({ scope, prompt: 'consent' })).toContain('refresh_token')
  expect(await keysAfter({ scope: 'ZohoCRM.coql.READ' })).toContain('refresh_token')
  // Who is signed in and has consented is not shown the page again.
  await zoho.configure({ consent: 'asked', signedInUser: localZohoUser.email })
  const query = { response_type: 'code', client_id: app.client_id, redirect_uri: CALLBACK, scope }
  const page = (more: Params): Promise<Response> =>
    fetch(`${zoho.url}/oauth/v2/auth?${new URLSearchParams({ ...query, ...more })}`, { redirect: 'manual' })
  expect((await page({})).status).toBe(302)
  expect((await page({ prompt: 'consent' })).status).toBe(200)
  expect((await page({ scope: 'ZohoCRM.bulk.READ' })).status).toBe(200)
})

test('checklist oauth §12: 20/10 caps with oldest-eviction — the access tokens of an evicted grant die too', async () => {
  await zoho.configure({ throttle: null })
  const [first, ...others] = await Promise.all(Array.from({ length: 20 }, () => zoho.issueGrant()))
  if (first === undefined) throw new Error('there is no grant')
  await zoho.issueGrant()
  expect(await zoho.stateOf(first.refreshToken)).toBe('revoked')
  expect(await isAlive(first.accessToken)).toBe(false)
  expect(await refresh(first.refreshToken)).toEqual([200, { error: 'invalid_code' }])
  const grant = others.at(-1)
  if (grant === undefined) throw new Error('there is no grant')
  for (const most of [10, 15, 30]) {
    await zoho.configure({ accessTokensPerRefreshToken: most })
    const tokens: unknown[] = []
    while (tokens.length <= most) {
      const [, body] = await refresh(grant.refreshToken)
      tokens.push((body as { access_token: string }).access_token)
    }
    const alive = await Promise.all(tokens.map(isAlive))
    expect(alive).toEqual([false, ...Array<boolean>(most).fill(true)])
  }
})

test('checklist oauth §12: 10-per-10-min throttle → HTTP 400 body above (switch: 200, localized text) — until the window is over', async () => {
  const { refreshToken } = await zoho.issueGrant()
  for (let count = 0; count < 10; count += 1) await refresh(refreshToken)
  expect(await refresh(refreshToken)).toEqual([400, denied])
  await zoho.configure({ throttle: { requests: 10, windowMs: 600_000, status: 200, localized: true } })
  expect(await refresh(refreshToken)).toEqual([200, localized])
  await clock.advance(600_000)
  expect((await refresh(refreshToken))[1]).toHaveProperty('access_token')
})

test('checklist oauth §12: all `error` codes with HTTP 200 — each for its reason, those without one by a fault', async () => {
  const forms: Readonly<Record<string, Params>> = {
    invalid_client: { ...app, client_id: '1000.NOBODY', grant_type: 'refresh_token' },
    invalid_client_secret: { ...app, client_secret: 'wrong', grant_type: 'refresh_token' },
    invalid_code: { ...app, grant_type: 'refresh_token', refresh_token: '1000.a.b' },
    invalid_redirect_uri: {
      ...{ ...app, grant_type: 'authorization_code', redirect_uri: 'https://other.example' },
      code: await zoho.issueCode({ redirectUri: CALLBACK }),
    },
    invalid_scope: { ...app, grant_type: 'client_credentials', scope: 'no scope', soid: 'ZohoCRM.1' },
    missing_org_info: {
      ...app,
      grant_type: 'client_credentials',
      scope: 'ZohoCRM.org.READ',
      soid: '600001434',
    },
    unsupported_grant_type: { ...app, grant_type: 'password' },
  }
  for (const [error, form] of Object.entries(forms)) expect(await post(form)).toEqual([200, { error }])
  for (const error of ['invalid_request', 'general_error', 'access_denied']) {
    await zoho.fault({ kind: 'error', error })
    expect(await post(refreshForm('1000.a.b'))).toEqual([200, { error }])
  }
})

test('checklist oauth §12: query/body/multipart/Basic input — and parameters of both, query and body', async () => {
  const { refreshToken } = await zoho.issueGrant()
  const form = refreshForm(refreshToken)
  const multipart = new FormData()
  for (const [name, value] of Object.entries(form)) multipart.set(name, value)
  const basic = { authorization: `Basic ${btoa(`${app.client_id}:${app.client_secret}`)}` }
  const grant = { grant_type: 'refresh_token', refresh_token: refreshToken }
  const sent: readonly [query: Params, init: RequestInit][] = [
    [form, {}],
    [{}, { body: new URLSearchParams(form) }],
    [{}, { body: multipart }],
    [{}, { headers: basic, body: new URLSearchParams(grant) }],
    [app, { body: new URLSearchParams(grant) }],
    [grant, { headers: basic }],
  ]
  for (const [query, init] of sent) {
    const url = `${zoho.url}/oauth/v2/token?${new URLSearchParams(query)}`
    expect(await (await fetch(url, { method: 'POST', ...init })).json()).toHaveProperty('access_token')
  }
})

test('checklist oauth §12: `expires_in_sec` legacy switch — expires_in is in milliseconds then', async () => {
  await zoho.configure({ legacyExpiry: true, scopesInAnswers: false })
  const { refreshToken } = await zoho.issueGrant()
  const [, body] = await refresh(refreshToken)
  expect(body).toMatchObject({ expires_in_sec: 3_600, expires_in: 3_600_000 })
  expect(body).not.toHaveProperty('scope')
})

test('checklist oauth §12: optional rotation — none by default', async () => {
  const { refreshToken } = await zoho.issueGrant()
  expect((await refresh(refreshToken))[1]).not.toHaveProperty('refresh_token')
  await zoho.configure({ rotation: 'strict' })
  expect((await refresh(refreshToken))[1]).toHaveProperty('refresh_token')
  expect(await zoho.stateOf(refreshToken)).toBe('replaced')
})

test('checklist oauth §12: revoke both endpoints — a token that nobody knows gets a page', async () => {
  const [one, two] = [await zoho.issueGrant(), await zoho.issueGrant()]
  const query = `/oauth/v2/token/revoke?token=${one.refreshToken}`
  expect(await post({}, query)).toEqual([200, { status: 'success' }])
  expect(await isAlive(one.accessToken)).toBe(false)
  expect(await post({}, query)).toEqual([400, expect.stringContaining('<html>')])
  const revoke = async (secret: string): Promise<unknown> => {
    const headers = { authorization: `Basic ${btoa(`${app.client_id}:${secret}`)}` }
    const body = new URLSearchParams({ token: two.refreshToken, token_type: 'refresh_token' })
    return (await fetch(`${zoho.url}/oauth/v2/revoke/token`, { method: 'POST', headers, body })).json()
  }
  expect(await revoke('wrong')).toEqual({ error: 'invalid_client' })
  expect(await revoke(app.client_secret)).toEqual({ status: 'success' })
  expect(await zoho.stateOf(two.refreshToken)).toBe('revoked')
})

test('checklist oauth §12: serverinfo — every data centre but China', async () => {
  await using other = await startLocalZoho({ locations: ['us', 'eu', 'cn'] })
  const { us, eu } = other.urls
  for (const url of Object.values(other.urls)) {
    const answer = await fetch(`${url}/oauth/serverinfo`)
    expect(await answer.json()).toEqual({ result: 'success', locations: { us, eu } })
  }
})

test('checklist oauth §12: user/info — with the scope for it alone', async () => {
  const info = async (scope: string): Promise<unknown> => {
    const { accessToken } = await zoho.issueGrant({ scopes: [scope] })
    const headers = { authorization: `Bearer ${accessToken}` }
    return (await fetch(`${zoho.url}/oauth/user/info`, { headers })).json()
  }
  expect(await info('AaaServer.profile.READ')).toEqual({
    ZUID: localZohoUser.zuid,
    Email: localZohoUser.email,
    First_Name: 'Ada',
    Last_Name: 'Lovelace',
    Display_Name: 'Ada Lovelace',
  })
  expect(await info('ZohoCRM.modules.ALL')).toMatchObject({ code: 'OAUTH_SCOPE_MISMATCH' })
})

test('checklist oauth §12: HTML error page for bad paths — and for GET on the token endpoint', async () => {
  for (const [path, status] of [
    ['/oauth/v9/token', 404],
    ['/oauth/v2/token', 400],
  ] as const) {
    const answer = await fetch(zoho.url + path)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'text/html;charset=UTF-8'])
    expect(await answer.text()).toContain('<html>')
  }
})

test('checklist oauth §12: narrower-than-requested scope switch — the answer tells what is left', async () => {
  await zoho.configure({ withheldScopes: ['ZohoCRM.users.READ'] })
  const code = (await consent({ prompt: 'consent' })).get('code') ?? ''
  expect((await exchange(code))[1]).toMatchObject({ scope: 'ZohoCRM.modules.ALL' })
  const own = { ...app, grant_type: 'client_credentials', soid: 'ZohoCRM.1' }
  const [, body] = await post({ ...own, scope: 'ZohoCRM.org.READ,ZohoCRM.users.READ' })
  expect(body).toMatchObject({ scope: 'ZohoCRM.org.READ' })
})

test('the limits on new codes and new refresh tokens are switches', async () => {
  const limit = { requests: 2, windowMs: 600_000 }
  await zoho.configure({ grantCodeLimit: limit, refreshTokenLimit: { ...limit, requests: 1 } })
  const prompt = 'consent'
  const codes = [(await consent({ prompt })).get('code'), (await consent({ prompt })).get('code')]
  await expect(consent({ prompt })).rejects.toThrow()
  expect((await zoho.ledger()).at(-1)).toMatchObject({ outcome: 'too_many_requests', status: 400 })
  expect((await exchange(codes[0] ?? ''))[1]).toHaveProperty('refresh_token')
  expect(await exchange(codes[1] ?? '')).toEqual([400, denied])
  await zoho.configure({ refreshTokenLimit: null })
  expect((await exchange(codes[1] ?? ''))[1]).toHaveProperty('refresh_token')
  await clock.advance(600_000)
  expect((await consent({ prompt })).get('code')).not.toBeNull()
})
