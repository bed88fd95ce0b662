import { localZohoApp, startLocalZoho } from 'evergrant/testing'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { OAuth2Provider } from '../../src/providers/oauth2-provider.ts'
import { zohoCrm } from '../../src/providers/zoho.ts'
import { Secret } from '../../src/secret.ts'
import { FakeClock } from '../../src/testing/fake-clock.ts'
import { CALLBACK_URL, CLIENT, ConnectingWorld, connectedOf, reasonOf } from '../support/connecting.ts'
import { RecordingTransport } from '../support/recording-transport.ts'
import { socketsOpenedBy } from './outbound.ts'

const zoho = await startLocalZoho()
afterAll(() => zoho.close())
let world: ConnectingWorld
beforeEach(async () => {
  world = await ConnectingWorld.start()
})
afterEach(() => world.close())

/** What the `location` of a callback may claim to be. */
const HOSTILE = [
  'https://evil.example',
  '//evil.example',
  '../../evil',
  'evil.example',
  'accounts.zoho.eu.evil.example',
  'eu.evil.example',
  'eu@evil.example',
  'eu#',
  'eu?',
  'eu/',
  'eu\\evil',
  'eu\r\nhost: evil.example',
  'eu\u0000',
  ' eu',
  'е\u0443',
  'inec',
  'constructor',
  '__proto__',
  '127.0.0.1:1',
  '169.254.169.254',
  '[::1]',
  'file:///etc/passwd',
  '',
  'x'.repeat(300),
]

describe('a callback of Zoho’s', () => {
  test('T20: there are at least 20 hostile values', () => {
    expect(new Set(HOSTILE).size).toBeGreaterThanOrEqual(20)
  })

  test.each(HOSTILE)(
    'T20, nasty input 20: with the location %j is refused, and no request is made',
    async location => {
      const tokens = await world.open({ providers: { zoho_crm: localZohoApp } })
      const { url, binding } = await tokens.authorizationUrl(CLIENT, 'zoho_crm', {
        scopes: ['ZohoCRM.modules.ALL'],
      })
      const callback = new URL(`${CALLBACK_URL}/zoho_crm`)
      callback.searchParams.set('state', new URL(url).searchParams.get('state') ?? '')
      callback.searchParams.set('code', '1000.code')
      callback.searchParams.set('location', location)
      const opened = await socketsOpenedBy(async () => {
        expect(await reasonOf(tokens.handleCallback(callback, { binding }))).toBe('malformed')
      })
      expect(opened).toBe(0)
    },
  )

  test('T20, nasty input 20: an accounts-server in it is not read; its location chooses from the table', async () => {
    const tokens = await world.open({
      providers: { zoho_crm: { ...localZohoApp, accountsServer: zoho.url } },
    })
    const { url, binding } = await tokens.authorizationUrl(CLIENT, 'zoho_crm', {
      scopes: ['ZohoCRM.modules.ALL'],
    })
    const code = await zoho.issueCode()
    const callback = new URL(`${CALLBACK_URL}/zoho_crm`)
    callback.search = new URLSearchParams({
      state: new URL(url).searchParams.get('state') ?? '',
      code,
      location: 'eu',
      'accounts-server': 'https://evil.example',
    }).toString()
    const opened = await socketsOpenedBy(() => tokens.handleCallback(callback, { binding }).catch(() => {}))
    expect(opened).toBeLessThanOrEqual(1)
  })

  test('T20: the code goes to the token endpoint of the data centre that is in the table', async () => {
    const transport = new RecordingTransport()
    const provider = new OAuth2Provider(zohoCrm(), { transport, clock: new FakeClock() })
    await provider.exchangeCode({
      app: { clientId: 'app', clientSecret: Secret.of('secret') },
      code: Secret.of('1000.code'),
      codeVerifier: null,
      redirectUri: 'https://app.example/oauth/callback/zoho_crm',
      metadata: { location: 'eu', 'accounts-server': 'https://evil.example' },
      resource: [],
      timeoutMs: 1_000,
    })
    expect(transport.last.url.href).toBe('https://accounts.zoho.eu/oauth/v2/token')
  })
})

describe('a callback with a value that is kept', () => {
  test.each([
    ['a line break', 'a\r\nb'],
    ['a NUL', '\0'],
    ['nothing', ''],
    ['letters of no kind that ids have', 'ü'],
    ['too much', '7'.repeat(256)],
  ])('T20, nasty input 18: is refused where it is %s, and no request is made', async (_, value) => {
    const tokens = await world.open({}, { authorization: { callbackMetadata: ['realmId'] } })
    const { url, binding } = await tokens.authorizationUrl(CLIENT, 'acme')
    const callback = world.acme.agree(url)
    callback.searchParams.set('realmId', value)
    expect(await reasonOf(tokens.handleCallback(callback, { binding }))).toBe('malformed')
    expect(world.acme.exchanges).toEqual([])
  })
})

test.each(['evil.example/', 'evil.example#', 'eu@evil.example', 'a.b', '..', '-', 'eu evil', 'eu:8443'])(
  'T20: a callback that names %j for the host of API calls is refused, and no request is made',
  async region => {
    const tokens = await world.open(
      {},
      {
        apiHosts: ['{region}.api.acme.example'],
        placeholders: { region: { kind: 'label', description: 'the region' } },
        authorization: { callbackMetadata: ['region'] },
      },
    )
    const { url, binding } = await tokens.authorizationUrl(CLIENT, 'acme')
    const callback = world.acme.agree(url)
    callback.searchParams.set('region', region)
    expect(await reasonOf(tokens.handleCallback(callback, { binding }))).toBe('malformed')
    expect(world.acme.exchanges).toEqual([])
  },
)

describe('a callback of a provider with hosts of its customers', () => {
  const shops = (): ConstructorParameters<typeof Object>[0] => ({
    authorizationEndpoint: '{shop}/authorize',
    tokenEndpoint: '{shop}/token',
    placeholders: { shop: { kind: 'base', description: 'the shop' } },
    endpointHosts: [new URL(world.acme.url).host],
    authorization: { callbackMetadata: ['shop'] },
    issuer: null,
  })

  test('T20: that names another host than was asked is refused, and no request is made', async () => {
    const evil = await world.authorizer()
    const tokens = await world.open({}, shops())
    for (const shop of [evil.url, 'http://127.0.0.1:1', `${world.acme.url}/other`]) {
      const metadata = { shop: world.acme.url }
      const { url, binding } = await tokens.authorizationUrl(CLIENT, 'acme', { metadata })
      const callback = world.acme.agree(url)
      callback.searchParams.set('shop', shop)
      expect(await reasonOf(tokens.handleCallback(callback, { binding }))).toBe('malformed')
    }
    expect([...evil.exchanges, ...world.acme.exchanges]).toEqual([])
  })

  test('T20: that names the same is connected, and remembers it', async () => {
    const tokens = await world.open({}, shops())
    const metadata = { shop: world.acme.url }
    const { url, binding } = await tokens.authorizationUrl(CLIENT, 'acme', { metadata })
    const callback = world.acme.agree(url)
    callback.searchParams.set('shop', world.acme.url)
    connectedOf(await tokens.handleCallback(callback, { binding }))
    expect((await tokens.getToken(CLIENT, 'acme')).metadata).toEqual(metadata)
  })
})
