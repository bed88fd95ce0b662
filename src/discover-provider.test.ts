import { describe, expect, test } from 'vitest'
import { onRequest } from '../test/support/raw-server.ts'
import { useWire } from '../test/support/wire.ts'
import { type DiscoverOptions, discoverProvider } from './discover-provider.ts'
import type { ProviderProfile } from './providers/profile.ts'

const { serve } = useWire()

interface Page {
  readonly status?: number
  readonly header?: string
  readonly body: string | ((origin: string) => object)
}

interface Issuer {
  readonly origin: string
  /** Paths that were asked for, in order. */
  readonly asked: readonly string[]
}

const PLACE = '/.well-known/oauth-authorization-server'
const OPENID = '/.well-known/openid-configuration'

/** A server with these pages; all else is 404. */
async function issuerWith(pages: Readonly<Record<string, Page>>): Promise<Issuer> {
  const asked: string[] = []
  const server = await serve(socket =>
    onRequest(socket, head => {
      const [method = '', path = ''] = head.split(' ')
      asked.push(`${method} ${path}`)
      const { status = 200, header = 'x: y', body } = pages[path] ?? { status: 404, body: 'no' }
      const text = typeof body === 'string' ? body : JSON.stringify(body(server.url.origin))
      socket.write(
        `HTTP/1.1 ${status} X\r\n${header}\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
      )
    }),
  )
  return { origin: server.url.origin, asked }
}

const metadata = (origin: string, more: object = {}): object => ({
  issuer: origin,
  authorization_endpoint: `${origin}/authorize`,
  token_endpoint: `${origin}/token`,
  ...more,
})

function discover(issuer: string, more: Partial<DiscoverOptions> = {}): Promise<ProviderProfile> {
  return discoverProvider({ name: 'login', issuer, timeoutMs: 5_000, ...more })
}

describe('a profile from metadata', () => {
  test('has what RFC 8414 lets a server say, and the careful default for the rest', async () => {
    const { origin, asked } = await issuerWith({
      [PLACE]: {
        body: origin =>
          metadata(origin, {
            revocation_endpoint: `${origin}/revoke`,
            device_authorization_endpoint: `${origin}/device`,
            token_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_basic', 'none'],
            revocation_endpoint_auth_methods_supported: ['client_secret_post'],
            code_challenge_methods_supported: ['S256'],
            scopes_supported: ['openid', 'offline_access'],
            authorization_response_iss_parameter_supported: true,
            subject_types_supported: ['public'],
          }),
      },
    })
    expect(await discover(origin)).toMatchObject({
      name: 'login',
      issuer: origin,
      tokenEndpoint: `${origin}/token`,
      authorizationEndpoint: `${origin}/authorize`,
      revocationEndpoint: `${origin}/revoke`,
      deviceAuthorizationEndpoint: `${origin}/device`,
      clientAuthentication: 'client_secret_basic',
      revocation: { clientAuthentication: 'client_secret_post' },
      authorization: {
        pkce: 'supported',
        refreshTokenScopes: ['offline_access'],
        parameters: { prompt: 'consent' },
        answersIssuer: true,
      },
      account: { kind: 'id_token', claim: 'sub' },
      traits: { rotation: 'strict', lifetimeMs: null },
      apiHosts: [],
    })
    expect(asked).toEqual([`GET ${PLACE}`])
  })

  test('takes silence as the standard has it, and what is given before what is said', async () => {
    const { origin } = await issuerWith({ [PLACE]: { body: origin => metadata(origin) } })
    expect(await discover(origin)).toMatchObject({
      clientAuthentication: 'client_secret_basic',
      revocationEndpoint: null,
      authorization: { pkce: null, refreshTokenScopes: [], parameters: {}, answersIssuer: false },
      account: null,
    })
    const given = {
      clientAuthentication: 'none',
      tokenEndpoint: 'https://other.example/token',
      traits: { rotation: 'window' },
      authorization: { pkce: 'required' },
    } as const
    expect(await discover(origin, given)).toMatchObject(given)
  })

  test('is looked for where OpenID Connect has it, after that', async () => {
    const { origin, asked } = await issuerWith({ [OPENID]: { body: origin => metadata(origin) } })
    expect((await discover(origin)).tokenEndpoint).toBe(`${origin}/token`)
    expect(asked).toEqual([`GET ${PLACE}`, `GET ${OPENID}`])
  })

  test('is found for an issuer with a path: before the path, and behind it', async () => {
    const pages = {
      [`/realms/a${OPENID}`]: { body: (o: string) => metadata(o, { issuer: `${o}/realms/a` }) },
    }
    const { origin, asked } = await issuerWith(pages)
    expect((await discover(`${origin}/realms/a`)).issuer).toBe(`${origin}/realms/a`)
    expect(asked).toEqual([`GET ${PLACE}/realms/a`, `GET /realms/a${OPENID}`])
  })
})

describe('metadata that are refused', () => {
  test.each<[string, (origin: string) => unknown]>([
    ['name another issuer', () => 'https://evil.example'],
    ['name it with a slash more', origin => `${origin}/`],
    ['name it in capitals', origin => origin.toUpperCase()],
    ['name none', () => undefined],
    ['name it in a list', origin => [origin]],
  ])('%s', async (_, issuer) => {
    const { origin, asked } = await issuerWith({
      [PLACE]: { body: origin => metadata(origin, { issuer: issuer(origin) }) },
      [OPENID]: { body: origin => metadata(origin) },
    })
    await expect(discover(origin)).rejects.toMatchObject({ code: 'PROVIDER_RESPONSE' })
    expect(asked).toHaveLength(1)
  })

  test.each<[string, Page]>([
    ['are no JSON', { body: '<html>' }],
    ['are a list', { body: '[]' }],
    ['are nothing', { body: '' }],
    ['name no token endpoint', { body: origin => ({ issuer: origin }) }],
    [
      'name a token endpoint that is no text',
      { body: origin => metadata(origin, { token_endpoint: ['x'] }) },
    ],
    [
      'name no way to prove the app that is known',
      { body: origin => metadata(origin, { token_endpoint_auth_methods_supported: ['private_key_jwt'] }) },
    ],
  ])('%s', async (_, page) => {
    const { origin } = await issuerWith({ [PLACE]: page })
    await expect(discover(origin)).rejects.toMatchObject({ code: 'PROVIDER_RESPONSE' })
  })

  test.each(['http://id.example/token', 'file:///etc/passwd', 'token'])(
    'name the endpoint %s',
    async endpoint => {
      const { origin } = await issuerWith({
        [PLACE]: { body: origin => metadata(origin, { token_endpoint: endpoint }) },
      })
      await expect(discover(origin)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    },
  )

  test.each([301, 302, 307, 308])('lie behind a redirect (%i), which is not followed', async status => {
    const other = await issuerWith({ [PLACE]: { body: origin => metadata(origin) } })
    const header = `location: ${other.origin}${PLACE}`
    const { origin } = await issuerWith({
      [PLACE]: { status, header, body: '' },
      [OPENID]: { status, header, body: '' },
    })
    await expect(discover(origin)).rejects.toThrow(/no metadata at either place.*not followed/)
    expect(other.asked).toEqual([])
  })

  test('are longer than 64 KiB', async () => {
    const { origin } = await issuerWith({
      [PLACE]: { body: origin => metadata(origin, { filler: 'x'.repeat(70_000) }) },
    })
    await expect(discover(origin)).rejects.toMatchObject({ code: 'PROVIDER_UNAVAILABLE' })
  })

  test('do not come in time', async () => {
    const server = await serve(socket => onRequest(socket, () => {}))
    await expect(discover(server.url.origin, { timeoutMs: 200 })).rejects.toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
      message: expect.stringContaining('TIMEOUT'),
    })
  })

  test.each([
    'http://id.example',
    'https://user:canary@id.example',
    'https://id.example?x=canary',
    'https://id.example#canary',
    'id.example',
    '',
  ])('are those of %j, which is not asked', async issuer => {
    await expect(discover(issuer)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.not.stringContaining('canary'),
    })
  })
})
