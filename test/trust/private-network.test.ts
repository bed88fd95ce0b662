import type { LookupAddress } from 'node:dns'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { discoverProvider } from 'evergrant'
import { defineProvider, genericProvider, type ProviderDefinition } from 'evergrant/providers'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import type { TransportAnswer } from '../../src/ports/transport.ts'
import { httpTransport } from '../../src/transport/http-transport.ts'
import { CLIENT, CREDENTIALS, serviceWorld } from '../support/services.ts'
import { makeCanary } from './canary.ts'
import { PRIVATE_URLS, RESOLVED } from './private-urls.ts'
import { answer, json, tokenEndpoint } from './token-endpoint.ts'

const { open } = await serviceWorld()
const canary = makeCanary()
const endpoint = await tokenEndpoint()

/** Everything of this machine listens: loopback of both kinds, and whatever else it has. */
let connections = 0
const listener = createServer(socket => {
  connections += 1
  socket.destroy()
}).listen(0, '::')
await once(listener, 'listening')
const { port } = listener.address() as AddressInfo
afterAll(() => void listener.close())
beforeEach(() => {
  connections = 0
})

const resolve = async (hostname: string): Promise<readonly LookupAddress[]> => {
  const addresses = RESOLVED[hostname.replace(/\.$/, '')]
  if (addresses === undefined) throw Object.assign(new Error('x'), { code: 'ENOTFOUND' })
  return addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 }))
}
const transport = httpTransport(systemClock, resolve)
afterAll(() => transport.close())

const send = (url: string, more: object = {}): Promise<TransportAnswer> =>
  transport.send({ url: new URL(url), headers: {}, body: 'x=canary', timeoutMs: 2_000, ...more })

describe('a URL that leads into the private network', () => {
  test('T11: there are at least 60 of them', () => {
    expect(new Set(PRIVATE_URLS).size).toBeGreaterThanOrEqual(60)
  })

  test.each(PRIVATE_URLS)('T11: %s is not asked', async template => {
    const text = template.replaceAll('PORT', String(port))
    // What is no URL is asked by nobody.
    if (URL.canParse(text)) {
      for (const method of ['POST', 'GET', 'DELETE']) {
        const answer = await send(text, { method })
        expect(answer).toEqual({
          kind: 'unsent',
          reason: expect.stringMatching(/^(ADDRESS_NOT_PUBLIC|INSECURE_URL)$/),
        })
      }
    }
    expect(connections).toBe(0)
  })

  test('T11: and the listener there does see who connects', async () => {
    for (const host of ['0x7f.1', '[::1]', 'localhost'])
      await send(`https://${host}:${port}/`, { reach: 'anywhere' })
    await expect.poll(() => connections).toBe(3)
  })

  test('T11: a connection that was kept by a request that may go anywhere is not taken', async () => {
    const url = endpoint.url
    expect(await send(url, { reach: 'anywhere' })).toMatchObject({ kind: 'answered' })
    expect(await send(url)).toEqual({ kind: 'unsent', reason: 'ADDRESS_NOT_PUBLIC' })
    expect(endpoint.asked).toHaveLength(1)
  })
})

describe('a name that changes where it leads (DNS rebinding)', () => {
  // A range that IANA has given to nobody, and that counts as public.
  const PUBLIC = { address: '2d00::1', family: 6 }
  const LOOPBACK = { address: '127.0.0.1', family: 4 }

  test('T11: is resolved once for a connection, which goes to the address that was checked', async () => {
    const asked: string[] = []
    const rebinding = httpTransport(systemClock, async hostname => {
      asked.push(hostname)
      return [asked.length % 2 === 1 ? PUBLIC : LOOPBACK]
    })
    const request = {
      url: new URL(`https://id.acme.example:${port}/`),
      headers: {},
      body: '',
      timeoutMs: 300,
    }
    for (let round = 1; round <= 10; round += 1) {
      const first = await rebinding.send(request)
      // Nobody is there: no route, or silence. Not the answer of the check.
      expect(first).toMatchObject({ kind: 'unsent', reason: expect.not.stringContaining('PUBLIC') })
      expect(asked).toHaveLength(round * 2 - 1)
      expect(await rebinding.send(request)).toEqual({ kind: 'unsent', reason: 'ADDRESS_NOT_PUBLIC' })
      expect(asked).toHaveLength(round * 2)
    }
    await rebinding.close()
    expect(connections).toBe(0)
  })

  test('T11: and a resolver that answers with both at once gets nothing', async () => {
    for (const both of [
      [PUBLIC, LOOPBACK],
      [LOOPBACK, PUBLIC],
    ]) {
      const mixed = httpTransport(systemClock, async () => both)
      const request = {
        url: new URL(`https://id.acme.example:${port}/`),
        headers: {},
        body: '',
        timeoutMs: 300,
      }
      expect(await mixed.send(request)).toEqual({ kind: 'unsent', reason: 'ADDRESS_NOT_PUBLIC' })
      await mixed.close()
    }
    expect(connections).toBe(0)
  })
})

