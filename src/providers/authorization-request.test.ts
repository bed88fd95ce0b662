import { describe, expect, test } from 'vitest'
import { authorizationRequest } from './authorization-request.ts'
import { defineProvider, type ProviderDefinition } from './define-provider.ts'

const request = { clientId: 'app', redirectUri: 'https://app.example/cb?x=1', state: 's', codeChallenge: 'c' }

function urlFor(definition: Partial<ProviderDefinition>, more: { scopes?: string[] } = {}): URL {
  const profile = defineProvider({
    name: 'acme',
    tokenEndpoint: 'https://id.example/token',
    authorizationEndpoint: 'https://id.example/authorize?keep=me',
    ...definition,
  })
  return authorizationRequest(profile, { ...request, ...more })
}

describe('an authorization request', () => {
  test('is that of RFC 6749 with S256, behind the query of the endpoint', () => {
    expect(urlFor({}).href).toBe(
      'https://id.example/authorize?keep=me&response_type=code&client_id=app' +
        '&redirect_uri=https%3A%2F%2Fapp.example%2Fcb%3Fx%3D1&state=s&code_challenge=c&code_challenge_method=S256',
    )
  })

  test('sends no challenge where PKCE is rejected', () => {
    expect(urlFor({ authorization: { pkce: 'rejected' } }).searchParams.has('code_challenge')).toBe(false)
  })

  test('has the parameters of the profile, which cannot replace those of the standard', () => {
    const parameters = { access_type: 'offline', state: 'evil', redirect_uri: 'https://evil.example' }
    const { searchParams } = urlFor({ authorization: { parameters } })
    expect(searchParams.get('access_type')).toBe('offline')
    expect(searchParams.getAll('state')).toEqual(['s'])
    expect(searchParams.getAll('redirect_uri')).toEqual([request.redirectUri])
  })

  test('separates scopes as the provider wants it, and names the app so', () => {
    const { searchParams } = urlFor(
      { scopeSeparator: ',', clientIdParameter: 'client_key' },
      { scopes: ['a', 'b'] },
    )
    expect(searchParams.get('scope')).toBe('a,b')
    expect(searchParams.get('client_key')).toBe('app')
    expect(searchParams.has('client_id')).toBe(false)
  })

  test('is refused where the profile does not know the endpoint', () => {
    expect(() => urlFor({ authorizationEndpoint: null })).toThrow(/names no authorization endpoint/)
  })
})
