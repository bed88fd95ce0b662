import { defineProvider } from 'evergrant/providers'
import { describe, expect, test } from 'vitest'
import { parseParameters, profileOf } from './provider-parameters.ts'

const books = defineProvider({
  name: 'books',
  tokenEndpoint: 'https://{region}.books.example/{tenant}/token',
  placeholders: {
    region: { kind: 'label', description: 'the region' },
    tenant: { kind: 'segment', description: 'the tenant' },
  },
  authorization: { callbackMetadata: ['realm'] },
})

describe('--parameter', () => {
  test('gives values to placeholders of the provider, and to what its callback would bring', () => {
    const texts = ['region=eu', 'tenant=a=b', 'realm=1 2']
    expect(parseParameters(texts, books)).toEqual({ region: 'eu', tenant: 'a=b', realm: '1 2' })
    expect(parseParameters([], books)).toEqual({})
  })

  test('of a provider that is not known yet is left to whoever opens it', () => {
    expect(parseParameters(['a=b'], null)).toEqual({ a: 'b' })
  })

  test.each([
    [['regoin=eu'], 'regoin is none of books. There is: region (the region); tenant (the tenant); realm.'],
    [['__proto__=x'], '__proto__ is none of books'],
    [['constructor=x'], 'constructor is none of books'],
    [['region=eu', 'region=us'], 'region is given twice'],
    [['region'], 'takes a name and a value'],
    [['region='], 'takes a name and a value'],
    [['=eu'], 'takes a name and a value'],
    [[''], 'takes a name and a value'],
  ])('is refused as %j', (texts, message) => {
    expect(() => parseParameters(texts, books)).toThrow(message)
  })

  test('is that of the file, else of what is built in, else of the catalogue', async () => {
    const profile = defineProvider({ name: 'zendesk', tokenEndpoint: 'https://id.example/token' })
    expect(await profileOf('zendesk', { providers: { zendesk: { profile } } })).toBe(profile)
    expect(Object.keys((await profileOf('zendesk', {}))?.placeholders ?? {})).toEqual(['subdomain'])
    expect((await profileOf('zoho_crm', {}))?.authorization.callbackMetadata).toEqual(['location'])
    expect(await profileOf('nobody', {})).toBeNull()
  })
})
