import { InvalidInputError } from 'evergrant'
import { describe, expect, test } from 'vitest'
import { parseClientOptions } from './client-options.ts'

const tokens = { fetch: async () => {}, getToken: async () => {}, refreshToken: async () => {} }
const parse = (options: object): unknown =>
  parseClientOptions(
    { tokens, clientId: 'smart-tax-nation', ...options } as never,
    'ZohoCRMService',
    'zoho_crm',
  )

describe('the options of a client', () => {
  test.each([
    [{ edition: 'gold' }, /edition.*free, standard/],
    [{ baseUrl: 'http://www.zohoapis.com' }, /https origin/],
    [{ baseUrl: 'https://www.zohoapis.com/crm' }, /https origin/],
    [{ baseUrl: 'https://a:b@www.zohoapis.com' }, /https origin/],
    [{ timeoutMs: 0 }, /timeoutMs/],
    [{ timeoutMs: Number.NaN }, /timeoutMs/],
    [{ retries: -1 }, /retries/],
    [{ retries: 1.5 }, /retries/],
    [{ clientID: 'x' }, /Did you mean "clientId"/],
    [{ tokens: {} }, /OAuthTokenService/],
    [{ clientId: '' }, /clientId/],
    [{ provider: 7 }, /provider/],
  ])('%j are refused', (options, message) => {
    expect(() => parse(options)).toThrow(InvalidInputError)
    expect(() => parse(options)).toThrow(message)
  })
})
