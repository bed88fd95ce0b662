import { describe, expect, test } from 'vitest'
import { Secret } from '../secret.ts'
import { type PendingTokens, parsePending, pendingFields } from './pending-tokens.ts'

const pending: PendingTokens = {
  accessToken: Secret.of('access'),
  refreshToken: Secret.of('refresh'),
  expiresInMs: 3_600_000,
  refreshTokenExpiresInMs: 86_400_000,
  scopes: ['read'],
  metadata: { region: 'eu' },
  grant: {
    wanted: ['read'],
    asked: ['read', 'offline_access'],
    answered: ['read'],
    hasRefreshToken: true,
    hasIdToken: true,
    expires: true,
  },
  account: 'ada',
  accountDigest: 'digest',
}
const kept = (tokens: PendingTokens): PendingTokens =>
  parsePending(new Map(Object.entries(JSON.parse(JSON.stringify(pendingFields(tokens))))))

describe('tokens that wait for a person', () => {
  test('come out as they went in', () => {
    const again = kept(pending)
    expect(again).toEqual({ ...pending, accessToken: expect.anything(), refreshToken: expect.anything() })
    expect([again.accessToken?.reveal(), again.refreshToken?.reveal()]).toEqual(['access', 'refresh'])
  })

  test('also where little of them is known, or they never expire', () => {
    const nothing = {
      accessToken: null,
      refreshToken: null,
      scopes: null,
      account: null,
      accountDigest: null,
    }
    const little = { ...pending, ...nothing, expiresInMs: null, refreshTokenExpiresInMs: null, metadata: {} }
    const grant = {
      ...pending.grant,
      answered: null,
      hasRefreshToken: false,
      hasIdToken: false,
      expires: false,
    }
    expect(kept({ ...little, grant })).toEqual({ ...little, grant })
    expect(kept({ ...pending, expiresInMs: Infinity }).expiresInMs).toBe(Infinity)
  })
})
