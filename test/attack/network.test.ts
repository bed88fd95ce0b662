import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { genericProvider } from 'evergrant/providers'
import { afterEach, describe, expect, test } from 'vitest'
import { assemblyOf } from '../../src/service.ts'
import { run } from '../support/processes.ts'
import { onRequest, type RawServer, rawServer } from '../support/raw-server.ts'
import { CLIENT, CREDENTIALS, KEYS, serviceWorld } from '../support/services.ts'
import { selfSigned } from '../support/wire.ts'
import { json } from '../trust/token-endpoint.ts'

/* The network between us and a token endpoint, each way in which it can fail: through the whole service. */
const world = await serviceWorld()
const servers: RawServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]()
})

const fresh = json({ access_token: 'fresh', token_type: 'Bearer', expires_in: 3_600, refresh_token: 'next' })

async function serve(...parameters: Parameters<typeof rawServer>): Promise<string> {
  const server = await rawServer(...parameters)
  servers.push(server)
  return server.url.href
}

/** A port where nobody listens. */
async function closedPort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return `http://127.0.0.1:${port}/token`
}

const asHttps = (url: string): string => url.replace('http:', 'https:')

/** `unsent`: no byte of the refresh token left. `sent`: it may have been spent. */
const faults: readonly [string, 'unsent' | 'sent', RegExp, () => Promise<string>][] = [
  [
    'a name that does not resolve',
    'unsent',
    /^(ENOTFOUND|EAI_AGAIN|TIMEOUT)$/,
    async () => 'https://accounts.evergrant.invalid/token',
  ],
  ['a port that refuses', 'unsent', /^ECONNREFUSED$/, closedPort],
  [
    'a reset while TLS begins',
    'unsent',
    /^ECONNRESET$/,
    async () => asHttps(await serve(socket => socket.on('data', () => socket.resetAndDestroy()))),
  ],
  [
    'a handshake of TLS that is swallowed',
    'unsent',
    /^TIMEOUT$/,
    async () => asHttps(await serve(socket => socket.resume())),
  ],
  [
    'a certificate that nobody vouches for',
    'unsent',
    /^DEPTH_ZERO_SELF_SIGNED_CERT$/,
    () => serve(socket => socket.resume(), createTlsServer(selfSigned)),
  ],
  ['a request that is swallowed', 'sent', /TIMEOUT/, () => serve(socket => socket.resume())],
  [
    'a reset after the request',
    'sent',
    /ECONNRESET/,
    () => serve(socket => onRequest(socket, () => socket.resetAndDestroy())),
  ],
  [
    'the other end closed after the request',
    'sent',
    /ECONNRESET|CONNECTION_CLOSED/,
    () => serve(socket => onRequest(socket, () => socket.end())),
  ],
  [
    'a reset in the middle of the answer',
    'sent',
    /ECONNRESET|CONNECTION_CLOSED/,
    () =>
      serve(socket =>
        onRequest(socket, () => socket.write(fresh.subarray(0, 60), () => socket.resetAndDestroy())),
      ),
  ],
  [
    'an answer that stops in the middle',
    'sent',
    /TIMEOUT/,
    () => serve(socket => onRequest(socket, () => socket.write(fresh.subarray(0, 60)))),
  ],
]

async function service(tokenEndpoint: string) {
  const profile = genericProvider({ name: 'acme', tokenEndpoint, rotation: 'strict' })
  const policy = { requestTimeoutMs: 1_000, leaseMs: 3_000 }
  const tokens = await world.open('memory:', { policy, providers: { acme: { profile, ...CREDENTIALS } } })
  await tokens.storeTokens(CLIENT, 'acme', { accessToken: 'old', refreshToken: 'stored', expiresIn: 3_600 })
  return tokens
}

