import { describe, expect, test } from 'vitest'
import { firstPut, freshKey, HOUR, rowOf, type StoreHarness, storedRow } from './harness.ts'

/** Reading, `storeTokens` and the values that a row must give back as it got them. */
export function rowsContract(harness: () => StoreHarness): void {
  describe('rows', () => {
    test('a connection without a row reads as null', async () => {
      expect(await harness().store.read(freshKey())).toBeNull()
    })

    test('a stored row reads as it was put, on the clock of the database', async () => {
      const { store } = harness()
      const key = freshKey()
      expect(await store.put(firstPut(key))).toBe(true)
      const row = await rowOf(store, key)
      expect(row).toMatchObject({
        ...key,
        accessToken: 'access-1',
        refreshToken: 'refresh-1',
        scopes: 'read,write',
        metadata: { api_domain: 'https://www.zohoapis.eu' },
        status: 'active',
        statusReason: null,
        generation: 1,
        lifetimeMs: HOUR,
        leaseId: null,
        leaseUntil: null,
        attemptId: null,
        appId: null,
        failureCount: 0,
        nextAttemptAt: null,
        lastError: null,
        lastRefreshedAt: null,
        refreshTokenExpiresAt: null,
        createdAt: row.updatedAt,
      })
      expect(row.id).toMatch(/^[0-9a-f-]{36}$/)
      expect(row.expiresAt).toBe(row.createdAt + HOUR)
      expect(row.refreshAt).toBe(row.createdAt + 50 * 60_000)
      expect(row.now).toBeGreaterThanOrEqual(row.createdAt)
    })

    test('the clock of a row and of ping is one clock', async () => {
      const { store } = harness()
      const before = await store.ping()
      const row = await storedRow(store)
      expect(row.now).toBeGreaterThanOrEqual(before)
      expect(await store.ping()).toBeGreaterThanOrEqual(row.now)
    })

    test('rows are told apart by client and provider together', async () => {
      const { store } = harness()
      const { clientId } = freshKey()
      await storedRow(store, { accessToken: 'one' }, { clientId: `${clientId}a`, provider: 'b:c' })
      await storedRow(store, { accessToken: 'two' }, { clientId: `${clientId}a:b`, provider: 'c' })
      expect((await rowOf(store, { clientId: `${clientId}a`, provider: 'b:c' })).accessToken).toBe('one')
      expect((await rowOf(store, { clientId: `${clientId}a:b`, provider: 'c' })).accessToken).toBe('two')
    })

    test.each(['__proto__', 'constructor', 'toString', "Robert'); drop table oauth_tokens;--", '%_\\"'])(
      'the name %s is a name like any other',
      async name => {
        const { store } = harness()
        const key = { clientId: freshKey().clientId, provider: name }
        expect(await store.read(key)).toBeNull()
        const row = await storedRow(store, {}, key)
        expect(row.provider).toBe(name)
        expect(await store.read({ clientId: name, provider: key.clientId })).toBeNull()
      },
    )

    test('what a caller does to metadata that it was given changes nothing', async () => {
      const { store } = harness()
      const row = await storedRow(store, { metadata: { nested: { list: [1] } } })
      Object.assign(row.metadata, { nested: 'gone' })
      expect((await rowOf(store, row)).metadata).toEqual({ nested: { list: [1] } })
    })
  })

  describe('values', () => {
    test('metadata come back as JSON keeps them, odd keys too', async () => {
      const metadata: unknown = JSON.parse(
        '{"__proto__":{"a":1},"constructor":null,"":[],"deep":[{"x":[1.5,true,"ü"]}],"big":9007199254740991}',
      )
      const row = await storedRow(harness().store, { metadata: metadata as Record<string, unknown> })
      expect(JSON.parse(JSON.stringify(row.metadata))).toEqual(metadata)
      expect(Object.keys(row.metadata)).toContain('__proto__')
    })

    test('text that a database cannot hold loses its odd characters and nothing else', async () => {
      const row = await storedRow(harness().store, {
        scopes: 'a\0b,\ud800',
        metadata: { 'k\0': 'v\0\udfff', list: ['\0'] },
      })
      expect(row.scopes).toBe('a\uFFFDb,\uFFFD')
      expect(row.metadata).toEqual({ 'k\uFFFD': 'v\uFFFD\uFFFD', list: ['\uFFFD'] })
      expect(row.refreshToken).toBe('refresh-1')
    })

    test('long token texts come back byte for byte', async () => {
      const accessToken = 'ä☃'.repeat(40_000)
      expect((await storedRow(harness().store, { accessToken })).accessToken).toBe(accessToken)
    })

    test.each([
      ['never', Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
      ['after the end of the calendar', 1e17, Number.POSITIVE_INFINITY],
      ['not known', null, null],
    ])('an expiry that is %s is told', async (_, expiresInMs, expiresAt) => {
      const row = await storedRow(harness().store, {
        expiresInMs,
        refreshInMs: expiresInMs,
        lifetimeMs: expiresInMs,
      })
      expect(row).toMatchObject({ expiresAt, refreshAt: expiresAt, lifetimeMs: null })
    })

    test('an expiry in the far future or in the past is an instant', async () => {
      const { store } = harness()
      // PostgreSQL 13 gives seconds as a double: to the millisecond for tens of thousands of years, not for more.
      const farMs = 10_000 * 365.25 * 24 * HOUR
      const far = await storedRow(store, { expiresInMs: farMs })
      expect(far.expiresAt).toBe(far.createdAt + farMs)
      const past = await storedRow(store, { expiresInMs: -HOUR })
      expect(past.expiresAt).toBe(past.createdAt - HOUR)
    })

    test('fractions of a millisecond are rounded', async () => {
      const row = await storedRow(harness().store, { expiresInMs: 1_000.6, lifetimeMs: 999.5 })
      expect(row).toMatchObject({ expiresAt: row.createdAt + 1_001, lifetimeMs: 1_000 })
    })
  })
}
