import type { OAuthTokenService } from 'evergrant'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Authorizer } from '../support/authorizer.ts'
import { CALLBACK_URL, CLIENT, ConnectingWorld, providerAt, reasonOf } from '../support/connecting.ts'

/*
 * `acme` is honest. `evil` and `worse` are authorization servers that somebody else runs, and that are configured beside
 * it: their pages send the browser wherever they like.
 */
let world: ConnectingWorld
let evil: Authorizer
let worse: Authorizer
let tokens: OAuthTokenService
beforeEach(async () => {
  world = await ConnectingWorld.start()
  evil = await world.authorizer({ answersIssuer: false })
  worse = await world.authorizer({ answersIssuer: false })
  tokens = await world.open(
    {
      providers: {
        evil: providerAt(evil, 'evil'),
        // A profile that names no issuer knows nobody to expect.
        worse: providerAt(worse, 'worse', { issuer: null }),
      },
    },
    { authorization: { answersIssuer: true } },
  )
})
afterEach(() => world.close())

/** The hostile page sends the browser on to the honest one, with what it likes of its own flow. */
function honestPage(hostileUrl: string, redirectUri: string): string {
  const hostile = new URL(hostileUrl).searchParams
  const url = new URL(`${world.acme.url}/authorize`)
  for (const name of ['state', 'code_challenge', 'code_challenge_method']) {
    url.searchParams.set(name, hostile.get(name) ?? '')
  }
  url.searchParams.set('client_id', 'app-at-acme')
  url.searchParams.set('redirect_uri', redirectUri)
  return url.href
}

const attacks = {
  'the code of the honest server at its own redirect URI, with the state of a hostile flow':
    async hostile => {
      const { url, binding } = await tokens.authorizationUrl(CLIENT, hostile)
      const callback = world.acme.agree(honestPage(url, `${CALLBACK_URL}/acme`))
      expect(await reasonOf(tokens.handleCallback(callback, { binding }))).toBe('wrong_redirect_uri')
      return callback
    },
  'the code of the honest server at the hostile redirect URI': async hostile => {
    const { url, binding } = await tokens.authorizationUrl(CLIENT, hostile)
    const callback = world.acme.agree(honestPage(url, `${CALLBACK_URL}/${hostile}`))
    expect(await reasonOf(tokens.handleCallback(callback, { binding }))).toBe('wrong_issuer')
    return callback
  },
  'the honest callback, delivered at the hostile redirect URI': async hostile => {
    const { url, binding } = await tokens.authorizationUrl(CLIENT, 'acme')
    const callback = world.acme.agree(url)
    callback.pathname = `/oauth/callback/${hostile}`
    expect(await reasonOf(tokens.handleCallback(callback, { binding }))).toBe('wrong_redirect_uri')
    return callback
  },
} satisfies Record<string, (hostile: string) => Promise<URL>>

