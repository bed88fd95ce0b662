import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { EvergrantError, type KeySource, type OAuthTokenService, Secret } from 'evergrant'
import { afterAll, describe, expect, test } from 'vitest'
import { parseClientOptions } from '../../src/zoho/request/client-options.ts'
import { ZohoRequests } from '../../src/zoho/request/zoho-requests.ts'
import { CLIENT, serviceWorld } from '../support/services.ts'
import { scriptedApi } from '../support/zoho-api.ts'
import { crm, write } from '../support/zoho-requests.ts'
import { makeCanary } from './canary.ts'
import { answer, json, type Reply, tokenEndpoint } from './token-endpoint.ts'

const canary = makeCanary()
const world = await serviceWorld()
const endpoint = await tokenEndpoint()

/** A service in which everything secret has the canary in it. */
async function service(
  options: Parameters<typeof world.open>[1] = {},
  url = world.url('memory'),
): Promise<OAuthTokenService> {
  const profile = endpoint.profile('acme', { rotation: 'static' })
  const tokens = await world.open(url, {
    cache: false,
    providers: { acme: { profile, clientId: 'app', clientSecret: canary.secret('app') } },
    ...options,
  })
  await tokens.storeTokens(CLIENT, 'acme', {
    accessToken: canary.secret('access'),
    refreshToken: canary.secret('refresh'),
    scopes: ['read'],
    metadata: { note: canary.secret('metadata') },
  })
  return tokens
}

async function errorOf(call: Promise<unknown>): Promise<EvergrantError> {
  const error: unknown = await call.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(EvergrantError)
  return error as EvergrantError
}

/** What `refreshToken` throws when the provider answers so, with the token that it was sent in the answer. */
async function refusedBy(reply: Reply): Promise<EvergrantError> {
  const tokens = await service()
  endpoint.usually = reply
  return errorOf(tokens.refreshToken(CLIENT, 'acme'))
}

const saying = (error: string): string =>
  JSON.stringify({ error, error_description: canary.secret('echo'), [canary.mark]: canary.mark })

/** For each code a way to get its error. */
const CALLS: Readonly<Record<EvergrantError['code'], () => Promise<EvergrantError>>> = {
  TOKEN_NOT_FOUND: async () => errorOf((await service()).getAccessToken('nobody', 'acme')),
  REAUTHORIZATION_REQUIRED: () => refusedBy(answer(400, saying('invalid_grant'))),
  PROVIDER_UNAVAILABLE: () => refusedBy(answer(503, saying('temporarily_unavailable'))),
  PROVIDER_RATE_LIMITED: () => refusedBy(answer(429, saying('slow_down'), { 'retry-after': '7' })),
  PROVIDER_MISCONFIGURED: () => refusedBy(answer(401, saying('invalid_client'))),
  PROVIDER_RESPONSE: () => refusedBy(answer(200, saying(canary.mark))),
  STORE_UNAVAILABLE: async () => {
    const tokens = await service({}, world.database.url)
    await world.database.query('alter table oauth_tokens add check (length(access_token) < 5) not valid')
    return errorOf(tokens.storeTokens(CLIENT, 'acme', { accessToken: canary.secret('access') }))
  },
  DECRYPTION_FAILED: async () => {
    const tokens = await service({}, world.database.url)
    await world.database.query('update oauth_tokens set access_token = refresh_token')
    return errorOf(tokens.getAccessToken(CLIENT, 'acme'))
  },
  INSUFFICIENT_SCOPE: async () =>
    errorOf((await service()).getAccessToken(CLIENT, 'acme', undefined, { requireScopes: ['write'] })),
  AUTHORIZATION_FLOW: async () => {
    const tokens = await service()
    const { url } = await tokens.authorizationUrl(CLIENT, 'zoho_crm', {
      scopes: ['ZohoCRM.modules.ALL'],
      redirectUri: 'https://app.example/callback',
      returnTo: '/settings',
      credentials: { clientId: 'app', clientSecret: canary.secret('client') },
    })
    const callback = new URL('https://app.example/callback')
    callback.search = new URLSearchParams({
      state: new URL(url).searchParams.get('state') ?? '',
      code: canary.secret('code'),
    }).toString()
    return errorOf(tokens.handleCallback(callback, { binding: canary.secret('binding') }))
  },
  INVALID_INPUT: async () =>
    errorOf((await service()).storeTokens(CLIENT, 'acme', { accessToken: canary.secret('a\n') })),
  ZOHO_API: async () => {
    await using api = await scriptedApi()
    api.usually = ({ headers }, response) => {
      const sent = String(headers.authorization)
      const body = {
        code: 'INVALID_DATA',
        details: { sent, [sent]: 1 },
        message: sent.split(' ').at(-1),
        status: 'error',
      }
      response.writeHead(400).end(JSON.stringify(body))
    }
    const options = { tokens: await service(), clientId: CLIENT, provider: 'acme', baseUrl: api.url }
    const requests = new ZohoRequests(parseClientOptions(options, 'ZohoCRMService', 'zoho_crm'), crm)
    // Awaited here: the server ends with this function.
    const error = await errorOf(
      requests.send({ ...write, body: { data: [{ Last_Name: canary.secret('name') }] } }),
    )
    expect(error.message).toContain('INVALID_DATA')
    return error
  },
}

