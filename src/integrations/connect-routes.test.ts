import { AuthorizationFlowError, ProviderMisconfiguredError, ProviderUnavailableError } from 'evergrant'
import { beforeEach, describe, expect, test } from 'vitest'
import type { ConnectRoutesOptions } from './connect-options.ts'
import { connectHandler } from './connect-routes.ts'
import { flowOf } from './flow-cookies.ts'

// Over a service that answers as each test says; test/integration/frameworks.test.ts and test/browser have the real one.
interface Session {
  readonly tenant: string | null
  readonly user: string | null
}

const SESSION: Session = { tenant: 'smart-tax-nation', user: 'ada' }
const connected = {
  kind: 'connected' as const,
  clientId: 'smart-tax-nation',
  provider: 'google',
  scopes: ['calendar'],
  missingScopes: [],
  refreshable: true,
  remedy: null,
  account: 'ada@google.example',
  returnTo: '/settings',
}
const changed = {
  kind: 'account_changed' as const,
  clientId: 'smart-tax-nation',
  provider: 'google',
  account: 'eve@google.example',
  returnTo: '/settings',
  confirmation: 'c1',
}
const flowError = (
  reason: AuthorizationFlowError['reason'],
  end: { outcome?: 'connected' | 'refused' | null; returnTo?: string | null } = {},
): AuthorizationFlowError =>
  new AuthorizationFlowError('a message for the log', reason, { provider: 'google' }, end)

const calls: unknown[][] = []
let answer: () => unknown = () => connected
let redirectUri = 'https://app.example/oauth/callback/google'
const service: Parameters<typeof connectHandler>[0] = {
  authorizationUrl: async (...asked) => {
    calls.push(['authorizationUrl', ...asked])
    const result = answer()
    if (result !== connected) throw result
    const url = 'https://accounts.google.example/auth?state=s1&code_challenge=c'
    return { url, binding: 'b1', redirectUri, expiresAt: new Date(0) }
  },
  handleCallback: async (...asked) => {
    calls.push(['handleCallback', ...asked])
    const result = answer()
    if (result instanceof Error) throw result
    return result as typeof connected
  },
  confirmAccountChange: async (...asked) => {
    calls.push(['confirmAccountChange', ...asked])
    const result = answer()
    if (result instanceof Error) throw result
    return result as typeof connected
  },
}
const OPTIONS: ConnectRoutesOptions<Session> = {
  providers: { google: { scopes: ['calendar'], label: 'Google' }, zoho_crm: {} },
  clientOf: ({ tenant }) => tenant,
  userOf: async ({ user }) => user,
  returnTo: ['/settings'],
  defaultReturnTo: '/home',
}

const FLOW = await flowOf('s1')
const COOKIE = `__Host-evergrant-${FLOW}=b1`
const OWN = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' }

beforeEach(() => {
  calls.length = 0
  answer = () => connected
  redirectUri = 'https://app.example/oauth/callback/google'
})

interface Asked {
  readonly headers?: Record<string, string>
  readonly body?: string
  readonly session?: Session
  readonly options?: Partial<ConnectRoutesOptions<Session>>
}

async function ask(method: string, path: string, asked: Asked = {}): Promise<Response> {
  const { headers = {}, body, session = SESSION, options = {} } = asked
  const handle = connectHandler(service, { ...OPTIONS, ...options })
  const init = {
    method,
    headers: { host: 'app.example', accept: 'text/html', ...headers },
    body: body ?? null,
  }
  const response = await handle(new Request(`http://localhost${path}`, init), session)
  return response ?? new Response('not ours', { status: 418 })
}

const start = (asked: Asked = {}): Promise<Response> =>
  ask('POST', '/oauth/connect/google', { ...asked, headers: { ...OWN, ...asked.headers } })
const callback = (asked: Asked = {}, query = 'code=the-code&state=s1'): Promise<Response> =>
  ask('GET', `/oauth/callback/google?${query}`, { ...asked, headers: { cookie: COOKIE, ...asked.headers } })

