import { inspect } from 'node:util'
import { beforeEach, describe, expect, test } from 'vitest'
import { onRequest, rawServer } from '../../test/support/raw-server.ts'
import { useWire } from '../../test/support/wire.ts'
import { systemClock } from '../clock.ts'
import type { RefreshRequest } from '../ports/provider.ts'
import { Secret } from '../secret.ts'
import { defineProvider } from './define-provider.ts'
import { genericProvider } from './generic-provider.ts'
import { OAuth2Provider } from './oauth2-provider.ts'
import type { ClientAuthentication, ProviderProfile } from './profile.ts'
import { zohoCrm } from './zoho.ts'

interface SeenRequest {
  readonly line: string
  readonly headers: Headers
  readonly body: string
}

const { serve: serveRaw, transport } = useWire()
let seen: SeenRequest[]

beforeEach(() => {
  seen = []
})

/** A server that answers every request the same way; gives its origin. */
async function serve(status: number, body: string, header = 'x: y'): Promise<string> {
  const server = await serveRaw(socket =>
    onRequest(socket, (head, requestBody) => {
      const [line = '', ...headers] = head.split('\r\n')
      seen.push({
        line,
        headers: new Headers(
          headers.map(text => [text.slice(0, text.indexOf(':')), text.slice(text.indexOf(':') + 1).trim()]),
        ),
        body: requestBody,
      })
      socket.write(
        `HTTP/1.1 ${status} X\r\n${header}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      )
    }),
  )
  return server.url.origin
}

function providerOf(profile: ProviderProfile): OAuth2Provider {
  return new OAuth2Provider(profile, { transport: transport(), clock: systemClock })
}

function generic(
  origin: string,
  clientAuthentication: ClientAuthentication = 'client_secret_post',
): OAuth2Provider {
  return providerOf(
    genericProvider({
      name: 'acme',
      tokenEndpoint: `${origin}/token?tenant=7`,
      revocationEndpoint: `${origin}/revoke`,
      clientAuthentication,
    }),
  )
}

function refreshRequest(overrides: Partial<RefreshRequest> = {}): RefreshRequest {
  return {
    app: { clientId: 'app id:+', clientSecret: Secret.of('canary-secret&=:%') },
    refreshToken: Secret.of('canary+refresh/token='),
    metadata: {},
    timeoutMs: 10_000,
    until: Infinity,
    ...overrides,
  }
}

const issued = '{"access_token":"a","refresh_token":"next","token_type":"bearer","expires_in":3600}'

describe('a refresh', () => {
  test('is late, and not sent, when it could not be over before its lease', async () => {
    const server = await serve(200, issued)
    const until = performance.now() + 9_000
    expect(await generic(server).refresh(refreshRequest({ until }))).toEqual({ kind: 'late' })
    expect(await generic(server).refresh(refreshRequest({ until, timeoutMs: 1_000 }))).toMatchObject({
      kind: 'issued',
    })
  })

  test('is a POST of a form with everything in its body (RFC 6749 §6)', async () => {
    const answer = await generic(await serve(200, issued)).refresh(refreshRequest())
    expect(answer).toMatchObject({ kind: 'issued', tokens: { expiresInMs: 3_600_000 } })
    const [request] = seen
    expect(request?.line).toBe('POST /token?tenant=7 HTTP/1.1')
    expect(request?.headers.get('content-type')).toContain('application/x-www-form-urlencoded')
    expect(request?.headers.get('accept')).toBe('application/json')
    expect(request?.headers.has('authorization')).toBe(false)
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'canary+refresh/token=',
      client_id: 'app id:+',
      client_secret: 'canary-secret&=:%',
    })
  })

  test('by Basic encodes id and secret as a form does (RFC 6749 §2.3.1)', async () => {
    const app = { clientId: 'app id:ü', clientSecret: Secret.of('s+e/c:r%e&t=~') }
    await generic(await serve(200, issued), 'client_secret_basic').refresh(refreshRequest({ app }))
    const authorization = seen[0]?.headers.get('authorization') ?? ''
    expect(Buffer.from(authorization.replace('Basic ', ''), 'base64').toString()).toBe(
      'app+id%3A%C3%BC:s%2Be%2Fc%3Ar%25e%26t%3D%7E',
    )
    expect(seen[0]?.body).not.toContain('client_secret')
  })

  test('by Basic leaves alone what a form does not encode: many servers do not decode', async () => {
    const app = { clientId: '12-ab.apps_x*', clientSecret: Secret.of('Az09-._*') }
    await generic(await serve(200, issued), 'client_secret_basic').refresh(refreshRequest({ app }))
    const authorization = seen[0]?.headers.get('authorization') ?? ''
    expect(Buffer.from(authorization.replace('Basic ', ''), 'base64').toString()).toBe(
      '12-ab.apps_x*:Az09-._*',
    )
  })

  test.each([
    ['a:b', 'c:d', 'a%3Ab:c%3Ad'],
    ['a%41', '100%', 'a%2541:100%25'],
    ['an app', ' s ', 'an+app:+s+'],
    ['a+b', '+/=&', 'a%2Bb:%2B%2F%3D%26'],
    ['ä€', '日🔑', '%C3%A4%E2%82%AC:%E6%97%A5%F0%9F%94%91'],
  ])('by Basic form-encodes the id %j and the secret %j', async (clientId, secret, sent) => {
    const app = { clientId, clientSecret: Secret.of(secret) }
    await generic(await serve(200, issued), 'client_secret_basic').refresh(refreshRequest({ app }))
    const authorization = seen[0]?.headers.get('authorization') ?? ''
    expect(Buffer.from(authorization.replace('Basic ', ''), 'base64').toString()).toBe(sent)
  })

  test('by a public client sends its id and no secret', async () => {
    const answer = await generic(await serve(200, issued), 'none').refresh(refreshRequest())
    expect(answer.kind).toBe('issued')
    expect(seen[0]?.body).toContain('client_id=app')
    expect(seen[0]?.body).not.toContain('canary-secret')
  })

  test.each([
    { clientId: 'app', clientSecret: null },
    { clientId: 'app', clientSecret: Secret.of('') },
    { clientId: '', clientSecret: Secret.of('s') },
  ])('without an id or a secret is misconfigured and sends nothing', async app => {
    const answer = await generic(await serve(200, issued)).refresh(refreshRequest({ app }))
    expect(answer.kind).toBe('misconfigured')
    expect(seen).toEqual([])
  })

  test('of an empty refresh token is unsent', async () => {
    const answer = await generic(await serve(200, issued)).refresh(
      refreshRequest({ refreshToken: Secret.of('') }),
    )
    expect(answer).toEqual({ kind: 'unsent', detail: 'INVALID_REQUEST' })
    expect(seen).toEqual([])
  })

  test('of Zoho goes to the accounts server, with no secret in the URL', async () => {
    const accountsServer = await serve(200, '{"error":"invalid_code"}')
    const answer = await providerOf(zohoCrm({ accountsServer })).refresh(refreshRequest())
    expect(answer).toMatchObject({ kind: 'refused', detail: 'HTTP 200, invalid_code' })
    expect(seen[0]?.line).toBe('POST /oauth/v2/token HTTP/1.1')
    expect(seen[0]?.body).toContain('canary')
  })

  test.each([301, 302, 303, 307, 308])('answered by a redirect (%i) goes no further', async status => {
    const hopTwo = await serveRaw(() => {})
    const origin = await serve(status, issued, `location: ${hopTwo.url.href}`)
    const answer = await generic(origin).refresh(refreshRequest())
    expect(answer).toMatchObject({ kind: 'ambiguous', code: 'PROVIDER_RESPONSE' })
    expect(hopTwo.connections).toHaveLength(0)
    expect(seen).toHaveLength(1)
  })

  test('to a page that refreshes itself elsewhere goes no further', async () => {
    const hopTwo = await serveRaw(() => {})
    const origin = await serve(200, `<meta http-equiv="refresh" content="0;url=${hopTwo.url.href}">`)
    expect((await generic(origin).refresh(refreshRequest())).kind).toBe('ambiguous')
    expect(hopTwo.connections).toHaveLength(0)
  })

  test('to a port where nobody listens is unsent', async () => {
    const server = await rawServer(() => {})
    await server[Symbol.asyncDispose]()
    const answer = await generic(server.url.origin).refresh(refreshRequest())
    expect(answer).toEqual({ kind: 'unsent', detail: 'ECONNREFUSED' })
  })

  test('with metadata of a hostile data centre is refused before anything is sent', async () => {
    const hostile = await serveRaw(() => {})
    const provider = providerOf(zohoCrm())
    for (const metadata of [{ api_domain: hostile.url.origin }, { location: hostile.url.host }]) {
      await expect(provider.refresh(refreshRequest({ metadata }))).rejects.toMatchObject({
        code: 'INVALID_INPUT',
      })
      await expect(
        provider.revoke({
          app: null,
          token: Secret.of('r'),
          kind: 'refresh_token',
          metadata,
          timeoutMs: 1_000,
        }),
      ).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    }
    expect(hostile.connections).toHaveLength(0)
  })

  test('lets no secret out of an answer that echoes it', async () => {
    for (const [status, body] of [
      [400, '{"error":"canary-secret","error_description":"canary-secret canary+refresh"}'],
      [200, '{"access_token":["canary-secret"],"token_type":"canary-secret"}'],
      [200, '{"access_token":"canary-secret'],
    ] as const) {
      const answer = await generic(await serve(status, body)).refresh(refreshRequest())
      expect(inspect(answer, { showHidden: true, depth: 9 })).not.toContain('canary')
    }
  })
})

describe('an endpoint that a profile finds', () => {
  test.each(['http://id.acme.example/token', 'not a URL', 'https://user:canary@id.acme.example/'])(
    'is refused when it is %s',
    endpoint => {
      const provider = providerOf(defineProvider({ name: 'acme', tokenEndpoint: () => endpoint }))
      expect(() => provider.endpointOf({})).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }))
      expect(() => provider.endpointOf({})).not.toThrow(/canary/)
    },
  )
})

describe('a revocation', () => {
  const token = Secret.of('canary+refresh/token=')
  const app = { clientId: 'app', clientSecret: Secret.of('canary-secret') }
  const request = { app, token, kind: 'refresh_token', metadata: {}, timeoutMs: 10_000 } as const

  test('of plain OAuth 2 is that of RFC 7009', async () => {
    const provider = generic(await serve(200, ''))
    expect(await provider.revoke(request)).toEqual({ kind: 'revoked' })
    expect(seen[0]?.line).toBe('POST /revoke HTTP/1.1')
    expect(Object.fromEntries(new URLSearchParams(seen[0]?.body))).toEqual({
      token: 'canary+refresh/token=',
      token_type_hint: 'refresh_token',
      client_id: 'app',
      client_secret: 'canary-secret',
    })
  })

  test.each([200, 400])(
    'of Zoho carries the token alone, in its body, and is done with status %i',
    async status => {
      const accountsServer = await serve(status, '<html>')
      expect(await providerOf(zohoCrm({ accountsServer })).revoke({ ...request, app: null })).toEqual({
        kind: 'revoked',
      })
      expect(seen[0]?.line).toBe('POST /oauth/v2/token/revoke HTTP/1.1')
      expect(seen[0]?.headers.get('content-type')).toContain('application/x-www-form-urlencoded')
      expect(seen[0]?.body).toBe(new URLSearchParams({ token: token.reveal() }).toString())
    },
  )

  test.each([302, 400, 401, 500, 503])('answered with status %i is to be tried again', async status => {
    const answer = await generic(await serve(status, '{"error":"canary"}')).revoke(request)
    expect(answer).toEqual({ kind: 'failed', detail: `HTTP ${status}`, retryAfterMs: null })
  })

  test('that is told when to come again tells so', async () => {
    const server = await serve(503, '', 'retry-after: 90')
    expect(await generic(server).revoke(request)).toEqual({
      kind: 'failed',
      detail: 'HTTP 503',
      retryAfterMs: 90_000,
    })
  })

  test('of an access token says that it is one', async () => {
    await generic(await serve(200, '')).revoke({ ...request, kind: 'access_token' })
    expect(new URLSearchParams(seen[0]?.body).get('token_type_hint')).toBe('access_token')
  })

  test('without app credentials, where they are needed, is not sent', async () => {
    const provider = generic(await serve(200, ''))
    expect(await provider.revoke({ ...request, app: null })).toEqual({
      kind: 'failed',
      detail: 'NO_APP_CREDENTIALS',
      retryAfterMs: null,
    })
    expect(seen).toEqual([])
  })

  test('is not supported where the profile has no endpoint', async () => {
    const provider = providerOf(
      genericProvider({ name: 'acme', tokenEndpoint: 'https://id.acme.example/token' }),
    )
    expect(await provider.revoke(request)).toEqual({ kind: 'unsupported' })
  })
})
