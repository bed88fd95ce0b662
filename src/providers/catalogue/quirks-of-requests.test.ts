import { OAuthTokenService } from 'evergrant'
import { afterEach, describe, expect, test } from 'vitest'
import { judge, zohoRules } from '../../../test/support/judged.ts'
import { play, playDefined, playProfile, playRevocation } from '../../../test/support/played-provider.ts'
import { onRequest, type RawServer, rawServer } from '../../../test/support/raw-server.ts'
import { type PlayedAnswer, RecordingTransport } from '../../../test/support/recording-transport.ts'
import { systemClock } from '../../clock.ts'
import { Secret } from '../../secret.ts'
import { fixedApiHosts, ownApiHosts } from '../api-hosts.ts'
import { authorizationRequest } from '../authorization-request.ts'
import { catalogueProfile } from '../catalogue-profiles.ts'
import { OAuth2Provider } from '../oauth2-provider.ts'
import { zohoCrm } from '../zoho.ts'
import type { CatalogueName } from './names.ts'

const issued = { access_token: 'a', token_type: 'Bearer', expires_in: 3600 }
const servers: RawServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]()
})

test.each([
  ['figma', {}, 'https://api.figma.com/v1/oauth/refresh'],
  [
    'adobe_acrobat_sign',
    { api_access_point: 'https://api.na1.adobesign.com/' },
    'https://api.na1.adobesign.com/oauth/v2/refresh',
  ],
] as const)('quirk 22: %s refreshes at a URL of its own', async (name, metadata, url) => {
  expect((await play(name, { body: issued }, metadata)).transport.last.url.href).toBe(url)
})

test('quirk 22: Calendly takes Basic for tokens, and the secret in the body of a revocation', async () => {
  const transport = new RecordingTransport({ body: issued }, { body: '' })
  const profile = await catalogueProfile('calendly')
  const provider = new OAuth2Provider(profile, { transport, clock: systemClock })
  const app = { clientId: 'app', clientSecret: Secret.of('secret') }
  const request = { app, metadata: {}, timeoutMs: 1_000 }
  await provider.refresh({ ...request, refreshToken: Secret.of('r'), until: Infinity })
  expect(new Headers(transport.last.headers).get('authorization')).toMatch(/^Basic /)
  expect(transport.fields).not.toHaveProperty('client_secret')
  const kind = 'refresh_token'
  expect(await provider.revoke({ ...request, token: Secret.of('r'), kind })).toEqual({ kind: 'revoked' })
  expect(new Headers(transport.last.headers).has('authorization')).toBe(false)
  expect(transport.fields).toMatchObject({ client_secret: 'secret', token: 'r' })
})

