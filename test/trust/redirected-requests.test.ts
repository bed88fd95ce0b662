import { discoverProvider, type OAuthTokenService, type ProviderOverride } from 'evergrant'
import { defineProvider, type ProviderDefinition } from 'evergrant/providers'
import { afterAll, describe, expect, test } from 'vitest'
import { rawServer } from '../support/raw-server.ts'
import { CLIENT, CREDENTIALS, serviceWorld } from '../support/services.ts'
import { makeCanary } from './canary.ts'
import { answer, json, type Reply, tokenEndpoint } from './token-endpoint.ts'

/*
 * T12 for every request beside the refresh (redirects.test.ts): each carries a secret, and each is answered with a
 * redirect to a second server, which must not see so much as a connection.
 */
const { open } = await serviceWorld()
const canary = makeCanary()
const endpoint = await tokenEndpoint()
const hopTwo = await rawServer(() => {})
afterAll(() => hopTwo[Symbol.asyncDispose]())

const elsewhere = `${hopTwo.url.href}token`
const meta = `<meta http-equiv="refresh" content="0;url=${elsewhere}">`
const REDIRECTS: readonly (readonly [string, Reply])[] = [
  ...[301, 302, 303, 307, 308].map(
    status => [`status ${status}`, answer(status, '', { location: elsewhere })] as const,
  ),
  ['a meta refresh', answer(200, meta, { 'content-type': 'text/html' })],
]
const TOKENS = { access_token: 'access', refresh_token: 'refresh', token_type: 'Bearer', expires_in: 3_600 }
const CODES = {
  device_code: 'device-code',
  user_code: 'USER-CODE',
  verification_uri: 'https://acme.example/device',
  interval: 0.02,
  expires_in: 60,
}

async function service(
  definition: Partial<ProviderDefinition> = {},
  options: ProviderOverride = {},
): Promise<OAuthTokenService> {
  const profile = defineProvider({
    name: 'acme',
    tokenEndpoint: endpoint.url,
    authorizationEndpoint: endpoint.url,
    revocationEndpoint: endpoint.url,
    deviceAuthorizationEndpoint: endpoint.url,
    ...definition,
  })
  return open('memory:', {
    callbackUrl: 'https://app.example/oauth/callback',
    providers: { acme: { profile, ...CREDENTIALS, ...options } },
  })
}

async function callback(tokens: OAuthTokenService): Promise<unknown> {
  const start = await tokens.authorizationUrl(CLIENT, 'acme')
  const state = new URL(start.url).searchParams.get('state')
  const { binding } = start
  return tokens.handleCallback(
    `/oauth/callback/acme?state=${state}&code=${encodeURIComponent(canary.secret('code'))}`,
    { binding },
  )
}

/** Whatever it says, it says that the answer cannot be understood, and which redirect it was. */
async function refuses(name: string, work: Promise<unknown>): Promise<void> {
  const error = await work.catch((cause: unknown) => cause)
  const said = /^status (\d+)$/.exec(name)?.[1]
  expect(error).toMatchObject({
    code: 'PROVIDER_RESPONSE',
    message: expect.stringContaining(said === undefined ? 'HTTP 200' : `HTTP ${said}, a redirect`),
  })
}

describe.each(REDIRECTS)('answered with %s', (name, redirect) => {
  const staysHere = async (requests: number, work: () => Promise<unknown>): Promise<void> => {
    await work()
    expect(endpoint.heads).toHaveLength(requests)
    expect(hopTwo.connections).toEqual([])
  }

  test('T12: the request with a code is not sent there, and no code is sent again', () =>
    staysHere(1, async () => {
      endpoint.replies.push(redirect)
      await refuses(name, callback(await service()))
    }))

  test('T12: the request for the account, with the access token, is not sent there; the account stays unknown', () =>
    staysHere(2, async () => {
      const tokens = await service({ account: { kind: 'request', url: endpoint.url, member: 'sub' } })
      endpoint.replies.push(json({ ...TOKENS, access_token: canary.secret('access') }), redirect)
      expect(await callback(tokens)).toMatchObject({ kind: 'connected', account: null })
      expect(endpoint.heads[1]).toContain(canary.mark)
    }))

  test('T12: the request for device codes is not sent there', () =>
    staysHere(1, async () => {
      endpoint.replies.push(redirect)
      await refuses(name, (await service()).deviceAuthorization(CLIENT, 'acme'))
    }))

  test('T12: the look whether a person has agreed, with the device code, is not sent there; the next one finds out', () =>
    staysHere(3, async () => {
      endpoint.replies.push(json(CODES), redirect, json(TOKENS))
      const device = await (await service()).deviceAuthorization(CLIENT, 'acme')
      expect(await device.wait()).toMatchObject({ kind: 'connected' })
    }))

  test('T12: the request for a token of the app itself is not sent there, however often it is made', async () => {
    endpoint.usually = redirect
    const tokens = await service({}, { grant: 'client_credentials' })
    await refuses(name, tokens.refreshToken(CLIENT, 'acme'))
    expect(hopTwo.connections).toEqual([])
  })

  test('T12: the revocation, with the refresh token, is not sent there, and does not count as done', () =>
    staysHere(1, async () => {
      const tokens = await service()
      await tokens.storeTokens(CLIENT, 'acme', {
        accessToken: canary.secret('access'),
        refreshToken: canary.secret('refresh'),
      })
      endpoint.replies.push(redirect)
      const deleted = tokens.deleteToken(CLIENT, 'acme', { revoke: true })
      if (name === 'a meta refresh') expect(await deleted).toBe(true)
      else await expect(deleted).rejects.toThrow(name.replace('status', 'HTTP'))
    }))

  test('T12: the question what an issuer is, is not asked there', () =>
    staysHere(name === 'a meta refresh' ? 1 : 2, async () => {
      endpoint.replies.push(redirect, redirect)
      const issuer = new URL(endpoint.url).origin
      await expect(discoverProvider({ name: 'acme', issuer })).rejects.toMatchObject({
        code: 'PROVIDER_RESPONSE',
      })
    }))
})

test('T12: and the listener there does see who connects', async () => {
  await fetch(elsewhere, { signal: AbortSignal.timeout(300) }).catch(() => {})
  expect(hopTwo.connections).toHaveLength(1)
})
