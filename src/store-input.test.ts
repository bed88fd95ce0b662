import { describe, expect, test } from 'vitest'
import { InvalidInputError } from './errors.ts'
import { zohoCrm } from './providers/zoho.ts'
import { parseNewTokens } from './store-input.ts'

const key = { clientId: 'client', provider: 'zoho_crm' }
const parse = (input: unknown) => parseNewTokens(input, key, zohoCrm(), () => {})

describe("a provider's answer as it came", () => {
  test.each<[string, object, string]>([
    [
      'is refused with the mapping of what it holds',
      {
        access_token: 'canary',
        refresh_token: 'canary',
        scope: 'canary',
        api_domain: 'https://www.zohoapis.eu',
        token_type: 'Bearer',
        expires_in: 3600,
      },
      "storeTokens() has names of its own, and this is a provider's answer as it came. Map it: " +
        '{ accessToken: answer.access_token, refreshToken: answer.refresh_token, expiresIn: answer.expires_in, ' +
        'scopes: answer.scope, metadata: { api_domain: answer.api_domain } }.',
    ],
    [
      'holds only what it holds',
      { access_token: 'canary', token_type: 'bearer' },
      "storeTokens() has names of its own, and this is a provider's answer as it came. Map it: " +
        '{ accessToken: answer.access_token }.',
    ],
    [
      'may be mapped in part',
      { accessToken: 'canary', refresh_token: 'canary' },
      "storeTokens() has names of its own, and this is a provider's answer as it came. Map it: " +
        '{ refreshToken: answer.refresh_token }.',
    ],
    [
      'may count seconds beside milliseconds',
      { access_token: 'canary', expires_in: 3_600_000, expires_in_sec: 3600 },
      "storeTokens() has names of its own, and this is a provider's answer as it came. Map it: " +
        '{ accessToken: answer.access_token, expiresIn: answer.expires_in_sec }.',
    ],
    [
      'may name an instant',
      { access_token: 'canary', expiry_date: 1_790_000_000_000 },
      "storeTokens() has names of its own, and this is a provider's answer as it came. Map it: " +
        '{ accessToken: answer.access_token, expiresIn: the seconds until answer.expiry_date }.',
    ],
    [
      'may be an error: then there is nothing to store',
      { error: 'canary', error_description: 'canary' },
      "storeTokens() was given a provider's error, which holds no tokens. Look at the answer before it is stored: " +
        'tokens are there when it has access_token.',
    ],
  ])('%s', (_, input, message) => {
    expect(() => parse(input)).toThrow(InvalidInputError)
    expect(() => parse(input)).toThrow(message)
    expect(() => parse(input)).not.toThrow(/canary/)
    expect(() => parse(input)).toThrow(expect.objectContaining(key))
  })

  test('mapped as the message says, is taken', () => {
    const answer = { access_token: 'a', refresh_token: 'r', scope: 'x y', expires_in: 60, api_domain: 'd' }
    const parsed = parse({
      accessToken: answer.access_token,
      refreshToken: answer.refresh_token,
      expiresIn: answer.expires_in,
      scopes: answer.scope,
      metadata: { api_domain: answer.api_domain },
    })
    expect(parsed).toMatchObject({ expiresInMs: 60_000, scopes: ['x', 'y'], metadata: { api_domain: 'd' } })
  })
})

test('an instant of expiry is answered with what is taken instead', () => {
  expect(() => parse({ accessToken: 'a', expiresAt: new Date(0) })).toThrow(
    'The argument tokens has no field "expiresAt". Did you mean "expiresIn"? ' +
      'There are: accessToken, refreshToken, expiresIn, scopes, metadata. expiresIn counts seconds from now.',
  )
})

test('what is no plain object is told by its kind', () => {
  expect(() => parse(new Response('canary'))).toThrow(
    'storeTokens() takes a plain object with accessToken; got an object of the class Response.',
  )
  expect(() => parse([])).toThrow('storeTokens() takes a plain object with accessToken; got an array.')
})
