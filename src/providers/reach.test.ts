import { describe, expect, test } from 'vitest'
import { defineProvider, type ProviderDefinition } from './define-provider.ts'
import { reachOf, reachRules } from './reach.ts'
import { zohoCrm } from './zoho.ts'

const reaches = (
  url: string,
  definition: Partial<ProviderDefinition>,
  own: 'own' | 'built in' = 'own',
): ReturnType<typeof reachOf> => {
  const profile = defineProvider({
    name: 'acme',
    tokenEndpoint: 'https://id.acme.example/token',
    ...definition,
  })
  return reachOf(new URL(url), reachRules(profile, own === 'own' ? null : profile))
}
const description = 'the server'
const host: Partial<ProviderDefinition> = {
  tokenEndpoint: 'https://{host}/token',
  placeholders: { host: { kind: 'host', description } },
  endpointHosts: ['*.acme.example', 'id.acme.example:8443', '127.0.0.1:4100', '10.0.0.1'],
}

describe('of a profile of one’s own', () => {
  test.each<[string, Partial<ProviderDefinition>]>([
    ['https://id.acme.example/token', {}],
    ['https://10.0.0.1/token', { tokenEndpoint: 'https://10.0.0.1/token' }],
    ['https://x.acme.example/token', host],
    ['https://id.acme.example:8443/token', host],
    ['https://x.acme.example:8443/token', host],
    ['https://10.0.0.1/token', host],
    ['http://127.0.0.1/token', {}],
    ['https://localhost/token', {}],
  ])('%s is asked on the public internet only', (url, definition) => {
    expect(reaches(url, definition)).toBe('public')
  })

  test.each<[string, Partial<ProviderDefinition>]>([
    ['http://127.0.0.1:4100/token', { tokenEndpoint: 'http://127.0.0.1:4100/token' }],
    ['http://[::1]:4100/revoke', { revocationEndpoint: 'http://[::1]:4100/revoke' }],
    ['http://localhost/token', { tokenEndpoint: () => 'http://localhost/token' }],
    ['http://localhost/me', { account: { kind: 'request', url: 'http://localhost/me', member: 'id' } }],
    ['https://127.0.0.1:4100/token', host],
  ])('%s is asked on this machine when the code says so', (url, definition) => {
    expect(reaches(url, definition)).toBe('anywhere')
    expect(reaches(url, { ...definition, allowPrivateNetwork: false })).toBe('public')
  })

  test.each(['https://id.acme.example:9/token', 'http://127.0.0.1:4101/token', 'https://x.acme.example:22/'])(
    '%s is not asked, because nobody named its port',
    url => {
      expect(reaches(url, host)).toBeNull()
      expect(reaches(url, { ...host, allowPrivateNetwork: true })).toBeNull()
    },
  )

  test('a port may stand behind a star, and a host that is none harms nobody', () => {
    const endpointHosts = ['*.acme.example:8443']
    const region = { kind: 'choice', description, values: ['eu', 'not a host'] } as const
    const regional = { tokenEndpoint: 'https://{region}/token', placeholders: { region } }
    expect(reaches('https://x.acme.example:8443/', { endpointHosts, ...regional })).toBe('public')
    expect(reaches('https://x.acme.example:8444/', { endpointHosts, ...regional })).toBeNull()
  })

  test('a function that builds a loopback host of metadata has not named it', () => {
    const tokenEndpoint = ({ host }: Readonly<Record<string, unknown>>): string => {
      if (typeof host !== 'string') throw new TypeError('no host')
      return `http://${host}/token`
    }
    expect(reaches('http://127.0.0.1/token', { tokenEndpoint })).toBe('public')
    expect(reaches('http://127.0.0.1:4100/token', { tokenEndpoint })).toBeNull()
  })

  test('a private network is reached when that is allowed', () => {
    expect(reaches('https://id.acme.example/token', { allowPrivateNetwork: true })).toBe('anywhere')
  })
})

describe('of a profile that is built in', () => {
  test('its constant hosts are asked wherever they are, those of a connection on the public internet', () => {
    expect(reaches('https://id.acme.example/token', {}, 'built in')).toBe('anywhere')
    expect(reaches('https://x.acme.example/token', host, 'built in')).toBe('public')
    expect(reaches('https://y.acme.example:8443/token', host, 'built in')).toBe('public')
    expect(reaches('https://id.acme.example/token', { allowPrivateNetwork: false }, 'built in')).toBe(
      'public',
    )
  })

  test('Zoho’s accounts server that was configured is one of them', () => {
    const profile = zohoCrm({ accountsServer: 'http://127.0.0.1:4100' })
    const rules = reachRules(profile, profile)
    expect(reachOf(new URL('http://127.0.0.1:4100/oauth/v2/token'), rules)).toBe('anywhere')
    expect(reachOf(new URL('http://127.0.0.1:4101/oauth/v2/token'), rules)).toBeNull()
  })

  test('Zoho’s data centres are of a table, and no other host is', () => {
    const profile = zohoCrm()
    const rules = reachRules(profile, profile)
    expect(reachOf(new URL('https://accounts.zoho.com/oauth/v2/token'), rules)).toBe('anywhere')
    expect(reachOf(new URL('https://accounts.zoho.eu/oauth/v2/token'), rules)).toBe('anywhere')
    expect(reachOf(new URL('https://accounts.evil.example/oauth/v2/token'), rules)).toBe('public')
    expect(reachOf(new URL('https://accounts.zoho.eu/oauth/v2/token'), reachRules(profile, null))).toBe(
      'public',
    )
  })
})
