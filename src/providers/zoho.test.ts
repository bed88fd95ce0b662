import { describe, expect, test } from 'vitest'
import { InvalidInputError } from '../errors.ts'
import type { Metadata } from '../ports/store.ts'
import type { Endpoint } from './profile.ts'
import { type ZohoSettings, zohoCalendar, zohoCrm } from './zoho.ts'

function resolve(endpoint: Endpoint | undefined, metadata: Metadata): string {
  return typeof endpoint === 'function' ? endpoint(metadata) : (endpoint ?? 'none')
}

function tokenEndpoint(metadata: Metadata, settings: ZohoSettings = {}): string {
  return resolve(zohoCrm(settings).tokenEndpoint, metadata)
}

/** Location, accounts server, API domain, calendar host: Zoho's own table. */
const table = [
  ['us', 'accounts.zoho.com', 'www.zohoapis.com', 'calendar.zoho.com'],
  ['eu', 'accounts.zoho.eu', 'www.zohoapis.eu', 'calendar.zoho.eu'],
  ['in', 'accounts.zoho.in', 'www.zohoapis.in', 'calendar.zoho.in'],
  ['au', 'accounts.zoho.com.au', 'www.zohoapis.com.au', 'calendar.zoho.com.au'],
  ['jp', 'accounts.zoho.jp', 'www.zohoapis.jp', 'calendar.zoho.jp'],
  ['ca', 'accounts.zohocloud.ca', 'www.zohoapis.ca', 'calendar.zohocloud.ca'],
  ['sa', 'accounts.zoho.sa', 'www.zohoapis.sa', 'calendar.zoho.sa'],
  ['uk', 'accounts.zoho.uk', 'www.zohoapis.uk', 'calendar.zoho.uk'],
  ['cn', 'accounts.zoho.com.cn', 'www.zohoapis.com.cn', 'calendar.zoho.com.cn'],
  ['ae', 'accounts.zoho.ae', 'www.zohoapis.ae', 'calendar.zoho.ae'],
  ['sg', 'accounts.zoho.sg', 'www.zohoapis.sg', 'calendar.zoho.sg'],
] as const

