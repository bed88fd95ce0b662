import { describe, expect, test } from 'vitest'
import { type AuthorizationRules, defineProvider, type ProviderProfile } from '../providers/index.ts'
import { type Grant, grantedScopes, missingScopes, remedyOf } from './granted.ts'

const providerWith = (authorization: Partial<AuthorizationRules>): ProviderProfile =>
  defineProvider({ name: 'acme', tokenEndpoint: 'https://id.acme.example/token', authorization })

const grant = (given: Partial<Grant>): Grant => ({
  wanted: [],
  asked: [],
  answered: null,
  hasRefreshToken: true,
  hasIdToken: false,
  expires: true,
  ...given,
})

describe('granted scopes', () => {
  const profile = providerWith({ refreshTokenScopes: ['offline_access'] })

  test('are those of the answer; those that were asked for where it is silent; unknown where nobody said', () => {
    expect(grantedScopes(grant({ asked: ['a'], answered: ['b'] }))).toEqual(['b'])
    expect(grantedScopes(grant({ asked: ['a'] }))).toEqual(['a'])
    expect(grantedScopes(grant({}))).toBe(null)
  })

  test('are compared with what was wanted', () => {
    expect(missingScopes(grant({ wanted: ['a', 'b'], answered: ['b', 'c'] }), profile)).toEqual(['a'])
    expect(missingScopes(grant({ wanted: ['a'] }), profile)).toEqual([])
  })

  test('are there where their effect is, although the answer does not name them', () => {
    const wanted = ['openid', 'email', 'offline_access', 'a']
    expect(missingScopes(grant({ wanted, answered: ['a'], hasIdToken: true }), profile)).toEqual([])
    const without = grant({ wanted, answered: ['a'], hasRefreshToken: false })
    expect(missingScopes(without, profile)).toEqual(['openid', 'email', 'offline_access'])
  })
})

describe('a refresh token', () => {
  test('that is there, or that nobody needs, has no remedy', () => {
    expect(remedyOf(grant({}), providerWith({}))).toBe(null)
    expect(remedyOf(grant({ hasRefreshToken: false, expires: false }), providerWith({}))).toBe(null)
  })

  test.each<[string, Partial<AuthorizationRules>]>([
    ['Ask for the scope offline_access, too', { refreshTokenScopes: ['offline_access'] }],
    ['prompt=consent, access_type=offline', { parameters: { access_type: 'offline', prompt: 'consent' } }],
    ['prompt=consent, access_type=offline', { parameters: { token_access_type: 'offline' } }],
    ['a setting of the app there', {}],
  ])('that is missing is explained: %s', (words, authorization) => {
    expect(remedyOf(grant({ hasRefreshToken: false }), providerWith(authorization))).toContain(words)
  })
})
