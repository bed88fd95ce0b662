import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { InvalidInputError } from '../errors.ts'
import type { Clock } from '../ports/clock.ts'
import type { Transport, TransportRequest } from '../ports/transport.ts'
import { Secret } from '../secret.ts'
import { catalogueProfiles } from './catalogue-profiles.ts'
import { genericProvider } from './generic-provider.ts'
import type { ProviderOverride } from './provider-override.ts'
import { createProviders, type ProvidersOptions } from './registry.ts'

const clock: Clock = { wallMs: () => 0, monotonicMs: () => 0, delay: async () => {} }
const acme = genericProvider({
  name: 'acme',
  tokenEndpoint: 'https://id.acme.example/token',
  apiHosts: ['api.acme.example'],
})

class RecordingTransport implements Transport {
  readonly requests: TransportRequest[] = []

  async send(request: TransportRequest): Promise<{ kind: 'unsent'; reason: string }> {
    this.requests.push(request)
    return { kind: 'unsent', reason: 'RECORDED' }
  }

  async close(): Promise<void> {}
}

function providersWith(options: Partial<ProvidersOptions> = {}) {
  return createProviders({ transport: new RecordingTransport(), clock, ...options })
}

function failureOf(overrides: unknown): InvalidInputError {
  try {
    providersWith({ overrides: overrides as Record<string, ProviderOverride> })
  } catch (error) {
    if (error instanceof InvalidInputError) return error
    throw error
  }
  throw new Error('The options were accepted.')
}