describe('a Zoho connection', () => {
  test.each(table)('of %s asks %s and may use %s and %s', (location, accounts, api, calendar) => {
    const endpoint = `https://${accounts}/oauth/v2/token`
    expect(tokenEndpoint({ location })).toBe(endpoint)
    expect(tokenEndpoint({ api_domain: `https://${api}` })).toBe(endpoint)
    expect(tokenEndpoint({ api_domain: `https://${api.replace('www', 'sandbox')}` })).toBe(endpoint)
    expect(tokenEndpoint({}, { location })).toBe(endpoint)
    expect(resolve(zohoCrm().revocationEndpoint ?? undefined, { location })).toBe(`${endpoint}/revoke`)
    expect(zohoCrm().apiHosts).toContain(api)
    expect(zohoCalendar().apiHosts).toContain(calendar)
    expect(zohoCrm().dataCentreOf?.({ location })).toBe(location)
  })

  test('asks the location of its metadata, then of its api_domain, then the configured one, then us', () => {
    const eu = { location: 'EU', api_domain: 'https://www.zohoapis.in' }
    expect(tokenEndpoint(eu, { location: 'jp' })).toContain('accounts.zoho.eu')
    expect(tokenEndpoint({ ...eu, location: null }, { location: 'jp' })).toContain('accounts.zoho.in')
    expect(tokenEndpoint({}, { location: 'JP' })).toContain('accounts.zoho.jp')
    expect(tokenEndpoint({})).toContain('accounts.zoho.com')
  })

  test('asks the configured accounts server before all', () => {
    for (const accountsServer of [
      'http://127.0.0.1:4100',
      'http://127.0.0.1:4100/',
      'https://proxy.example/zoho/',
    ]) {
      const endpoint = tokenEndpoint({ location: 'eu' }, { accountsServer })
      expect(endpoint).toBe(`${accountsServer.replace(/\/$/, '')}/oauth/v2/token`)
      expect(tokenEndpoint({ api_domain: 'https://evil.example' }, { accountsServer })).toBe(endpoint)
    }
  })

  test('asks the accounts server of its data centre, where each has one; there is no other', () => {
    const accountsServer = {
      us: 'http://127.0.0.1:4100',
      EU: 'https://proxy.example/zoho/',
      inec: 'https://in.example',
    }
    const settings = { accountsServer }
    const path = '/oauth/v2/token'
    expect(tokenEndpoint({}, settings)).toBe(accountsServer.us + path)
    expect(tokenEndpoint({ location: 'eu' }, settings)).toBe(`https://proxy.example/zoho${path}`)
    expect(tokenEndpoint({ location: 'INEC' }, settings)).toBe(accountsServer.inec + path)
    expect(tokenEndpoint({ api_domain: 'https://www.zohoapis.eu' }, settings)).toContain('proxy.example')
    expect(tokenEndpoint({ api_domain: 'https://proxy.example' }, settings)).toContain('proxy.example')
    expect(tokenEndpoint({ api_domain: accountsServer.us }, settings)).toBe(accountsServer.us + path)
    expect(zohoCrm(settings).dataCentreOf?.({ api_domain: 'https://proxy.example' })).toBe('eu')
    for (const metadata of [{ location: 'in' }, { api_domain: 'https://www.zohoapis.in' }]) {
      expect(() => tokenEndpoint(metadata, settings)).toThrow(/us, eu, inec, and none for .*"in"/)
    }
    for (const location of ['evil.example', '__proto__', 'constructor', '127.0.0.1:4100']) {
      expect(() => tokenEndpoint({ location }, settings)).toThrow(/names no data centre/)
    }
  })

  test('without a location is at us, or at the first of the servers where us has none', () => {
    const accountsServer = { in: 'https://in.example', eu: 'https://eu.example' }
    expect(tokenEndpoint({}, { accountsServer })).toContain('in.example')
    expect(tokenEndpoint({}, { accountsServer: { ...accountsServer, us: 'https://us.example' } })).toContain(
      'us.example',
    )
    expect(tokenEndpoint({}, { accountsServer, location: 'eu' })).toContain('eu.example')
    expect(() => zohoCrm({ accountsServer, location: 'jp' })).toThrow(InvalidInputError)
  })

  test('of the one configured server is at the configured data centre, for its secret', () => {
    const settings = { accountsServer: 'http://127.0.0.1:4100', location: 'eu' }
    const profile = zohoCrm(settings)
    expect(profile.dataCentreOf?.({ api_domain: settings.accountsServer })).toBe('eu')
    expect(profile.dataCentreOf?.({ api_domain: 'http://127.0.0.1:4101' })).toBeNull()
  })

  test('of inec is refused with a word on why, unless the accounts server is configured', () => {
    expect(() => tokenEndpoint({ location: 'inec' })).toThrow(/"inec".*not published.*ZOHO_ACCOUNTS_SERVER/)
    expect(() => zohoCrm({ location: 'inec' })).toThrow(InvalidInputError)
    const settings = { location: 'inec', accountsServer: 'https://accounts.example' }
    expect(tokenEndpoint({}, settings)).toBe('https://accounts.example/oauth/v2/token')
  })

  test.each<Metadata>([
    { location: 'xx' },
    { location: '../../evil' },
    { location: 'us.evil.example' },
    { location: 'evil.example/#' },
    { location: 'us\r\nhost: evil' },
    { location: '__proto__' },
    { location: 'constructor' },
    { location: '' },
    { location: ' us' },
    { location: 7 },
    { location: ['us'] },
    { location: { toString: 'us' } },
    { api_domain: 'https://evil.example' },
    { api_domain: 'https://www.zohoapis.com.evil.example' },
    { api_domain: 'https://www.zohoapis.com@evil.example' },
    { api_domain: 'https://www.zohoapis.com:8443' },
    { api_domain: 'http://www.zohoapis.com' },
    { api_domain: 'https://www.zohoapis.com/../' },
    { api_domain: 'https://evil.zohoapis.com' },
    { api_domain: '//www.zohoapis.com' },
    { api_domain: 'https://169.254.169.254' },
    { api_domain: 'http://127.0.0.1:4100' },
    { api_domain: 'https://www.zohoapis.сom' },
    { api_domain: 7 },
  ])('with metadata %j is refused', metadata => {
    for (const profile of [zohoCrm(), zohoCalendar()]) {
      expect(() => resolve(profile.tokenEndpoint, metadata)).toThrow(InvalidInputError)
      expect(() => resolve(profile.revocationEndpoint ?? undefined, metadata)).toThrow(InvalidInputError)
      expect(profile.dataCentreOf?.(metadata)).toBeNull()
    }
  })
})