describe('a provider whose host came with the grant', () => {
  const tokenEndpoint = (metadata: Readonly<Record<string, unknown>>): string => {
    if (typeof metadata.url !== 'string') throw new TypeError('no url')
    return metadata.url
  }

  async function grantAt(url: string, definition: Partial<ProviderDefinition> = {}) {
    const profile = defineProvider({
      name: 'acme',
      tokenEndpoint,
      revocationEndpoint: tokenEndpoint,
      ...definition,
    })
    const tokens = await open('memory:', { providers: { acme: { profile, ...CREDENTIALS } } })
    const stored = { accessToken: canary.secret('access'), refreshToken: canary.secret('refresh') }
    await tokens.storeTokens(CLIENT, 'acme', { ...stored, metadata: { url } })
    return tokens
  }

  test.each([
    'https://127.0.0.1/canary',
    'https://10.11.12.13/canary',
    'https://169.254.169.254/latest/meta-data/canary',
    'https://[::ffff:10.11.12.13]/canary',
    'https://metadata.google.internal/canary',
    'https://canary-intranet/',
    'http://127.0.0.1/canary',
  ])('T11: at %s is not asked, and the error says why and what to do', async url => {
    const tokens = await grantAt(url)
    const error = await tokens.refreshToken(CLIENT, 'acme').catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'PROVIDER_MISCONFIGURED', retryable: false })
    expect(String(error)).toMatch(/not sent: the host is not on the public internet; allowPrivateNetwork/)
    expect(String(error)).not.toMatch(/canary|\d\.\d|client id/)
    expect((await tokens.getTokenRecord(CLIENT, 'acme'))?.status).toBe('active')
    const revoked = await tokens
      .deleteToken(CLIENT, 'acme', { revoke: true })
      .catch((error: unknown) => error)
    expect(String(revoked)).toContain('ADDRESS_NOT_PUBLIC')
    expect(connections).toBe(0)
  })

  test('T11: at a port that nobody named is not asked, wherever it is', async () => {
    for (const url of [
      `http://127.0.0.1:${port}/`,
      `https://[::1]:${port}/`,
      'https://id.acme.example:22/',
    ]) {
      for (const allowPrivateNetwork of [null, false, true]) {
        const tokens = await grantAt(url, { allowPrivateNetwork })
        await expect(tokens.refreshToken(CLIENT, 'acme')).rejects.toMatchObject({
          code: 'PROVIDER_MISCONFIGURED',
          message: expect.stringContaining('not sent: the port is neither 443 nor named in code'),
        })
      }
    }
    expect(connections).toBe(0)
  })

  test('T11: in the own network is asked when the code allows it and names the port', async () => {
    const { host } = new URL(endpoint.url)
    const tokens = await grantAt(endpoint.url, { allowPrivateNetwork: true, endpointHosts: [host] })
    expect((await tokens.refreshToken(CLIENT, 'acme')).accessToken).toBe('fresh')
  })

  test('T11: or that stands in a profile of one’s own, is checked as well', async () => {
    const profile = genericProvider({ name: 'acme', tokenEndpoint: 'https://10.11.12.13/token' })
    const tokens = await open('memory:', { providers: { acme: { profile, ...CREDENTIALS } } })
    await tokens.storeTokens(CLIENT, 'acme', { accessToken: 'old', refreshToken: canary.secret('refresh') })
    await expect(tokens.refreshToken(CLIENT, 'acme')).rejects.toMatchObject({
      code: 'PROVIDER_MISCONFIGURED',
    })
  })

  test('T11: the options of the back end have the last word', async () => {
    const profile = genericProvider({ name: 'acme', tokenEndpoint: endpoint.url })
    for (const [allowPrivateNetwork, outcome] of [
      [false, 'PROVIDER_MISCONFIGURED'],
      [true, 'fresh'],
      [undefined, 'fresh'],
    ] as const) {
      const tokens = await open('memory:', {
        providers: { acme: { profile, ...CREDENTIALS, allowPrivateNetwork } },
      })
      await tokens.storeTokens(CLIENT, 'acme', { accessToken: 'old', refreshToken: canary.secret('refresh') })
      const got = await tokens.refreshToken(CLIENT, 'acme').then(
        ({ accessToken }) => accessToken,
        (error: { code: string }) => error.code,
      )
      expect([allowPrivateNetwork, got]).toEqual([allowPrivateNetwork, outcome])
    }
  })
})