describe('starting', () => {
  test('sends the browser to the provider, with a cookie for this flow, and asks for what the app says', async () => {
    const response = await start({
      body: 'returnTo=%2Fsettings&provider=zoho_crm&clientId=other&user=eve&scopes=all',
    })
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toContain('https://accounts.google.example/auth?')
    expect(response.headers.get('set-cookie')).toContain(
      `${COOKIE}; Path=/; Max-Age=600; HttpOnly; Secure; SameSite=Lax`,
    )
    const asked = { scopes: ['calendar'], user: 'ada', returnTo: '/settings' }
    expect(calls).toEqual([['authorizationUrl', 'smart-tax-nation', 'google', asked]])
  })

  test('T18: client, user and scopes come from the session and from code, whatever a request says', async () => {
    const smuggled = 'clientId=other&client=other&tenant=other&user=eve&scope=all&scopes=all'
    const headers = { 'x-tenant': 'other', 'x-client-id': 'other', cookie: 'clientId=other' }
    await ask('POST', `/oauth/connect/google?${smuggled}`, {
      headers: { ...OWN, ...headers },
      body: smuggled,
    })
    const json = JSON.stringify({ clientId: 'other', user: 'eve', __proto__: { tenant: 'other' } })
    await start({ headers: { 'content-type': 'application/json' }, body: json })
    const asked = { scopes: ['calendar'], user: 'ada' }
    expect(calls).toEqual([1, 2].map(() => ['authorizationUrl', 'smart-tax-nation', 'google', asked]))
  })

  test.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])('T23: by %s is refused', async method => {
    const response = await ask(method, '/oauth/connect/google', {
      headers: { 'sec-fetch-site': 'same-origin' },
    })
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
    expect(calls).toEqual([])
  })

  test.each([
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    {},
  ])('T23: by the page of another site is refused: %j', async headers => {
    const response = await ask('POST', '/oauth/connect/google', { headers })
    expect(response.status).toBe(403)
    expect([calls, response.headers.getSetCookie()]).toEqual([[], []])
  })

  test('T21: leads to the default where the form asks for another place', async () => {
    await start({ body: 'returnTo=%2F%5Cevil' })
    await start({ body: 'returnTo=https%3A%2F%2Fevil.example' })
    expect(calls.map(([, , , asked]) => asked)).toEqual(
      [1, 2].map(() => ({ scopes: ['calendar'], user: 'ada' })),
    )
  })

  test.each([
    ['/oauth/connect/github', 404],
    ['/oauth/connect/__proto__', 404],
    ['/oauth/connect/constructor', 404],
    ['/oauth/connect/%E0%A4%A', 404],
    ['/oauth/callback/github?code=c&state=s1', 404],
    ['/oauth/connect/google/', 418],
    ['/oauth/connect', 418],
    ['/oauth/other', 418],
    ['//evil/connect/google', 418],
  ])('what is not offered is not there: %s', async (path, status) => {
    expect((await ask('POST', path, { headers: OWN })).status).toBe(status)
    expect((await ask('GET', path, { headers: OWN })).status).toBe(status)
    expect(calls).toEqual([])
  })

  test('by nobody, or by somebody without a client, is refused', async () => {
    expect((await start({ session: { tenant: null, user: 'ada' } })).status).toBe(401)
    expect((await start({ session: { tenant: 'smart-tax-nation', user: null } })).status).toBe(401)
    expect(calls).toEqual([])
  })

  test('with more than a small form is refused', async () => {
    expect((await start({ body: `returnTo=${'a'.repeat(9_000)}` })).status).toBe(413)
    expect((await start({ body: '<a/>', headers: { 'content-type': 'application/xml' } })).status).toBe(415)
    expect((await start({ body: '{', headers: { 'content-type': 'application/json' } })).status).toBe(400)
    expect(calls).toEqual([])
  })

  test('gives a program the address that it has to open', async () => {
    const response = await start({ headers: { accept: 'application/json' } })
    expect([response.status, response.headers.getSetCookie().length]).toEqual([200, 1])
    expect(await response.json()).toEqual({
      url: 'https://accounts.google.example/auth?state=s1&code_challenge=c',
    })
  })

  test('with the address of the callback, where a proxy takes a part of its path away', async () => {
    await start({ options: { callbackUrl: 'https://app.example/app/oauth/callback' } })
    expect(calls[0]?.[3]).toMatchObject({ callbackUrl: 'https://app.example/app/oauth/callback' })
  })
})

