import { describe, expect, test } from 'vitest'
import { InvalidInputError } from '../errors.ts'
import type { Metadata } from '../ports/store.ts'
import { ownApiHosts } from './api-hosts.ts'
import { defineProvider, type ProviderDefinition } from './define-provider.ts'
import { resolveEndpoint } from './endpoints.ts'
import type { Placeholder, ProviderProfile } from './profile.ts'

const shop: Placeholder = { kind: 'label', description: 'the name of the shop' }
const tenant: Placeholder = { kind: 'segment', description: 'the tenant', default: 'common' }
const tld: Placeholder = { kind: 'choice', values: ['nl', 'co.uk'], description: 'the country' }
const host: Placeholder = { kind: 'host', description: 'the host of the server', default: 'id.example' }
const base: Placeholder = { kind: 'base', description: 'the URL of the server' }
const placeholders = { shop, tenant, tld, host, base }

function profileWith(tokenEndpoint: string, more: Partial<ProviderDefinition> = {}): ProviderProfile {
  return defineProvider({ name: 'acme', tokenEndpoint, placeholders, ...more })
}

function resolve(tokenEndpoint: string, metadata: Metadata, more: Partial<ProviderDefinition> = {}): string {
  const profile = profileWith(tokenEndpoint, more)
  return resolveEndpoint(profile.tokenEndpoint, metadata, profile).href
}

const ofShop = 'https://{shop}.shops.example/token'
const ofTenant = 'https://id.example/{tenant}/token'
const ofCountry = 'https://start.example.{tld}/token'
const ofHost = 'https://{host}/token'
const ofBase = '{base}/token'
const own = { endpointHosts: ['id.example', '*.sso.example'] }

