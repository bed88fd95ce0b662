import { describe, expect, test } from 'vitest'
import { InvalidInputError } from '../errors.ts'
import { defineProvider, type ProviderDefinition } from './define-provider.ts'
import { genericProvider } from './generic-provider.ts'

const tokenEndpoint = 'https://id.acme.example/token'

describe('a provider that was defined by its endpoints', () => {
  test('is plain OAuth 2 with the careful assumptions', () => {
    expect(genericProvider({ name: 'acme', tokenEndpoint })).toMatchObject({
      name: 'acme',
      tokenEndpoint,
      revocationEndpoint: null,
      revocation: { style: 'rfc7009', goneStatuses: [] },
      clientAuthentication: 'client_secret_post',
      scopeSeparator: ' ',
      headerScheme: 'Bearer',
      apiHosts: [],
      traits: { lifetimeMs: null, refreshEarliestMs: 0, rotation: 'strict', refreshKillsAccessToken: false },
    })
  })

  test('has what was given', () => {
    const profile = genericProvider({
      name: 'acme',
      tokenEndpoint,
      revocationEndpoint: 'https://id.acme.example/revoke',
      clientAuthentication: 'client_secret_basic',
      apiHosts: ['API.acme.example', '127.0.0.1:8080'],
      rotation: 'window',
      lifetimeMs: 600_000,
      refreshEarliestMs: 570_000,
    })
    expect(profile).toMatchObject({
      revocationEndpoint: 'https://id.acme.example/revoke',
      clientAuthentication: 'client_secret_basic',
      apiHosts: ['api.acme.example', '127.0.0.1:8080'],
      traits: { rotation: 'window', lifetimeMs: 600_000, refreshEarliestMs: 570_000 },
    })
  })

  test('takes the default for what was given as undefined', () => {
    const profile = defineProvider({
      name: 'acme',
      tokenEndpoint,
      revocationEndpoint: undefined,
      revocation: { style: undefined, goneStatuses: [204] },
      headerScheme: undefined,
      traits: { lifetimeMs: undefined, throttleMs: 1 },
      answers: { acceptsForm: true, errors: undefined },
    })
    expect(profile.revocationEndpoint).toBeNull()
    expect(profile.revocation).toMatchObject({ style: 'rfc7009', goneStatuses: [204], method: 'POST' })
    expect(profile.headerScheme).toBe('Bearer')
    expect(profile.traits).toMatchObject({ lifetimeMs: null, throttleMs: 1, rotation: 'strict' })
    expect(profile.answers.errors.refused).toEqual(['invalid_grant'])
  })

  test.each<Partial<ProviderDefinition>>([
    { name: '' },
    { name: ' acme' },
    { name: 'acme ' },
    { name: 'ａｃｍｅ' },
    { name: 'a'.repeat(256) },
    { tokenEndpoint: 'http://id.acme.example/token' },
    { tokenEndpoint: 'id.acme.example' },
    { tokenEndpoint: 'https://user:canary@id.acme.example/' },
    { revocationEndpoint: 'http://id.acme.example/' },
    { apiHosts: ['https://api.acme.example'] },
    { apiHosts: ['*'] },
    { apiHosts: ['api.acme.example/x'] },
    { apiHosts: ['user@api.acme.example'] },
    { apiHosts: [''] },
    { traits: { refreshBudget: { requests: 0, perMs: 1 } } },
    { traits: { refreshBudget: { requests: 1.5, perMs: 1 } } },
    { traits: { refreshBudget: { requests: 1, perMs: Number.POSITIVE_INFINITY } } },
  ])('is refused with %j', definition => {
    const define = () => defineProvider({ name: 'acme', tokenEndpoint, ...definition })
    expect(define).toThrow(InvalidInputError)
    expect(define).not.toThrow(/canary/)
  })
})