describe('an issuer that is asked what it is', () => {
  const PLACE = '/.well-known/oauth-authorization-server'
  const issuer = new URL(endpoint.url).origin

  test.each([
    'https://10.11.12.13',
    'https://169.254.169.254',
    'https://intranet',
    'https://metadata.google.internal',
  ])('T11: and is %s, is not asked', async issuer => {
    await expect(discoverProvider({ name: 'acme', issuer })).rejects.toMatchObject({
      code: 'PROVIDER_MISCONFIGURED',
      message: expect.stringMatching(/was not asked .* not on the public internet; allowPrivateNetwork/),
    })
  })

  test('T11: and is on loopback, is not asked where the code says that it comes from others', async () => {
    for (const issuer of [`http://127.0.0.1:${port}`, `https://[::1]:${port}`, `https://localhost:${port}`]) {
      const refused = discoverProvider({ name: 'acme', issuer, allowPrivateNetwork: false })
      await expect(refused).rejects.toMatchObject({ code: 'PROVIDER_MISCONFIGURED' })
      expect(connections).toBe(0)
    }
  })

  test.each([
    'token_endpoint',
    'revocation_endpoint',
    'device_authorization_endpoint',
    'authorization_endpoint',
  ])('T11: names no %s on this machine, and none on a port of its choice', async member => {
    for (const elsewhere of [
      `http://127.0.0.1:${port}/`,
      'https://localhost/',
      'https://id.acme.example:22/',
    ]) {
      const metadata = { issuer, token_endpoint: `${issuer}/token`, [member]: elsewhere }
      endpoint.replies.push(json(metadata))
      await expect(discoverProvider({ name: 'acme', issuer })).rejects.toMatchObject({
        code: 'PROVIDER_RESPONSE',
      })
      endpoint.replies.push(json(metadata))
      const allowed = await discoverProvider({ name: 'acme', issuer, allowPrivateNetwork: true })
      expect(JSON.stringify(allowed)).toContain(elsewhere)
    }
    expect(connections).toBe(0)
  })

  test('T12: with a redirect, is followed nowhere', async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      const redirect = answer(status, '', { location: `http://127.0.0.1:${port}${PLACE}` })
      endpoint.replies.push(redirect, redirect)
      await expect(discoverProvider({ name: 'acme', issuer })).rejects.toMatchObject({
        code: 'PROVIDER_RESPONSE',
      })
    }
    expect(connections).toBe(0)
  })
})

test.each(['POST', 'GET', 'DELETE'] as const)(
  'T12: no request by %s is sent to where a redirect points, whatever it is for',
  async method => {
    for (const status of [300, 301, 302, 303, 305, 307, 308]) {
      endpoint.replies.push(answer(status, '', { location: `http://127.0.0.1:${port}/` }))
      expect(await send(endpoint.url, { method, reach: 'anywhere' })).toMatchObject({
        kind: 'answered',
        status,
      })
    }
    expect(connections).toBe(0)
  },
)