describe('an endpoint with placeholders', () => {
  test.each<[string, Metadata, string, Partial<ProviderDefinition>]>([
    [ofShop, { shop: 'Acme-1' }, 'https://acme-1.shops.example/token', {}],
    [ofTenant, {}, 'https://id.example/common/token', {}],
    [ofTenant, { tenant: 'acme.example' }, 'https://id.example/acme.example/token', {}],
    [ofCountry, { tld: 'co.uk' }, 'https://start.example.co.uk/token', {}],
    [ofHost, {}, 'https://id.example/token', own],
    [ofHost, { host: 'EU.sso.example' }, 'https://eu.sso.example/token', own],
    [ofBase, { base: 'https://eu.sso.example/auth/' }, 'https://eu.sso.example/auth/token', own],
    [
      'https://{shop}.{tld}/{tenant}',
      { shop: 'a', tld: 'nl', tenant: 'b' },
      'https://a.nl/b',
      { endpointHosts: ['*.co.uk'] },
    ],
  ])('%s with %j is %s', (template, metadata, url, more) => {
    expect(resolve(template, metadata, more)).toBe(url)
  })

  test.each<[string, Metadata]>([
    [ofShop, {}],
    [ofShop, { shop: '' }],
    [ofShop, { shop: 'evil.example/' }],
    [ofShop, { shop: 'evil.example#' }],
    [ofShop, { shop: 'evil.example?' }],
    [ofShop, { shop: 'a.b' }],
    [ofShop, { shop: 'user@evil' }],
    [ofShop, { shop: 'evil\\' }],
    [ofShop, { shop: '-acme' }],
    [ofShop, { shop: 'acme\n' }],
    [ofShop, { shop: 'аcme' }],
    [ofShop, { shop: 'x'.repeat(64) }],
    [ofShop, { shop: 7 }],
    [ofShop, { shop: ['acme'] }],
    [ofShop, { shop: null }],
    [ofTenant, { tenant: '..' }],
    [ofTenant, { tenant: '../../evil' }],
    [ofTenant, { tenant: '%2e%2e' }],
    [ofTenant, { tenant: 'a/b' }],
    [ofTenant, { tenant: 'a?b' }],
    [ofTenant, { tenant: '' }],
    [ofCountry, { tld: 'evil.example' }],
    [ofCountry, { tld: 'NL' }],
    [ofCountry, { tld: 'constructor' }],
    [ofHost, { host: 'evil.example' }],
    [ofHost, { host: 'sso.example' }],
    [ofHost, { host: 'a.b.sso.example' }],
    [ofHost, { host: '.sso.example' }],
    [ofHost, { host: 'id.example:8443' }],
    [ofHost, { host: 'id.example@evil.example' }],
    [ofHost, { host: 'id.example/../evil' }],
    [ofHost, { host: '127.0.0.1' }],
    [ofHost, { host: '169.254.169.254' }],
    [ofHost, { host: '[::1]' }],
    [ofHost, { host: 'localhost' }],
    [ofBase, { base: 'http://id.example' }],
    [ofBase, { base: 'https://evil.example' }],
    [ofBase, { base: 'https://id.example.evil.example' }],
    [ofBase, { base: 'https://user:canary@id.example' }],
    [ofBase, { base: 'https://id.example?x=' }],
    [ofBase, { base: 'https://id.example#' }],
    [ofBase, { base: 'https://id.example#x' }],
    [ofBase, { base: 'https://id.example/{shop}' }],
    [ofBase, { base: 'javascript:alert(1)' }],
    [ofBase, { base: 'http://127.0.0.1:4100' }],
  ])('T12: %s is not asked with metadata %j, and no value is quoted', (template, metadata) => {
    const profile = profileWith(template, own)
    const act = (): URL => resolveEndpoint(profile.tokenEndpoint, metadata, profile)
    expect(act).toThrow(InvalidInputError)
    expect(act).not.toThrow(/canary|evil/)
  })

  test('T12: is refused by its value, and by the URL that results, each alone', () => {
    const profile = profileWith(ofHost, own)
    const evil = { host: 'evil.example' }
    expect(() => resolveEndpoint(ofHost, evil, profile)).toThrow(/must be a host that endpointHosts/)
    const moved = { ...profileWith(ofShop), endpointHosts: ['*.elsewhere.example'] }
    expect(() => resolveEndpoint(ofShop, { shop: 'acme' }, moved)).toThrow(
      /lead to a host that is not on the list.*\*\.elsewhere\.example/,
    )
  })

  test('says what a connection lacks, and how to give it', () => {
    expect(() => resolve(ofShop, {})).toThrow(
      /needs shop: the name of the shop.*metadata.*parameters: \{ shop/,
    )
  })

  test.each<Partial<ProviderDefinition>>([
    { tokenEndpoint: 'https://{other}.example/token' },
    { tokenEndpoint: 'http://{shop}.example/token' },
    { tokenEndpoint: 'https://{shop}:{shop}@id.example/token' },
    { revocationEndpoint: 'https://{constructor}.example/' },
    { authorizationEndpoint: 'http://id.example/' },
    { refreshEndpoint: 'id.example' },
    { issuer: 'http://id.example' },
    { endpointHosts: ['*'] },
    { endpointHosts: ['*.example'] },
    { endpointHosts: ['id.*.example'] },
    { endpointHosts: ['https://id.example'] },
    { apiHosts: ['{other}.example'] },
    { apiHosts: ['https://{shop}.example'] },
  ])('is refused by defineProvider with %j', definition => {
    expect(() =>
      defineProvider({ name: 'acme', tokenEndpoint: ofShop, placeholders, ...definition }),
    ).toThrow(InvalidInputError)
  })
})

describe('the hosts that an endpoint may be on', () => {
  test('are those in the endpoints, with a star for a label and each choice, and those that are added', () => {
    const profile = profileWith(ofShop, {
      revocationEndpoint: ofCountry,
      authorizationEndpoint: 'https://LOGIN.example:443/{tenant}',
      refreshEndpoint: ofHost,
      endpointHosts: ['*.SSO.example'],
    })
    expect(profile.endpointHosts).toEqual([
      '*.shops.example',
      'start.example.nl',
      'start.example.co.uk',
      'login.example',
      '*.sso.example',
    ])
  })
})

describe('API hosts of a connection', () => {
  const profile = profileWith(ofShop, {
    apiHosts: ['api.example', '{shop}.shops.example'],
    answers: { metadata: new Map([['instance_url', { kind: 'api_origin', hosts: ['*.api.example'] }]]) },
  })

  test.each<[Metadata, readonly string[]]>([
    [{ shop: 'acme' }, ['acme.shops.example']],
    [{ instance_url: 'https://eu.api.example/path' }, ['eu.api.example']],
    [{ shop: 'acme', instance_url: 'https://eu.api.example' }, ['acme.shops.example', 'eu.api.example']],
    [{}, []],
    [{ shop: 'evil.example/', instance_url: 'https://evil.example' }, []],
    [{ instance_url: 'http://eu.api.example' }, []],
    [{ instance_url: 'https://eu.api.example@evil.example' }, []],
    [{ instance_url: 'https://eu.api.example.' }, []],
    [{ instance_url: 'https://user@eu.api.example' }, []],
    [{ instance_url: 7 }, []],
  ])('with metadata %j are %j', (metadata, hosts) => {
    expect(ownApiHosts(profile, metadata)).toEqual(hosts)
  })
})
