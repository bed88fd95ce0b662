import type { ProviderOverride } from 'evergrant'
import type { ProviderDefinition } from 'evergrant/providers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CALLBACK_URL, CLIENT, ConnectingWorld, connectedOf, providerAt } from '../support/connecting.ts'

let world: ConnectingWorld
beforeEach(async () => {
  world = await ConnectingWorld.start()
})
afterEach(() => world.close())

describe('connecting an account', () => {
  test('by a code and PKCE: the connection is there, and serves its token', async () => {
    const tokens = await world.open()
    const start = await tokens.authorizationUrl(CLIENT, 'acme', {
      scopes: ['read', 'write'],
      returnTo: '/settings',
      parameters: { login_hint: 'ada@example.org' },
    })
    const url = new URL(start.url)
    expect(url.origin + url.pathname).toBe(`${world.acme.url}/authorize`)
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'app-at-acme',
      redirect_uri: 'https://app.example/oauth/callback/acme',
      scope: 'read write',
      login_hint: 'ada@example.org',
      state: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    })
    expect(start.redirectUri).toBe('https://app.example/oauth/callback/acme')

    expect(await world.finish(tokens, start)).toEqual({
      kind: 'connected',
      clientId: CLIENT,
      provider: 'acme',
      scopes: ['read', 'write'],
      missingScopes: [],
      refreshable: true,
      remedy: null,
      account: null,
      returnTo: '/settings',
    })
    expect(await tokens.getAccessToken(CLIENT, 'acme')).toBe('access-1-account-1')
    const [exchange] = world.acme.exchanges
    expect(Object.fromEntries(exchange?.parameters ?? [])).toEqual({
      grant_type: 'authorization_code',
      code: expect.any(String),
      redirect_uri: 'https://app.example/oauth/callback/acme',
      code_verifier: expect.stringMatching(/^[\w-]{43}$/),
      client_id: 'app-at-acme',
      client_secret: 'app-secret',
    })
    expect(world.events.map(({ type }) => type)).toEqual(['authorization_started', 'connected'])
  })

  test('again, with another account: somebody is asked first, and until he agrees the old grant is untouched', async () => {
    const tokens = await world.open()
    await world.connect(tokens, ['openid'])
    const start = await tokens.authorizationUrl(CLIENT, 'acme', { scopes: ['openid'], returnTo: '/accounts' })
    const asked = await world.finish(tokens, start, 'account-2')
    if (asked.kind !== 'account_changed') throw new Error('nobody was asked')
    expect(asked).toMatchObject({ account: 'account-2', returnTo: '/accounts', clientId: CLIENT })
    expect(await tokens.getAccessToken(CLIENT, 'acme')).toBe('access-1-account-1')
    expect(world.events.at(-1)).toEqual({ type: 'account_changed', clientId: CLIENT, provider: 'acme' })

    const { binding } = start
    const changed = await tokens.confirmAccountChange(asked.confirmation, { binding })
    expect(changed).toMatchObject({ kind: 'connected', account: 'account-2', returnTo: '/accounts' })
    expect(await tokens.getAccessToken(CLIENT, 'acme')).toBe('access-2-account-2')
    await expect(tokens.confirmAccountChange(asked.confirmation, { binding })).rejects.toMatchObject({
      reason: 'already_used',
      outcome: 'connected',
    })
  })

  test('asks for the scopes of the call, else for those of the options, else for those of the profile', async () => {
    const acme = providerAt(world.acme, 'acme', { authorization: { scopes: ['of-profile'] } })
    const askedOf = async (provider: ProviderOverride, scopes?: readonly string[]) => {
      const tokens = await world.open({ providers: { acme: provider } })
      const { url } = await tokens.authorizationUrl(CLIENT, 'acme', { scopes })
      return new URL(url).searchParams.get('scope')
    }
    const configured = { ...acme, scopes: ['of-options', 'two'] }
    expect(await askedOf(configured, ['of-call'])).toBe('of-call')
    expect(await askedOf(configured, [])).toBeNull()
    expect(await askedOf(configured)).toBe('of-options two')
    expect(await askedOf(acme)).toBe('of-profile')
  })

  test.each(['zoho_crm', 'google', 'microsoft_entra'])(
    'without scopes is refused at once at %s, which sends nobody back',
    async provider => {
      const app = { clientId: 'our-app', clientSecret: 'secret' }
      const parameters =
        provider === 'microsoft_entra' ? { tenant: 'common', tenant_id: 'common' } : undefined
      const tokens = await world.open({ providers: { [provider]: { ...app, parameters } } })
      for (const scopes of [undefined, []]) {
        await expect(tokens.authorizationUrl(CLIENT, provider, { scopes })).rejects.toThrow(
          /has to be told which scopes.*--scopes one,two/,
        )
      }
      expect(world.events).toEqual([])
      const { url } = await tokens.authorizationUrl(CLIENT, provider, { scopes: ['one'] })
      expect(new URL(url).searchParams.get('scope')).toContain('one')
    },
  )

  test('again is asked at the place where it was, unless another is named', async () => {
    const other = await world.authorizer()
    const tokens = await world.open(
      {},
      {
        authorizationEndpoint: '{shop}/authorize',
        tokenEndpoint: '{shop}/token',
        placeholders: { shop: { kind: 'base', description: 'the shop' } },
        endpointHosts: [world.acme.url, other.url].map(url => new URL(url).host),
        issuer: null,
      },
    )
    await expect(tokens.authorizationUrl(CLIENT, 'acme')).rejects.toThrow(
      /needs shop: the shop.*--parameter shop=/,
    )
    const metadata = { shop: world.acme.url }
    await world.finish(tokens, await tokens.authorizationUrl(CLIENT, 'acme', { metadata }))
    const again = await tokens.authorizationUrl(CLIENT, 'acme')
    expect(new URL(again.url).origin).toBe(world.acme.url)
    connectedOf(await world.finish(tokens, again))
    expect((await tokens.getToken(CLIENT, 'acme')).metadata).toEqual(metadata)
    const redirectUri = `${CALLBACK_URL}/another`
    const moved = await tokens.authorizationUrl(CLIENT, 'acme', {
      metadata: { shop: other.url },
      redirectUri,
    })
    expect(new URL(moved.url).origin).toBe(other.url)
  })

  test('again, with the same account: it is connected at once', async () => {
    const tokens = await world.open()
    await world.connect(tokens, ['openid'])
    expect(connectedOf(await world.connect(tokens, ['openid'])).account).toBe('account-1')
    expect(await tokens.getAccessToken(CLIENT, 'acme')).toBe('access-2-account-1')
  })

  test('of a second callback nothing is exchanged, and it says what became of the first', async () => {
    const tokens = await world.open()
    const { url, binding } = await tokens.authorizationUrl(CLIENT, 'acme', { returnTo: '/done' })
    const callback = world.acme.agree(url)
    await tokens.handleCallback(callback, { binding })
    await expect(tokens.handleCallback(callback, { binding })).rejects.toMatchObject({
      name: 'AuthorizationFlowError',
      reason: 'already_used',
      outcome: 'connected',
      returnTo: '/done',
      httpStatus: 409,
    })
    expect(world.acme.exchanges).toHaveLength(1)
    expect(world.events.at(-1)).toMatchObject({ type: 'authorization_refused', reason: 'already_used' })
  })

  test('remembers when the grant ends for good, also after somebody was asked', async () => {
    const ending = await ConnectingWorld.start({ answer: () => ({ refresh_token_expires_in: 86_400 }) })
    const tokens = await ending.open()
    const daysLeft = async (): Promise<number> => {
      const end = (await tokens.getTokenRecord(CLIENT, 'acme'))?.refreshTokenExpiresAt ?? new Date(0)
      return Math.ceil((end.getTime() - Date.now()) / 3_600_000) / 24
    }
    await ending.connect(tokens, ['openid'])
    expect(await daysLeft()).toBe(1)
    const start = await tokens.authorizationUrl(CLIENT, 'acme', { scopes: ['openid'] })
    const asked = await ending.finish(tokens, start, 'account-2')
    if (asked.kind !== 'account_changed') throw new Error('nobody was asked')
    await tokens.confirmAccountChange(asked.confirmation, { binding: start.binding })
    // Ten minutes less: as old as waiting tokens can be.
    expect(await daysLeft()).toBe(1)
    await ending.close()
  })
})

