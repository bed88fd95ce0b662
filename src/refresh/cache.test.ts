import { describe, expect, test } from 'vitest'
import { connectionWith, HOUR, policy, SECOND, zohoLike } from '../../test/support/lifecycle.ts'
import type { ConnectionRow } from '../ports/store.ts'
import { Secret } from '../secret.ts'
import { FakeClock } from '../testing/fake-clock.ts'
import { TokenCache } from './cache.ts'
import type { HeldToken } from './held-token.ts'

function heldFor(clientId: string, clock: FakeClock, given: Partial<ConnectionRow> = {}): HeldToken {
  const row: ConnectionRow = {
    ...connectionWith(),
    id: clientId,
    clientId,
    provider: 'zoho_crm',
    accessToken: 'sealed',
    refreshToken: 'sealed',
    scopes: null,
    metadata: {},
    accountDigest: null,
    createdAt: 0,
    updatedAt: 0,
    now: 0,
    ...given,
  }
  const readAt = clock.monotonicMs()
  const clockOffset = clock.wallMs() - readAt
  return { accessToken: Secret.of(clientId), observed: { row, readAt, answeredAt: readAt, clockOffset } }
}

function cacheOf(maxEntries: number) {
  const clock = new FakeClock()
  const cache = new TokenCache(clock, { maxAgeMs: 30 * SECOND, maxEntries })
  const put = (clientId: string, given: Partial<ConnectionRow> = {}): void =>
    cache.put(heldFor(clientId, clock, given), zohoLike, policy)
  const has = (clientId: string): boolean => cache.fresh(clientId, 'zoho_crm', 0) !== null
  return { clock, cache, put, has }
}

describe('tokens in memory', () => {
  test('are bounded in number: the oldest that nobody asked for goes first', () => {
    const { put, has } = cacheOf(3)
    for (const client of ['a', 'b', 'c']) put(client)
    expect(has('a')).toBe(true)
    put('d')
    expect(['a', 'b', 'c', 'd'].map(has)).toEqual([true, false, true, true])
  })

  test('are bounded in number also when all are in use', () => {
    const { put, has } = cacheOf(2)
    for (let index = 0; index < 100; index += 1) {
      put(`client-${index}`)
      expect(has(`client-${index}`)).toBe(true)
    }
    expect(Array.from({ length: 100 }, (_, index) => has(`client-${index}`)).filter(Boolean)).toHaveLength(2)
  })

  test('are bounded in age, and end when they are due', async () => {
    const { clock, put, has } = cacheOf(3)
    put('young')
    put('due', { expiresAt: HOUR, refreshAt: 10 * SECOND })
    await clock.advance(10 * SECOND)
    expect([has('young'), has('due')]).toEqual([true, false])
    await clock.advance(20 * SECOND)
    expect(has('young')).toBe(false)
  })

  test('of an older generation do not replace newer ones', () => {
    const { cache, clock, put } = cacheOf(3)
    put('a', { generation: 2 })
    cache.put(heldFor('a', clock, { generation: 1 }), zohoLike, policy)
    expect(cache.fresh('a', 'zoho_crm', 0)?.observed.row.generation).toBe(2)
  })

  test('that were read before a write of this process do not come back', async () => {
    const { clock, cache, has } = cacheOf(3)
    const before = heldFor('a', clock)
    await clock.advance(5)
    cache.drop({ clientId: 'a', provider: 'zoho_crm' })
    cache.put(before, zohoLike, policy)
    expect(has('a')).toBe(false)
    cache.put(heldFor('a', clock), zohoLike, policy)
    expect(has('a')).toBe(true)
  })

  test('are kept for no connection that is written in a transaction, until it must have ended', async () => {
    const { clock, cache, put, has } = cacheOf(3)
    cache.suspend({ clientId: 'a', provider: 'zoho_crm' })
    await clock.advance(29 * SECOND)
    put('a')
    expect(has('a')).toBe(false)
    await clock.advance(2 * SECOND)
    put('a')
    expect(has('a')).toBe(true)
  })
})