describe('two providers in one flow', () => {
  test('T13: in 300 runs of two hostile servers no code of the honest one reaches their token endpoints', async () => {
    const codes: (string | null)[] = []
    const run = Object.values(attacks)
    for (let round = 0; round < 300; round += 1) {
      const attack = run[round % run.length]
      const callback = await attack?.(round % 2 === 0 ? 'evil' : 'worse')
      codes.push(callback?.searchParams.get('code') ?? null)
    }
    expect(new Set(codes).size).toBe(300)
    expect([...evil.exchanges, ...worse.exchanges]).toEqual([])
    expect(world.acme.exchanges).toEqual([])
  })

  test('T13: a profile with the page of another provider and a token endpoint of its own is refused', async () => {
    const both = await world.open({
      providers: { evil: providerAt(evil, 'evil', { authorizationEndpoint: `${world.acme.url}/authorize` }) },
    })
    for (const provider of ['evil', 'acme']) {
      await expect(both.authorizationUrl(CLIENT, provider)).rejects.toThrow(
        'have the same authorization endpoint',
      )
    }
  })

  test('T13: one server under two names, as for two apps, is no impostor', async () => {
    const twice = await world.open({
      providers: { again: providerAt(world.acme, 'again') },
    })
    for (const provider of ['again', 'acme']) {
      expect((await twice.authorizationUrl(CLIENT, provider)).url).toContain(world.acme.url)
    }
  })

  test('T13: two providers, two apps or two servers never share a redirect URI', async () => {
    const redirectUri = 'https://app.example/back'
    await tokens.authorizationUrl(CLIENT, 'acme', { redirectUri })
    await expect(tokens.authorizationUrl(CLIENT, 'evil', { redirectUri })).rejects.toThrow('one of its own')
    const credentials = { clientId: 'another-app', clientSecret: 'secret' }
    await expect(tokens.authorizationUrl(CLIENT, 'acme', { redirectUri, credentials })).rejects.toThrow(
      'one of its own',
    )

    const configured = await world.open({
      providers: {
        evil: { ...providerAt(evil, 'evil'), redirectUri },
        worse: { ...providerAt(worse, 'worse'), redirectUri },
      },
    })
    await expect(configured.authorizationUrl(CLIENT, 'evil')).rejects.toThrow('have the same redirect URI')
  })

  test.each([
    [
      'is missing, though the server says that it always is there',
      (url: URL) => url.searchParams.delete('iss'),
    ],
    ['has a slash at its end', (url: URL) => url.searchParams.set('iss', `${world.acme.url}/`)],
    ['is in capitals', (url: URL) => url.searchParams.set('iss', world.acme.url.toUpperCase())],
    ['is that of another', (url: URL) => url.searchParams.set('iss', evil.url)],
    ['is empty', (url: URL) => url.searchParams.set('iss', '')],
  ])('T13, nasty input 18: an iss that %s is refused, and no code is exchanged', async (_, change) => {
    const { url, binding } = await tokens.authorizationUrl(CLIENT, 'acme')
    const callback = world.acme.agree(url)
    change(callback)
    expect(await reasonOf(tokens.handleCallback(callback, { binding }))).toBe('wrong_issuer')
    expect(world.acme.exchanges).toEqual([])
  })

  test.each([
    'https://evil.example/oauth/callback/acme',
    'https://app.example:8443/oauth/callback/acme',
    'http://app.example/oauth/callback/acme',
    'https://app.example/oauth/callback/acme/',
    'https://app.example/oauth/callback/ACME',
    '/callback/acme',
  ])('T13: a callback that has arrived at %s, and not where its flow was to end, is refused', async place => {
    const { url, binding } = await tokens.authorizationUrl(CLIENT, 'acme')
    const callback = `${place}${world.acme.agree(url).search}`
    expect(await reasonOf(tokens.handleCallback(callback, { binding }))).toBe('wrong_redirect_uri')
    expect(world.acme.exchanges).toEqual([])
  })

  test('T13: a flow whose provider or app has changed since is not finished', async () => {
    const database = `file:${await world.file()}`
    const before = await world.open({ database })
    const [first, second, third] = [
      await before.authorizationUrl(CLIENT, 'acme'),
      await before.authorizationUrl(CLIENT, 'acme'),
      await before.authorizationUrl(CLIENT, 'acme'),
    ]
    for (const issuer of [null, 'https://renamed.example']) {
      const renamed = await world.open({ database }, { issuer })
      const late = renamed.handleCallback(world.acme.agree(third.url), { binding: third.binding })
      expect(await reasonOf(late)).toBe(issuer === null ? 'wrong_issuer' : 'already_used')
    }
    const moved = await world.open({ database }, { tokenEndpoint: `${evil.url}/token` })
    const back = moved.handleCallback(world.acme.agree(first.url), { binding: first.binding })
    expect(await reasonOf(back)).toBe('wrong_issuer')
    const credentials = { clientId: 'another-app', clientSecret: 'secret' }
    const other = before.handleCallback(world.acme.agree(second.url), {
      binding: second.binding,
      credentials,
    })
    expect(await reasonOf(other)).toBe('wrong_app')
    expect([...evil.exchanges, ...world.acme.exchanges]).toEqual([])
  })
})