describe('coming back', () => {
  test('T24: ends at a clean address', async () => {
    const response = await callback()
    expect([response.status, response.headers.get('location')]).toEqual([
      303,
      '/settings?connect=connected&provider=google',
    ])
    expect(response.headers.getSetCookie()).toEqual([])
    const options = { binding: 'b1', user: 'ada', clientId: 'smart-tax-nation', provider: 'google' }
    expect(calls).toEqual([['handleCallback', '/oauth/callback/google?code=the-code&state=s1', options]])
  })

  test.each([303, 403, 409])(
    'T24: an answer %i is not stored, not framed, and tells no other page its address',
    async status => {
      if (status === 403) answer = () => flowError('wrong_browser')
      if (status === 409) answer = () => changed
      const { headers, status: given } = await callback()
      expect(given).toBe(status)
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'.*frame-ancestors 'none'/)
      expect(headers.get('content-security-policy')).not.toMatch(/script-src|unsafe/)
    },
  )

  test('what only looks uses up no code', async () => {
    const head = await ask('HEAD', '/oauth/callback/google?code=c&state=s1', { headers: { cookie: COOKIE } })
    expect([head.status, head.headers.getSetCookie()]).toEqual([200, []])
    expect((await callback({ headers: { 'sec-purpose': 'prefetch;prerender' } })).status).toBe(503)
    expect((await ask('PUT', '/oauth/callback/google', { headers: OWN })).status).toBe(405)
    expect((await callback({ session: { tenant: null, user: null } })).status).toBe(401)
    expect(calls).toEqual([])
  })

  test('T14: without the cookie of its beginning it has no binding', async () => {
    for (const cookie of ['', `evergrant-${FLOW}=b1`, `__Host-evergrant-${'0'.repeat(32)}=b1`]) {
      await callback({ headers: { cookie } })
    }
    await callback({ headers: { cookie: COOKIE } }, 'code=c&state=another')
    expect(calls.map(([, , options]) => options)).toEqual(
      [1, 2, 3, 4].map(() => expect.objectContaining({ binding: null })),
    )
  })

  test('T14: the cookie of http on this machine is good for a flow that ends there, and for no other', async () => {
    redirectUri = 'http://localhost:3000/oauth/callback/google'
    const started = await start({ headers: { host: 'localhost:3000' } })
    expect(started.headers.get('set-cookie')).toMatch(new RegExp(`^evergrant-${FLOW}=b1; (?!.*Secure)`))
    await callback({ headers: { host: 'localhost:3000', cookie: `evergrant-${FLOW}=b1` } })
    expect(calls.at(-1)).toMatchObject([
      'handleCallback',
      'http://localhost:3000/oauth/callback/google?code=the-code&state=s1',
      { binding: 'b1' },
    ])
  })

  test('is compared with the address that was told, where one was', async () => {
    await callback({ options: { callbackUrl: 'https://app.example/app/oauth/callback' } })
    expect(calls[0]?.[1]).toBe('https://app.example/app/oauth/callback/google?code=the-code&state=s1')
  })

  test('nasty input 19: a second time shows that it is done, with a way on', async () => {
    answer = () => flowError('already_used', { outcome: 'connected', returnTo: '/settings' })
    const done = await callback()
    expect(done.status).toBe(200)
    expect(await done.text()).toMatch(
      /<h1>Already connected<\/h1>.*href="\/settings\?connect=connected&#38;provider=google"/s,
    )
    answer = () => flowError('already_used')
    expect(await (await callback()).text()).toMatch(/<h1>One moment<\/h1>.*href="\/home"/s)
    answer = () => flowError('already_used', { outcome: 'refused' })
    expect((await callback()).status).toBe(409)
  })

  test('of a user who said no ends where he came from', async () => {
    answer = () => flowError('denied', { returnTo: '/settings' })
    const response = await callback()
    expect([response.status, response.headers.get('location')]).toEqual([
      303,
      '/settings?connect=denied&provider=google',
    ])
  })

  test.each([
    ['wrong_browser', 403, 'Started in another browser'],
    ['wrong_user', 403, 'Started by somebody else'],
    ['wrong_client', 403, 'Started for another account of ours'],
    ['expired', 400, 'That took too long'],
    ['unknown_state', 400, 'This link is not valid'],
    ['refused', 400, 'Google has refused'],
    ['malformed', 400, 'That answer does not fit'],
    ['wrong_issuer', 400, 'That answer does not fit'],
  ] as const)(
    'that ends as %s is told on a page, and to a program as a problem',
    async (reason, status, title) => {
      answer = () => flowError(reason)
      const page = await callback()
      expect([page.status, page.headers.get('content-type')]).toEqual([status, 'text/html; charset=utf-8'])
      expect(await page.text()).toContain(`<h1>${title}</h1>`)
      const problem = await callback({ headers: { accept: 'application/json' } })
      expect([problem.status, problem.headers.get('content-type')]).toEqual([
        status,
        'application/problem+json',
      ])
      expect(await problem.json()).toEqual({
        title,
        status,
        detail: expect.any(String),
        code: 'AUTHORIZATION_FLOW',
        reason,
      })
    },
  )

  test('tells that the provider is down, and leaves faults of the app to the framework', async () => {
    answer = () => new ProviderUnavailableError('a message for the log', { provider: 'google' })
    const response = await callback()
    expect(response.status).toBe(503)
    expect(await response.text()).not.toContain('a message for the log')
    const fault = new ProviderMisconfiguredError('the secret is wrong', { provider: 'google' })
    answer = () => fault
    await expect(callback()).rejects.toBe(fault)
  })

  test('tells the app before the user is sent on', async () => {
    const told: unknown[] = []
    await callback({ options: { onConnected: (...args) => void told.push(args) } })
    expect(told).toEqual([[connected, SESSION]])
    const full = new Error('the disk of the app is full')
    await expect(callback({ options: { onConnected: () => Promise.reject(full) } })).rejects.toBe(full)
  })
})

