import { OAuthTokenService } from 'evergrant'
import { localZohoApp, startLocalZoho } from 'evergrant/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { StoreUnavailableError } from '../../src/errors.ts'
import { openPostgresStore } from '../../src/store/postgres/open.ts'
import { PATIENT_MS } from '../support/patience.ts'
import type { PgBouncer } from '../support/pgbouncer.ts'
import { startPostgres } from '../support/postgres-server.ts'
import { CLIENT, KEYS } from '../support/services.ts'
import { claimOf, firstPut, freshKey, plantOf, rowOf, storedRow } from '../support/store-contract/harness.ts'

const server = await startPostgres()
let pooler: PgBouncer
beforeAll(async () => {
  pooler = await server.pool()
})
afterAll(() => server.stop())

describe('a pooler that is restarted under load', () => {
  test('fails calls typed or not at all, loses nothing that was acknowledged, and is used again', async () => {
    const store = await openPostgresStore({ database: server.url(), timeoutMs: PATIENT_MS })
    const acknowledged: { clientId: string; provider: string }[] = []
    const failures: unknown[] = []
    const load = { on: true }
    const one = async (): Promise<void> => {
      while (load.on) {
        const key = freshKey()
        await store.put(firstPut(key)).then(
          () => acknowledged.push(key),
          (error: unknown) => failures.push(error),
        )
      }
    }
    const working = Promise.all(Array.from({ length: 10 }, one))
    for (let round = 0; round < 5; round += 1) {
      const before = acknowledged.length
      await expect.poll(() => acknowledged.length, { timeout: PATIENT_MS }).toBeGreaterThan(before + 20)
      await pooler.restart()
    }
    const before = acknowledged.length
    await expect.poll(() => acknowledged.length, { timeout: PATIENT_MS }).toBeGreaterThan(before + 20)
    load.on = false
    await working

    expect(failures.filter(error => !(error instanceof StoreUnavailableError))).toEqual([])
    const found = await Promise.all(acknowledged.map(key => store.read(key)))
    expect(found.filter(row => row === null)).toEqual([])
    await store[Symbol.asyncDispose]()
  })

  test('in the middle of a refresh costs no grant: the new refresh token is written once it is back', async () => {
    const zoho = await startLocalZoho({ throttle: null, rotation: 'strict' })
    const tokens = await OAuthTokenService.open({
      database: server.url(),
      encryptionKeys: KEYS,
      providers: { zoho_crm: { ...localZohoApp, accountsServer: zoho.url } },
    })
    await tokens.storeTokens(CLIENT, 'zoho_crm', await zoho.issueGrant())
    for (let round = 0; round < 3; round += 1) {
      await zoho.fault({ kind: 'delay', ms: 300 })
      const { requests } = await zoho.summary()
      const refreshing = tokens.refreshToken(CLIENT, 'zoho_crm')
      await expect.poll(async () => (await zoho.summary()).requests).toBe(requests + 1)
      await pooler.halt()
      // The caller has its token before the database has it.
      const { accessToken } = await refreshing
      await pooler.start()
      const stored = async (): Promise<string | undefined> =>
        (await tokens.getTokenRecord(CLIENT, 'zoho_crm').catch(() => null))?.accessToken?.reveal()
      await expect.poll(stored, { timeout: PATIENT_MS }).toBe(accessToken)
    }
    await tokens.close()
    expect(await zoho.summary()).toMatchObject({ requests: 3, issued: 3, refused: 0, overlaps: 0 })
    await zoho.close()
  })
})

describe('a pooler that freezes', () => {
  test('F14: fails calls typed in the time limit, and works again once it goes on', async () => {
    const store = await openPostgresStore({ database: server.url(), timeoutMs: 1_000 })
    const row = await storedRow(store)
    pooler.signal('SIGSTOP')
    const calls = [store.read(row), store.claim(claimOf(row)), store.plant(plantOf(freshKey()))]
    const reasons = await Promise.all(
      calls.map(call =>
        call.then(
          () => 'it answered',
          (error: unknown) => (error instanceof StoreUnavailableError ? error.reason : error),
        ),
      ),
    ).finally(() => pooler.signal('SIGCONT'))
    expect(reasons).toEqual(['ETIMEDOUT', 'ETIMEDOUT', 'ETIMEDOUT'])
    await expect
      .poll(() =>
        rowOf(store, row).then(
          ({ id }) => id,
          () => null,
        ),
      )
      .toBe(row.id)
    await store[Symbol.asyncDispose]()
  })

  test('does not keep a service from serving what it has in memory, nor from closing', async () => {
    const tokens = await OAuthTokenService.open({
      database: server.url(),
      encryptionKeys: KEYS,
      policy: { storeTimeoutMs: 1_000 },
      cache: { maxAgeMs: 1 },
    })
    await tokens.storeTokens(CLIENT, 'zoho_crm', { accessToken: 'in memory' })
    expect(await tokens.getAccessToken(CLIENT, 'zoho_crm')).toBe('in memory')
    pooler.signal('SIGSTOP')
    try {
      expect(await tokens.getAccessToken(CLIENT, 'zoho_crm')).toBe('in memory')
      await expect(tokens.getTokenRecord(CLIENT, 'zoho_crm')).rejects.toMatchObject({
        code: 'STORE_UNAVAILABLE',
        reason: 'ETIMEDOUT',
      })
      await tokens.close()
    } finally {
      pooler.signal('SIGCONT')
    }
  })
})