describe('the providers of a service', () => {
  test('are the built-in ones and those with a profile', () => {
    const providers = providersWith({ overrides: { acme: { profile: acme }, zoho_crm: undefined } })
    expect(providers.names).toEqual(['zoho_crm', 'zoho_calendar', 'acme'])
    expect(providers.get('zoho_crm').name).toBe('zoho_crm')
    expect(providers.get('acme').profile.tokenEndpoint).toBe('https://id.acme.example/token')
    expect(providers.get('zoho_calendar').traits.rotation).toBe('static')
  })

  test.each(['acme', '__proto__', 'constructor', 'toString', ''])('do not include %j', name => {
    const get = () => providersWith().get(name)
    expect(get).toThrow(InvalidInputError)
    expect(get).toThrow(/zoho_crm, zoho_calendar.*evergrant\/providers/)
    expect(providersWith().appOf(name)).toBeNull()
  })

  test('include one of the catalogue once it is named, and the error for another says how to name it', async () => {
    const catalogue = await catalogueProfiles(['google', 'acme', 'zoho_crm', 'constructor'])
    expect([...catalogue.keys()]).toEqual(['google'])
    const providers = providersWith({ catalogue, overrides: { google: { clientId: 'id' } } })
    expect(providers.get('google').endpointOf({}).href).toBe('https://oauth2.googleapis.com/token')
    expect(providers.appOf('google')).toEqual({ clientId: 'id', clientSecret: null })
    expect(() => providers.get('xero')).toThrow(/catalogue has it.*providers: \{ xero:/)
  })

  test('may have a profile of one’s own under a name of the catalogue', async () => {
    const catalogue = await catalogueProfiles(['google'])
    const profile = genericProvider({ name: 'google', tokenEndpoint: 'https://id.acme.example/token' })
    const providers = providersWith({ catalogue, overrides: { google: { profile } } })
    expect(providers.get('google').endpointOf({}).host).toBe('id.acme.example')
  })

  test('have the app credentials of the options', () => {
    const providers = providersWith({
      overrides: {
        zoho_crm: { clientId: 'id', clientSecret: 'canary' },
        acme: { profile: acme, clientId: 'public' },
      },
    })
    expect(providers.appOf('zoho_crm')?.clientSecret?.reveal()).toBe('canary')
    expect(providers.appOf('acme')).toEqual({ clientId: 'public', clientSecret: null })
    expect(providers.appOf('zoho_calendar')).toBeNull()
    expect(inspect(providers, { showHidden: true, depth: 9 })).not.toContain('canary')
  })

  test('take location and accounts server from their own options before the environment', () => {
    const providers = providersWith({
      zohoLocation: 'eu',
      overrides: { zoho_crm: { location: 'in' } },
    })
    expect(providers.get('zoho_crm').endpointOf({}).host).toBe('accounts.zoho.in')
    expect(providers.get('zoho_calendar').endpointOf({}).host).toBe('accounts.zoho.eu')
    const local = providersWith({
      zohoAccountsServer: 'http://127.0.0.1:4100',
      overrides: { zoho_calendar: { accountsServer: 'https://proxy.example' } },
    })
    expect(local.get('zoho_crm').endpointOf({ location: 'eu' }).href).toBe(
      'http://127.0.0.1:4100/oauth/v2/token',
    )
    expect(local.get('zoho_calendar').endpointOf({}).host).toBe('proxy.example')
  })

  test('take a variable that is set to nothing for one that is not set', () => {
    const providers = providersWith({ zohoLocation: '', zohoAccountsServer: '' })
    expect(providers.get('zoho_crm').endpointOf({}).host).toBe('accounts.zoho.com')
  })

  test('may send the token to the hosts that allowHosts adds', () => {
    const allowHosts = ['127.0.0.1:4100', 'Proxy.example']
    const providers = providersWith({
      overrides: { acme: { profile: acme, allowHosts }, zoho_crm: { allowHosts } },
    })
    expect(providers.get('acme').profile.apiHosts).toEqual([
      'api.acme.example',
      '127.0.0.1:4100',
      'proxy.example',
    ])
    expect(providers.get('zoho_crm').profile.apiHosts).toEqual(
      expect.arrayContaining(['www.zohoapis.com', '127.0.0.1:4100', 'proxy.example']),
    )
  })

  test('may have another budget of refreshes than their profile says, or none', () => {
    const refreshBudget = { requests: 3, perMs: 1_000 }
    const providers = providersWith({
      overrides: { acme: { profile: acme, refreshBudget }, zoho_crm: { refreshBudget: null } },
    })
    const budgetOf = (name: string) => providers.get(name).traits.refreshBudget
    expect(['acme', 'zoho_crm', 'zoho_calendar'].map(budgetOf)).toEqual([
      refreshBudget,
      null,
      { requests: 10, perMs: 600_000 },
    ])
  })

  test('may replace a built-in profile', () => {
    const profile = genericProvider({ name: 'zoho_crm', tokenEndpoint: 'https://id.acme.example/token' })
    const providers = providersWith({ overrides: { zoho_crm: { profile } } })
    expect(providers.get('zoho_crm').profile.headerScheme).toBe('Bearer')
  })
})

describe('a secret of a data centre', () => {
  const overrides = {
    zoho_crm: {
      clientId: 'id',
      clientSecret: 'us-secret',
      clientSecrets: { eu: 'eu-secret', IN: 'in-secret' },
    },
  }

  async function secretSent(
    location: string,
    app: { clientId: string; clientSecret: string | null },
    given: Record<string, ProviderOverride> = overrides,
  ): Promise<string | null> {
    const transport = new RecordingTransport()
    await providersWith({ transport, overrides: given })
      .get('zoho_crm')
      .refresh({
        app: {
          clientId: app.clientId,
          clientSecret: app.clientSecret === null ? null : Secret.of(app.clientSecret),
        },
        refreshToken: Secret.of('r'),
        metadata: { location },
        timeoutMs: 1,
        until: Infinity,
      })
    return new URLSearchParams(transport.requests[0]?.body).get('client_secret')
  }

  test('is used for the connections there, the common one elsewhere', async () => {
    const app = { clientId: 'id', clientSecret: 'us-secret' }
    expect(await secretSent('eu', app)).toBe('eu-secret')
    expect(await secretSent('in', app)).toBe('in-secret')
    expect(await secretSent('us', app)).toBe('us-secret')
  })

  test('is enough where there is no common one', async () => {
    expect(await secretSent('eu', { clientId: 'id', clientSecret: null })).toBe('eu-secret')
    expect(await secretSent('us', { clientId: 'id', clientSecret: null })).toBeNull()
  })

  test('is not used for another app', async () => {
    expect(await secretSent('eu', { clientId: 'other', clientSecret: 'other-secret' })).toBe('other-secret')
  })

  test('belongs to whatever app is used when the options name none', async () => {
    const given = { zoho_crm: { clientSecrets: { eu: 'eu-secret' } } }
    expect(await secretSent('eu', { clientId: 'id', clientSecret: 'us-secret' }, given)).toBe('eu-secret')
  })
})

describe('options of providers', () => {
  test.each<[string, unknown]>([
    ['must be', 7],
    ['must be', []],
    ['must be an object', { zoho_crm: 'canary' }],
    ['no option "client_id"', { zoho_crm: { client_id: 'canary' } }],
    ['clientId', { zoho_crm: { clientId: 7 } }],
    ['clientSecret', { zoho_crm: { clientSecret: '' } }],
    ['clientSecrets', { zoho_crm: { clientSecrets: 'canary' } }],
    ['clientSecrets.eu', { zoho_crm: { clientSecrets: { eu: 7 } } }],
    ['data centre', { zoho_crm: { clientSecrets: { europe: 'canary' } } }],
    ['allowHosts', { zoho_crm: { allowHosts: 'canary' } }],
    ['API host', { zoho_crm: { allowHosts: ['https://canary'] } }],
    ['API host', { zoho_crm: { allowHosts: [7] } }],
    ['data centre', { zoho_crm: { location: 'canary' } }],
    ['accounts server', { zoho_crm: { accountsServer: 'http://canary' } }],
    ['not built in', { google: { clientId: 'canary' } }],
    ['not built in', JSON.parse('{"__proto__":{"clientId":"canary"}}')],
    ['profile', { acme: { profile: { name: 'acme' } } }],
    ['profile', { other: { profile: acme } }],
    ['profile', { acme: { profile: null } }],
    ['refreshBudget', { zoho_crm: { refreshBudget: 'canary' } }],
    ['refreshScope', { zoho_crm: { refreshScope: 'canary' } }],
    ['refreshBudget', { zoho_crm: { refreshBudget: { requests: 10 } } }],
    ['location', { acme: { profile: acme, location: 'eu' } }],
    ['accountsServer', { acme: { profile: acme, accountsServer: 'https://canary' } }],
    ['clientSecrets', { acme: { profile: acme, clientSecrets: { eu: 'canary' } } }],
  ])('are refused with a word on "%s": %j', (word, overrides) => {
    const { message } = failureOf(overrides)
    expect(message).toContain(word)
    expect(message).not.toContain('canary')
  })
})
