import { describe, expect, test } from 'vitest'
import { defineProvider, type ProviderDefinition } from '../providers/define-provider.ts'
import { parseRedirectUri, RedirectUris, redirectUriOf } from './redirect-uris.ts'

const profile = (definition: Partial<ProviderDefinition> = {}) =>
  defineProvider({ name: 'acme', tokenEndpoint: 'https://id.acme.example/token', ...definition })
const NOTHING = { redirectUri: undefined, configured: undefined, callbackUrl: undefined, context: undefined }
const BASE = 'https://app.example/oauth/callback'

describe('a redirect URI', () => {
  test('is that of the call, of the options, or is built', () => {
    const all = { redirectUri: 'https://a.example/1', configured: 'https://a.example/2', callbackUrl: BASE }
    const of = (sources: object) => redirectUriOf(profile(), { ...NOTHING, ...sources }).sent
    expect(of(all)).toBe('https://a.example/1')
    expect(of({ ...all, redirectUri: undefined })).toBe('https://a.example/2')
    expect(of({ callbackUrl: BASE })).toBe(`${BASE}/acme`)
    expect(of({ callbackUrl: `${BASE}/`, context: 'team-7' })).toBe(`${BASE}/team-7`)
    expect(() => of({})).toThrow('No redirect URI is known')
  })

  test.each(['.', '..', '...', 'a/b', 'a?b', 'a#b', 'a%2fb', 'a b', '', 'ü', 'a'.repeat(256)])(
    'T13: does not end in the context %j, which some server would read otherwise',
    context => {
      const sources = { ...NOTHING, callbackUrl: BASE, context }
      expect(() => redirectUriOf(profile(), sources)).toThrow('cannot end a redirect URI')
    },
  )

  test('T13: is not built on a query, in which the context would stand', () => {
    const sources = { ...NOTHING, callbackUrl: `${BASE}?a=b` }
    expect(() => redirectUriOf(profile(), sources)).toThrow('must not have a query')
  })

  test.each([
    'http://app.example/callback',
    'https://app.example/callback#part',
    'https://app.example/callback#',
    'https://ada:secret@app.example/callback',
    'javascript:alert(1)',
    'app://callback',
    '/callback',
    'https://app.example/call back',
    'https://app.example/\r\nx',
    `https://app.example/${'x'.repeat(2_100)}`,
    '',
    null,
    7,
  ])('is refused as %j', given => {
    expect(() => parseRedirectUri(given, 'redirectUri')).toThrow('must be an https URL')
  })

  test.each([
    'http://localhost:3000/cb',
    'http://127.0.0.1/cb',
    'http://[::1]:1/cb',
    'https://app.example/?a=b',
  ])('is taken as it is: %s', given => {
    expect(parseRedirectUri(given, 'redirectUri')).toBe(given)
  })
})

describe('a redirect URI that is in use', () => {
  const uri = `${BASE}/acme`
  const tokenEndpoint = new URL('https://id.acme.example/token')
  const owner = { profile: profile(), appId: 'app', tokenEndpoint }

  test.each([
    ['provider', { profile: profile({ name: 'evil' }) }],
    ['app', { appId: 'another' }],
  ])('T13: is no other %s’s', (_, changed) => {
    const uris = new RedirectUris()
    uris.claim(uri, owner)
    uris.claim(uri, owner)
    expect(() => uris.claim(uri, { ...owner, ...changed })).toThrow('Each needs one of its own')
    uris.claim(`${BASE}/other`, { ...owner, ...changed })
  })

  test('T13: is one platform’s with all its shops, and not that of two servers that are listed one by one', () => {
    const at = (host: string) => new URL(`https://${host}/token`)
    const platform = profile({ endpointHosts: ['*.shops.example', 'eu.acme.example', 'us.acme.example'] })
    const uris = new RedirectUris()
    const claim = (name: string, host: string): void =>
      uris.claim(`${BASE}/${name}`, { profile: platform, appId: 'app', tokenEndpoint: at(host) })
    claim('shops', 'one.shops.example')
    claim('shops', 'two.shops.example')
    claim('centres', 'eu.acme.example')
    expect(() => claim('centres', 'us.acme.example')).toThrow('Each needs one of its own')
  })

  test('is forgotten after ten thousand others, and not before', () => {
    const uris = new RedirectUris()
    const another = { ...owner, appId: 'another' }
    uris.claim(uri, owner)
    for (let index = 1; index < 10_000; index += 1) uris.claim(`${BASE}/${index}`, owner)
    expect(() => uris.claim(uri, another)).toThrow('Each needs one of its own')
    uris.claim(`${BASE}/10000`, owner)
    uris.claim(`${BASE}/10001`, owner)
    uris.claim(`${BASE}/1`, another)
  })
})