describe('quirk 22: a revocation that wants the access token', () => {
  const revoke = async (name: CatalogueName, answer: PlayedAnswer) =>
    playRevocation(await catalogueProfile(name), 'access_token', answer)
  const json = (body: object, status = 200): PlayedAnswer => ({ status, body })

  test.each([
    ['slack', 'https://slack.com/api/auth.revoke'],
    ['slack_rotating', 'https://slack.com/api/auth.revoke'],
    ['slack_rotating_user', 'https://slack.com/api/auth.revoke'],
    ['dropbox', 'https://api.dropboxapi.com/2/auth/token/revoke'],
  ] as const)('%s takes it as a bearer token, and nothing else', async (name, url) => {
    const { transport } = await revoke(name, json({ ok: true, revoked: true }))
    const { method, body, headers } = transport.last
    expect([method, transport.last.url.href, body]).toEqual(['POST', url, ''])
    expect(new Headers(headers).get('authorization')).toBe('Bearer sent')
    expect(JSON.stringify(headers)).not.toContain('secret')
  })

  test.each(['github_app', 'github_oauth_app'] as const)(
    '%s takes it in a JSON body of a DELETE, with the app in URL and Basic authentication',
    async name => {
      const { transport } = await revoke(name, json({}, 204))
      const { method, body, headers, url } = transport.last
      expect([method, url.href]).toEqual(['DELETE', 'https://api.github.com/applications/app/grant'])
      expect(JSON.parse(body)).toEqual({ access_token: 'sent' })
      const sent = new Headers(headers)
      expect(sent.get('content-type')).toBe('application/json')
      expect(sent.get('authorization')).toBe(`Basic ${btoa('app:secret')}`)
    },
  )

  test.each<[CatalogueName, PlayedAnswer, string]>([
    ['slack', json({ ok: true, revoked: true }), 'revoked'],
    ['slack', json({ ok: true, revoked: false }), 'failed'],
    ['slack', json({ ok: true }), 'failed'],
    ['slack', json({ ok: false, error: 'token_revoked' }), 'ended'],
    ['slack', json({ ok: false, error: 'account_inactive' }), 'ended'],
    // What an app hears, too, that calls from an address it did not list.
    ['slack', json({ ok: false, error: 'invalid_auth' }), 'failed'],
    ['slack', json({ ok: false, error: 'internal_error' }), 'failed'],
    ['slack', json({ ok: false, error: 'ratelimited' }, 429), 'failed'],
    ['slack', { body: '<html>' }, 'failed'],
    ['slack_rotating', json({ ok: false, error: 'token_expired' }), 'ended'],
    ['dropbox', { body: 'null' }, 'revoked'],
    [
      'dropbox',
      json({ error_summary: 'expired_access_token/..', error: { '.tag': 'expired_access_token' } }, 401),
      'ended',
    ],
    [
      'dropbox',
      json({ error_summary: 'invalid_access_token/.', error: { '.tag': 'invalid_access_token' } }, 401),
      'ended',
    ],
    [
      'dropbox',
      json({ error_summary: 'user_suspended/', error: { '.tag': 'user_suspended' } }, 401),
      'failed',
    ],
    ['dropbox', json({ error_summary: 'expired_access_token/' }, 500), 'failed'],
    ['github_app', { status: 204, body: '' }, 'revoked'],
    ['github_app', json({ message: 'Not Found', status: '404' }, 404), 'ended'],
    ['github_app', json({ message: 'Bad credentials' }, 401), 'failed'],
    ['github_app', json({ message: 'Validation Failed' }, 422), 'failed'],
    ['github_oauth_app', { body: '' }, 'failed'],
  ])('%s, answering %j, says that it is %s', async (name, answer, kind) => {
    expect((await revoke(name, answer)).answer.kind).toBe(kind)
  })

  test.each(['a/b', '..', 'a?b', '{shop}', '', 'a b'])(
    'an app whose id is %j is in no URL',
    async clientId => {
      const app = { clientId, clientSecret: Secret.of('secret') }
      const work = playRevocation(await catalogueProfile('github_app'), 'access_token', json({}, 204), app)
      await expect(work).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    },
  )
})

test.each(['atlassian', 'notion', 'shopify', 'square'] as const)('quirk 23: %s is sent JSON', async name => {
  const { transport } = await play(name, { body: issued })
  expect(new Headers(transport.last.headers).get('content-type')).toBe('application/json')
  expect(JSON.parse(transport.last.body)).toMatchObject({
    grant_type: 'refresh_token',
    refresh_token: 'sent',
  })
})

test('quirk 23: Discord is sent a form, which is all that it takes', async () => {
  const { transport } = await play('discord', { body: issued })
  expect(new Headers(transport.last.headers).get('content-type')).toMatch(
    /^application\/x-www-form-urlencoded/,
  )
})

test('quirk 23: TikTok is told the app as client_key', async () => {
  const { transport } = await play('tiktok', { body: issued })
  expect(transport.fields).toMatchObject({ client_key: 'app', client_secret: 'secret' })
  expect(transport.fields).not.toHaveProperty('client_id')
})

test('quirk 23: Apple’s secret is made for each request', async () => {
  const options = { clientSecret: async () => 'a.signed.jwt' }
  const { transport } = await play('apple', { body: issued }, {}, options)
  expect(transport.fields.client_secret).toBe('a.signed.jwt')
})

test.each(['gitlab', 'mollie'] as const)(
  'quirk 24: %s wants the redirect URI at each refresh',
  async name => {
    const redirectUri = 'https://app.example/callback'
    const { transport } = await play(name, { body: issued }, {}, { redirectUri })
    expect(transport.fields.redirect_uri).toBe(redirectUri)
  },
)

test('quirk 24: the redirect URI of eBay is a name, and stays one', async () => {
  const profile = await catalogueProfile('ebay')
  expect(profile.authorization.redirectUri).toBe('name')
  const url = authorizationRequest(profile, {
    clientId: 'app',
    redirectUri: 'Acme_Inc-Acme-App-x',
    state: 's',
  })
  expect(url.searchParams.get('redirect_uri')).toBe('Acme_Inc-Acme-App-x')
})