describe('another account', () => {
  test('T17: is asked about, and replaced only by a form of the same browser', async () => {
    answer = () => changed
    const asking = await callback()
    expect([asking.status, asking.headers.getSetCookie()]).toEqual([409, []])
    const html = await asking.text()
    expect(html).toContain('the account eve@google.example')
    expect(html).toMatch(/<form method="post" action="\.\.\/confirm">/)
    expect(html).toContain('href="/settings?connect=kept&#38;provider=google"')
    const fields = [...html.matchAll(/name="(\w+)" value="(\w+)"/g)].map(
      ([, name = '', value = '']): [string, string] => [name, value],
    )
    expect(Object.fromEntries(fields)).toEqual({ confirmation: 'c1', flow: FLOW })

    answer = () => connected
    calls.length = 0
    const body = new URLSearchParams(fields).toString()
    const response = await ask('POST', '/oauth/confirm', { headers: { ...OWN, cookie: COOKIE }, body })
    expect([response.status, response.headers.get('location')]).toEqual([
      303,
      '/settings?connect=connected&provider=google',
    ])
    expect(calls).toEqual([
      ['confirmAccountChange', 'c1', { binding: 'b1', user: 'ada', clientId: 'smart-tax-nation' }],
    ])
  })

  test.each([
    ['by a link', 'GET', { ...OWN, cookie: COOKIE }, `confirmation=c1&flow=${FLOW}`, 405],
    [
      'from another site',
      'POST',
      { ...OWN, 'sec-fetch-site': 'cross-site' },
      `confirmation=c1&flow=${FLOW}`,
      403,
    ],
    ['with half of the form', 'POST', OWN, 'confirmation=c1', 400],
    ['with a cookie of another name', 'POST', OWN, 'confirmation=c1&flow=sid', 400],
  ])('T23: is not replaced %s', async (_, method, headers, form, status) => {
    const path = method === 'GET' ? `/oauth/confirm?${form}` : '/oauth/confirm'
    const body = method === 'GET' ? {} : { body: form }
    expect((await ask(method, path, { headers, ...body })).status).toBe(status)
    expect(calls).toEqual([])
  })
})

describe('options', () => {
  const refused =
    (options: object): (() => unknown) =>
    () =>
      connectHandler(service, { ...OPTIONS, ...options } as ConnectRoutesOptions<Session>)

  test('that mean nothing are refused at once', () => {
    expect(refused({ scope: {} })).toThrow('connectRoutes() has no option "scope".')
    expect(refused({ providers: { google: { scope: [] } } })).toThrow('Did you mean "scopes"?')
    expect(refused({ providers: { google: null } })).toThrow('providers.google must be an object')
    expect(refused({ providers: undefined })).toThrow('providers must be an object')
    expect(refused({ userOf: undefined })).toThrow('clientOf and userOf must be functions')
    expect(refused({ clientOf: 'smart-tax-nation' })).toThrow('clientOf and userOf must be functions')
    expect(refused({ callbackUrl: '/oauth/callback' })).toThrow('callbackUrl must be an address')
    expect(refused({ allowedOrigins: ['https://app.example/'] })).toThrow('allowedOrigins must be origins')
    expect(refused({ returnTo: ['settings'] })).toThrow('returnTo must be paths')
  })
})