const FIELDS = [
  ...['name', 'message', 'stack', 'code', 'retryable', 'clientId', 'provider'],
  ...['reason', 'retryAt', 'missingScopes', 'outcome', 'returnTo', 'httpStatus'],
  ...['status', 'zohoCode', 'details'],
]

describe('an error of every code', () => {
  test.each(Object.entries(CALLS))(
    'T8: %s, in a world full of secrets, holds none, no cause, and no field but its own',
    async (code, call) => {
      const error = await call()
      expect(error.code).toBe(code)
      canary.expectAbsentFrom(error, Object.values(error), { error })
      expect(Object.getOwnPropertyNames(error).filter(name => !FIELDS.includes(name))).toEqual([])
      expect(error.cause).toBeUndefined()
    },
  )
})

describe('a key source', () => {
  const key = canary.secret('key')
  const failures: [string, string, () => unknown][] = [
    [
      'what it was answered',
      'AccessDeniedException',
      () => {
        throw Object.assign(new Error(key, { cause: { response: key } }), {
          name: 'AccessDeniedException',
          request: { body: key },
        })
      },
    ],
    [
      'a code',
      'ECONNREFUSED',
      () => Promise.reject(Object.assign(new Error(key), { code: 'ECONNREFUSED', config: { key } })),
    ],
    [
      'a secret as its code and name',
      'Error',
      () => Promise.reject(Object.assign(new Error(key), { code: key, name: key })),
    ],
    ['no error', 'it threw no Error', () => Promise.reject({ key })],
    ['a text', 'it threw no Error', () => Promise.reject(key)],
  ]

  test.each(failures)(
    'T8: a key source that fails with %s is told by a code or a name alone',
    async (_, label, load) => {
      const error = await errorOf(
        world.open('memory:', { encryptionKeys: { name: 'the vault', load } as KeySource }),
      )
      expect(error).toMatchObject({
        code: 'INVALID_INPUT',
        message: expect.stringContaining(`"the vault" failed (${label})`),
      })
      canary.expectAbsentFrom(error)
      expect(error.cause).toBeUndefined()
    },
  )

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['a text', `k1:${key}`],
    ['texts', [`k1:${key}`]],
    ['a key that is no Secret', [{ id: 'k1', key }]],
    ['a key without an id', [{ key: Secret.of(key) }]],
    ['nothing as a key', [null]],
    ['no key at all', []],
    ['a key as its id', [{ id: key, key: Secret.of('k1') }]],
    ['a key that is none', [{ id: 'k1', key: Secret.of(key) }]],
  ])('T8: a key source that gives %s is refused, and nothing of it is quoted', async (_, given) => {
    const source = { name: 'the vault', load: async () => given } as KeySource
    const error = await errorOf(world.open('memory:', { encryptionKeys: source }))
    expect(error).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('the vault') })
    canary.expectAbsentFrom(error)
  })
})

describe('fetch of a service', () => {
  const api = createServer((request, response) => {
    if (request.url === '/hang-up') request.socket.destroy()
    else response.writeHead(200, { 'content-length': '9' }).write('half', () => request.socket.destroy())
  }).listen(0, '127.0.0.1')
  afterAll(() => api.close())

  test('T8: tells no token when the API is not there, hangs up, breaks off or is given up', async () => {
    const tokens = await service()
    const { port } = api.address() as AddressInfo
    const host = `127.0.0.1:${port}`
    const calls: (() => Promise<unknown>)[] = [
      () => tokens.fetch(CLIENT, 'acme', 'http://127.0.0.1:1/', { allowHosts: ['127.0.0.1:1'] }),
      () => tokens.fetch(CLIENT, 'acme', `http://${host}/hang-up`, { allowHosts: [host] }),
      () =>
        tokens
          .fetch(CLIENT, 'acme', `http://${host}/half`, { allowHosts: [host] })
          .then(answered => answered.text()),
      () => tokens.fetch(CLIENT, 'acme', `https://${host}/`, { allowHosts: [host] }),
      () =>
        tokens.fetch(CLIENT, 'acme', `http://${host}/`, { allowHosts: [host], signal: AbortSignal.abort() }),
    ]
    for (const call of calls) {
      const error: unknown = await call().then(
        () => null,
        (reason: unknown) => reason,
      )
      expect(error).toBeInstanceOf(Error)
      canary.expectAbsentFrom(error)
    }
  })
})

test('T8: a refresh that works stores the canary, so that its absence means something', async () => {
  const tokens = await service()
  endpoint.usually = json({ access_token: canary.secret('new'), refresh_token: canary.secret('next') })
  expect((await tokens.refreshToken(CLIENT, 'acme')).accessToken).toContain(canary.mark)
  expect(endpoint.asked[0]).toContain(canary.mark)
})