test('quirk 24: the authorization URL of Sage keeps the query that it has', async () => {
  const profile = await catalogueProfile('sage_accounting')
  const url = authorizationRequest(profile, {
    clientId: 'app',
    redirectUri: 'https://a.example/',
    state: 's',
  })
  expect(url.href).toMatch(/^https:\/\/www\.sageone\.com\/oauth2\/auth\/central\?filter=apiv3\.1&/)
  expect(url.searchParams.get('client_id')).toBe('app')
})

describe('quirk 25: the token endpoint is the grant’s', () => {
  test.each([
    ['shopify', { shop: 'acme.myshopify.com' }, 'https://acme.myshopify.com/admin/oauth/access_token'],
    ['zendesk', { subdomain: 'acme' }, 'https://acme.zendesk.com/oauth/tokens'],
    ['salesforce_sandbox', {}, 'https://test.salesforce.com/services/oauth2/token'],
    ['exact_online', { tld: 'co.uk' }, 'https://start.exactonline.co.uk/api/oauth2/token'],
  ] as const)('%s with %j: %s', async (name, metadata, url) => {
    expect((await play(name, { body: issued }, metadata)).transport.last.url.href).toBe(url)
  })

  test.each<[CatalogueName, Record<string, string>]>([
    ['shopify', { shop: 'evil.example' }],
    ['shopify', { shop: 'acme.myshopify.com.evil.example' }],
    ['shopify', { shop: 'evil.example/.myshopify.com' }],
    ['shopify', { shop: 'evil.example#.myshopify.com' }],
    ['shopify', { shop: 'a.b.myshopify.com' }],
    ['shopify', { shop: 'acme@evil.myshopify.com' }],
    ['zendesk', { subdomain: 'evil.example/' }],
    ['exact_online', { tld: 'evil.example' }],
    ['adobe_acrobat_sign', { api_access_point: 'https://evil.example' }],
    ['adobe_acrobat_sign', { api_access_point: 'http://api.na1.adobesign.com' }],
    ['adobe_acrobat_sign', { api_access_point: 'https://169.254.169.254' }],
    ['gitlab', { host: 'evil.example' }],
    ['okta', { base: 'https://evil.example/oauth2' }],
  ])('T12: a host in the metadata that is not %s’s is not asked: %j', async (name, metadata) => {
    const profile = await catalogueProfile(name)
    const transport = new RecordingTransport({ body: issued })
    const provider = new OAuth2Provider(profile, { transport, clock: systemClock })
    const app = { clientId: 'app', clientSecret: Secret.of('secret') }
    const request = { app, refreshToken: Secret.of('r'), metadata, timeoutMs: 1_000, until: Infinity }
    await expect(provider.refresh(request)).rejects.toMatchObject({ code: 'INVALID_INPUT' })
    expect(transport.requests).toEqual([])
  })

  test('Canada of Zoho is zohocloud.ca', () => {
    const { tokenEndpoint } = zohoCrm()
    expect(typeof tokenEndpoint === 'function' ? tokenEndpoint({ location: 'ca' }) : '').toBe(
      'https://accounts.zohocloud.ca/oauth/v2/token',
    )
  })
})

describe('quirk 26: the API host', () => {
  test.each([
    ['salesforce', 'instance_url', 'https://acme.my.salesforce.com'],
    ['salesforce_sandbox', 'instance_url', 'https://acme--dev.sandbox.my.salesforce.com'],
    ['pipedrive', 'api_domain', 'https://acme.pipedrive.com'],
    ['gong', 'api_base_url_for_customer', 'https://company-17.api.gong.io'],
  ] as const)('of %s is told by %s, kept, and allowed', async (name, member, origin) => {
    const { answer, profile } = await play(name, { body: { ...issued, [member]: origin } })
    expect(answer).toMatchObject({ tokens: { metadata: { [member]: origin }, warnings: [] } })
    expect(ownApiHosts(profile, { [member]: origin })).toEqual([new URL(origin).host])
    const hostile = await play(name, { body: { ...issued, [member]: 'https://evil.example' } })
    expect(hostile.answer).toMatchObject({ kind: 'issued', tokens: { metadata: {} } })
    expect(ownApiHosts(profile, { [member]: 'https://evil.example' })).toEqual([])
  })

  test.each([
    ['quickbooks', 'realmId'],
    ['shopify', 'shop'],
  ] as const)('of %s is told by %s of the callback alone', async (name, parameter) => {
    const { authorization, account } = await catalogueProfile(name)
    expect(authorization.callbackMetadata).toEqual([parameter])
    expect(account).toEqual({ kind: 'callback', parameter })
  })
})