describe('settings of Zoho', () => {
  test.each([
    { location: 'xx' },
    { location: 'https://accounts.zoho.com' },
    { accountsServer: 'accounts.zoho.com' },
    { accountsServer: 'http://accounts.zoho.com' },
    { accountsServer: 'https://user:canary@accounts.zoho.com' },
    { accountsServer: 'https://accounts.zoho.com/?x=canary' },
    { accountsServer: 'https://accounts.zoho.com/#canary' },
    { accountsServer: 'file:///etc/passwd' },
    { accountsServer: {} },
    { accountsServer: { us: undefined } },
    { accountsServer: { canary: 'https://accounts.example' } },
    { accountsServer: { us: 'https://accounts.example', eu: 'http://canary.example' } },
    { accountsServer: { us: 'https://user:canary@accounts.example' } },
    { allowHosts: ['https://api.example'] },
    { allowHosts: ['*.example'] },
    { allowHosts: ['api.example/path'] },
  ])('%j are refused without being quoted', settings => {
    expect(() => zohoCrm(settings)).toThrow(InvalidInputError)
    expect(() => zohoCrm(settings)).not.toThrow(/canary/)
  })
})

describe('the api_domain of an answer', () => {
  const accountsServer = { us: 'http://127.0.0.1:4200', eu: 'https://proxy.example/zoho' }
  const rule = zohoCrm({ allowHosts: ['127.0.0.1:4100'], accountsServer }).answers.metadata.get('api_domain')
  const check = typeof rule === 'function' ? rule : undefined

  test.each([
    ['https://www.zohoapis.eu', 'https://www.zohoapis.eu'],
    ['https://www.zohoapis.com.au/', 'https://www.zohoapis.com.au'],
    ['https://sandbox.zohoapis.com', 'https://sandbox.zohoapis.com'],
    ['http://127.0.0.1:4100', 'http://127.0.0.1:4100'],
    ['http://127.0.0.1:4200', 'http://127.0.0.1:4200'],
    ['https://proxy.example', 'https://proxy.example'],
  ])('%s is kept', (value, kept) => {
    expect(check?.(value)).toBe(kept)
  })

  test.each([
    'https://evil.example',
    'https://www.zohoapis.com.evil.example',
    'https://www.zohoapis.com/path',
    'https://user@www.zohoapis.com',
    'http://www.zohoapis.com',
    'http://127.0.0.1:4101',
    'https://127.0.0.1:4200',
    'http://proxy.example',
    'https://proxy.example/zoho',
    'www.zohoapis.com',
    'HTTPS://WWW.ZOHOAPIS.COM',
    '',
    7,
    null,
    ['https://www.zohoapis.com'],
  ])('%j is dropped', value => {
    expect(check?.(value)).toBeNull()
  })
})

test('Zoho keeps its refresh tokens, its access tokens live an hour, and a throttle lasts ten minutes', () => {
  for (const profile of [zohoCrm(), zohoCalendar()]) {
    expect(profile).toMatchObject({
      headerScheme: 'Zoho-oauthtoken',
      scopeSeparator: ',',
      clientAuthentication: 'client_secret_post',
      traits: {
        lifetimeMs: 3_600_000,
        refreshEarliestMs: 0,
        rotation: 'static',
        refreshKillsAccessToken: false,
        throttleMs: 600_000,
      },
    })
  }
})
