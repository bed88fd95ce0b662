import { promises as dns, type LookupAddress } from 'node:dns'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { defineProvider, type ProviderOverride } from 'evergrant/providers'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { PublicFetch } from '../../src/transport/public-fetch.ts'
import { CLIENT, CREDENTIALS, serviceWorld } from '../support/services.ts'
import { makeCanary } from './canary.ts'
import { PRIVATE_URLS, RESOLVED } from './private-urls.ts'

/*
 * T11 for the API hosts of `fetch`: those that came with a grant lead into no private network. What a name leads to is
 * decided by the tests; connections are real, and everything of this machine listens.
 */
const { open } = await serviceWorld()
const canary = makeCanary()
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
afterEach(() => {
  vi.restoreAllMocks()
})

const LOOPBACK = { address: '127.0.0.1', family: 4 }
// A range that IANA has given to nobody, and that counts as public.
const PUBLIC = { address: '2d00::1', family: 6 }

const resolve = async (hostname: string): Promise<readonly LookupAddress[]> => {
  const addresses = RESOLVED[hostname.replace(/\.$/, '')]
  if (addresses === undefined) throw Object.assign(new Error('x'), { code: 'ENOTFOUND' })
  return addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 }))
}

const codeOf = (error: unknown): unknown => (error instanceof Error ? Object(error.cause).code : null)

describe('an API host', () => {
  const checked = new PublicFetch(resolve)

  test.each(PRIVATE_URLS)('T11: at %s gets no token', async template => {
    const text = template.replaceAll('PORT', String(port))
    const isRequest = URL.canParse(text) && /^https?:\/\/[^@/]+\//.test(new URL(text).href)
    // What is no URL, or has credentials in it, is no request of the platform's fetch.
    if (isRequest) expect(await checked.send(new Request(text))).toBe(null)
    expect(connections).toBe(0)
  })

  test('T11: of a name that changes where it leads is resolved once, and connected to where it was checked', async () => {
    const asked: string[] = []
    const rebinding = new PublicFetch(async hostname => {
      asked.push(hostname)
      return [asked.length % 2 === 1 ? PUBLIC : LOOPBACK]
    })
    const send = (): Promise<Response | null> =>
      rebinding.send(new Request(`https://api.acme.example:${port}/`, { signal: AbortSignal.timeout(2_000) }))
    // Nobody is there: no route, or silence. Not the answer of the check.
    const first = await send().catch((error: unknown) => error)
    expect(first).toBeInstanceOf(Error)
    expect(codeOf(first)).not.toBe('ADDRESS_NOT_PUBLIC')
    expect([await send(), asked.length, connections]).toEqual([null, 2, 0])
  })

  test('T11: and the listener there does see who connects', async () => {
    await fetch(`https://127.0.0.1:${port}/`).catch(() => {})
    expect(connections).toBe(1)
  })

  test('T11: that cannot be found is told as fetch tells it', async () => {
    const lost = await checked.send(new Request('https://lost.example/')).catch((error: unknown) => error)
    expect(lost).toBeInstanceOf(TypeError)
    expect(codeOf(lost)).toBe('ENOTFOUND')
  })
})

describe('a host that came with a grant', () => {
  async function service(options: ProviderOverride = {}) {
    const hosts = ['*.acme.example', `*.acme.example:${port}`, `127.0.0.1:${port}`, '10.11.12.13']
    const profile = defineProvider({
      name: 'acme',
      tokenEndpoint: 'https://id.acme.example/token',
      apiHosts: [`127.0.0.2:${port}`],
      answers: { metadata: new Map([['instance_url', { kind: 'api_origin', hosts }]]) },
    })
    return open('memory:', { providers: { acme: { profile, ...CREDENTIALS, ...options } } })
  }
  const grantAt = async (url: string, options: ProviderOverride = {}) => {
    const tokens = await service(options)
    const stored = { accessToken: canary.secret('access'), refreshToken: canary.secret('refresh') }
    await tokens.storeTokens(CLIENT, 'acme', { ...stored, metadata: { instance_url: url } })
    return tokens
  }

  test.each(['https://10.11.12.13', `https://127.0.0.1:${port}`, `https://team.acme.example:${port}`])(
    'T11: and is %s, or leads there, gets no token, and the error says why and what to do',
    async url => {
      vi.spyOn(dns, 'lookup').mockImplementation((async () => [LOOPBACK]) as never)
      const tokens = await grantAt(url)
      const error = await tokens.fetch(CLIENT, 'acme', `${url}/me`).catch((cause: unknown) => cause)
      expect(error).toMatchObject({ code: 'PROVIDER_MISCONFIGURED', retryable: false, clientId: CLIENT })
      expect(String(error)).toMatch(/not sent: the host is not on the public internet; allowPrivateNetwork/)
      canary.expectAbsentFrom(error)
      expect(connections).toBe(0)
    },
  )

  test('T11: is asked in the own network where the code allows it', async () => {
    const url = `https://127.0.0.1:${port}`
    const tokens = await grantAt(url, { allowPrivateNetwork: true })
    await expect(tokens.fetch(CLIENT, 'acme', url)).rejects.toThrow('fetch failed')
    expect(connections).toBe(1)
  })

  test('T11: a host that stands in the profile is asked wherever it is, unless the profile is somebody else’s', async () => {
    const url = `https://127.0.0.2:${port}`
    const tokens = await grantAt(url)
    await expect(tokens.fetch(CLIENT, 'acme', url)).rejects.toThrow('fetch failed')
    expect(connections).toBe(1)
    const strict = await grantAt(url, { allowPrivateNetwork: false })
    const refused = strict.fetch(CLIENT, 'acme', url)
    await expect(refused).rejects.toMatchObject({ code: 'PROVIDER_MISCONFIGURED' })
    expect(connections).toBe(1)
    // What the call itself names is the word of the code.
    const named = strict.fetch(CLIENT, 'acme', url, { allowHosts: [`127.0.0.2:${port}`] })
    await expect(named).rejects.toThrow('fetch failed')
    expect(connections).toBe(2)
  })

  test('T11: goes through a proxy of the app, which decides itself', async () => {
    const place = Symbol.for('undici.globalDispatcher.1')
    const usual: unknown = Reflect.get(globalThis, place)
    const asked: unknown[] = []
    class Proxied {
      constructor(...settings: readonly unknown[]) {
        if (settings.length > 0) throw new Error('it was made anew, without what the app has set')
      }

      dispatch({ origin }: { readonly origin: unknown }): never {
        asked.push(origin)
        throw new Error('the proxy refuses')
      }
    }
    const dispatcher = new Proxied() as never
    const tokens = await grantAt('https://team.acme.example')
    try {
      Reflect.set(globalThis, place, dispatcher)
      await expect(tokens.fetch(CLIENT, 'acme', 'https://team.acme.example/me')).rejects.toThrow()
    } finally {
      Reflect.set(globalThis, place, usual)
    }
    const init = { dispatcher }
    await expect(tokens.fetch(CLIENT, 'acme', 'https://team.acme.example/me', init)).rejects.toThrow()
    expect(asked.map(String)).toEqual(['https://team.acme.example', 'https://team.acme.example'])
    // What is written out as an address is no name that a proxy has to find.
    const here = await grantAt('https://10.11.12.13')
    await expect(here.fetch(CLIENT, 'acme', 'https://10.11.12.13', init)).rejects.toMatchObject({
      code: 'PROVIDER_MISCONFIGURED',
    })
  })
})