test.each<[CatalogueName, Record<string, string>, string]>([
  ['asana', {}, 'app.asana.com'],
  ['github_app', {}, 'api.github.com'],
  ['google', {}, 'gmail.googleapis.com'],
  ['shopify', { shop: 'acme.myshopify.com' }, 'acme.myshopify.com'],
  ['zendesk', { subdomain: 'acme' }, 'acme.zendesk.com'],
  ['zoom', {}, 'api.zoom.us'],
])('a token of %s may go to the host of its API, with %j: %s', async (name, metadata, host) => {
  const profile = await catalogueProfile(name)
  expect([...fixedApiHosts(profile), ...ownApiHosts(profile, metadata)]).toContain(host)
  const hostile = Object.fromEntries(Object.keys(metadata).map(placeholder => [placeholder, 'evil.example']))
  expect(ownApiHosts(profile, hostile)).toEqual([])
})

describe('quirk 27: the header', () => {
  async function headersAt(name: CatalogueName, metadata: Record<string, string>): Promise<string> {
    let head = ''
    const server = await rawServer(socket =>
      onRequest(socket, seen => {
        head = seen
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}')
      }),
    )
    servers.push(server)
    const app = { clientId: 'app', clientSecret: 'secret' }
    const service = await OAuthTokenService.open({ database: 'memory:', providers: { [name]: app } })
    await service.storeTokens('acme', name, { accessToken: 'the-token', expiresIn: 3600, metadata })
    await service.fetch('acme', name, server.url, { allowHosts: [server.url.host] })
    await service.close()
    return head.toLowerCase()
  }

  test('of Shopify is X-Shopify-Access-Token, with the token alone', async () => {
    const head = await headersAt('shopify', { shop: 'acme.myshopify.com' })
    expect(head).toContain('\r\nx-shopify-access-token: the-token\r\n')
    expect(head).not.toContain('authorization')
  })

  test('of most others is Authorization: Bearer', async () => {
    expect(await headersAt('google', {})).toContain('\r\nauthorization: bearer the-token\r\n')
  })

  test('of Zoho has the scheme Zoho-oauthtoken', () => {
    expect(zohoCrm()).toMatchObject({ headerName: 'authorization', headerScheme: 'Zoho-oauthtoken' })
  })

  test('of a server like Amazon’s can be x-amz-access-token', async () => {
    const { profile } = await playDefined(
      { headerName: 'X-Amz-Access-Token', headerScheme: '' },
      { body: issued },
    )
    expect(profile).toMatchObject({ headerName: 'x-amz-access-token', headerScheme: '' })
  })
})

describe('quirk 28: granted scopes', () => {
  test.each([
    ['twitch', ['user:read:email', 'chat:read'], ['user:read:email', 'chat:read']],
    ['slack_rotating', 'chat:write,users:read', ['chat:write', 'users:read']],
    ['linear', 'read,write', ['read', 'write']],
    ['tiktok', 'user.info.basic,video.list', ['user.info.basic', 'video.list']],
    ['github_app', '', null],
    // A scope that does not exist was dropped: what was granted is what the answer says.
    ['pagerduty', 'openid', ['openid']],
  ] as const)('of %s come as %j', async (name, scope, scopes) => {
    const { answer } = await play(name, { body: { ...issued, scope } })
    expect(answer).toMatchObject({ kind: 'issued', tokens: { scopes } })
  })
})

test('no quirk is lost on the way through a profile that was changed', async () => {
  const profile = { ...(await catalogueProfile('hubspot')), apiHosts: ['api.hubapi.com'] }
  const body = { status: 'BAD_REFRESH_TOKEN', message: 'x' }
  expect((await playProfile(profile, { status: 400, body })).verdict).toBe('refused')
  expect(judge(200, { error: 'invalid_code' }, zohoRules).kind).toBe('refused')
})