describe('a token endpoint behind a broken network', () => {
  test.each(faults)(
    'F41: %s is typed and worth a retry, ends by the deadline, and costs nothing that is stored',
    async (_, kind, detail, place) => {
      const tokens = await service(await place())
      await expect(tokens.refreshToken(CLIENT, 'acme')).rejects.toMatchObject({
        code: 'PROVIDER_UNAVAILABLE',
        retryable: true,
        clientId: CLIENT,
      })
      expect(await tokens.getAccessToken(CLIENT, 'acme')).toBe('old')
      const record = await tokens.getTokenRecord(CLIENT, 'acme')
      expect(record).toMatchObject({ status: 'active', lastError: 'PROVIDER_UNAVAILABLE', leaseUntil: null })
      expect(record?.refreshToken?.reveal()).toBe('stored')
      // What is on record decides whether a strictly rotating provider may be asked again at once.
      const row = await (await assemblyOf(tokens)).ports.store.read({ clientId: CLIENT, provider: 'acme' })
      expect(row?.attemptId === null ? 'unsent' : 'sent').toBe(kind)
      const details = world.events.flatMap(event => (event.type === 'refresh_failed' ? [event.detail] : []))
      expect(details).toEqual([expect.stringMatching(kind === 'unsent' ? detail : /no whole answer/)])
      expect(details[0]).toMatch(detail)
    },
  )

  test('F41: a connection that was kept and whose other end is gone without a word: the deadline ends it', async () => {
    let silent = false
    const url = await serve(socket =>
      onRequest(socket, () => {
        if (!silent) socket.write(fresh)
      }),
    )
    const tokens = await service(url)
    expect((await tokens.refreshToken(CLIENT, 'acme')).accessToken).toBe('fresh')
    silent = true
    const failure = { code: 'PROVIDER_UNAVAILABLE', retryable: true }
    await expect(tokens.refreshToken(CLIENT, 'acme')).rejects.toMatchObject(failure)
    expect(servers[0]?.connections).toHaveLength(1)
    expect(await tokens.getAccessToken(CLIENT, 'acme')).toBe('fresh')
  })
})

describe('a certificate', () => {
  const certificate = (name: string): string => fileURLToPath(new URL(`../support/${name}`, import.meta.url))

  /** A process that trusts the certificate refreshes once: what it got, and what is stored then. */
  async function refreshAt(name: string): Promise<unknown> {
    const cert = readFileSync(certificate(name))
    const url = await serve(
      socket => onRequest(socket, () => socket.write(fresh)),
      createTlsServer({ key: selfSigned.key, cert }),
    )
    const { stdout } = await run(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { OAuthTokenService } from 'evergrant'
         import { genericProvider } from 'evergrant/providers'
         const profile = genericProvider({ name: 'acme', tokenEndpoint: '${url}', rotation: 'strict' })
         const details = []
         const tokens = await OAuthTokenService.open({
           database: 'memory:', encryptionKeys: '${KEYS}',
           providers: { acme: { profile, clientId: 'a', clientSecret: 'b' } },
           onEvent: ({ type, detail }) => type === 'refresh_failed' && details.push(detail),
         })
         await tokens.storeTokens('c', 'acme', { accessToken: 'old', refreshToken: 'stored', expiresIn: 3600 })
         const got = await tokens.refreshToken('c', 'acme').then(token => token.accessToken, error => error.code)
         const record = await tokens.getTokenRecord('c', 'acme')
         console.log(JSON.stringify([got, details[0] ?? null, record.refreshToken.reveal(), record.status]))`,
      ],
      { env: { NODE_EXTRA_CA_CERTS: certificate(name) } },
    )
    return JSON.parse(stdout)
  }

  test('F41: that has expired is no token endpoint: nothing is sent, and the grant stays', async () => {
    expect(await refreshAt('self-signed.cert.pem')).toEqual(['fresh', null, 'next', 'active'])
    expect(await refreshAt('expired.cert.pem')).toEqual([
      'PROVIDER_UNAVAILABLE',
      'CERT_HAS_EXPIRED',
      'stored',
      'active',
    ])
  })
})