describe('a public client', () => {
  const app = (profile: Partial<ProviderDefinition>, options: Omit<ProviderOverride, 'profile'> = {}) => {
    const { clientSecret: _, ...given } = providerAt(world.acme, 'acme', profile)
    return world.open({ providers: { acme: { ...given, ...options } } })
  }

  test.each(['client_secret_post', 'client_secret_basic'] as const)(
    'is told before anybody is sent away that the profile wants a secret (%s)',
    async clientAuthentication => {
      const tokens = await app({ clientAuthentication })
      await expect(tokens.authorizationUrl(CLIENT, 'acme')).rejects.toMatchObject({
        code: 'PROVIDER_MISCONFIGURED',
        clientId: CLIENT,
        message: expect.stringContaining(clientAuthentication),
      })
      expect(world.events).toEqual([])
    },
  )

  test('connects where the profile wants none', async () => {
    const tokens = await app({ clientAuthentication: 'none' })
    expect((await world.connect(tokens)).kind).toBe('connected')
  })

  test('is none whose secret is made for each request, or comes with the call', async () => {
    const made = await app({}, { clientSecret: () => 'made' })
    expect((await world.connect(made)).kind).toBe('connected')
    const tokens = await app({})
    const credentials = { clientId: 'app-at-acme', clientSecret: 'of the call' }
    expect((await tokens.authorizationUrl(CLIENT, 'acme', { credentials })).url).toContain('app-at-acme')
  })

  test('is none whose secrets are those of data centres: which one it is, the callback tells', async () => {
    const secrets = { clientId: 'app', clientSecrets: { eu: 'secret' } }
    const tokens = await world.open({ providers: { zoho_crm: secrets } })
    const scopes = ['ZohoCRM.modules.READ']
    const { url } = await tokens.authorizationUrl(CLIENT, 'zoho_crm', { scopes })
    expect(url).toContain('accounts.zoho.com')
    const credentials = { clientId: 'another-app' }
    await expect(tokens.authorizationUrl(CLIENT, 'zoho_crm', { scopes, credentials })).rejects.toMatchObject({
      code: 'PROVIDER_MISCONFIGURED',
    })
  })
})
