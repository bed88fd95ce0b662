import { OAuthTokenService } from 'evergrant'
import { forkLocalZoho } from 'evergrant/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { HERD_CLIENT, HERD_KEYS, HERD_PROVIDER, herd } from '../support/herd.ts'
import { POOL_SIZE } from '../support/pgbouncer.ts'
import { freshDatabase } from '../support/postgres.ts'

const database = await freshDatabase()
const zoho = await forkLocalZoho({ throttle: null })
afterAll(() => zoho.close())

/** Returns once the token that is stored has expired, by the database's clock. */
async function untilExpired(): Promise<void> {
  const left = 'select extract(epoch from token_expiry - now()) > 0 as alive from oauth_tokens'
  await expect.poll(() => database.query(left)).toEqual([{ alive: false }])
}

describe(`at the second of expiry, through a pool of ${POOL_SIZE} server connections`, () => {
  test.each([
    { processes: 4, callers: 250, rotation: 'static' },
    { processes: 4, callers: 250, rotation: 'strict' },
    { processes: 8, callers: 1_250, rotation: 'strict' },
  ] as const)(
    'nasty input 6: $processes processes × $callers callers make one request and get the same token, without an error ($rotation)',
    async ({ processes, callers, rotation }) => {
      await zoho.configure({ rotation })
      await zoho.clearLedger()
      const grant = await zoho.issueGrant()
      const tokens = await OAuthTokenService.open({ database: database.url, encryptionKeys: HERD_KEYS })
      await tokens.storeTokens(HERD_CLIENT, HERD_PROVIDER, { ...grant, expiresIn: 1 })
      await tokens.close()

      await zoho.fault({ kind: 'delay', ms: 200 })
      const done = await herd({ database: database.url, zoho, processes, callers, ready: untilExpired })
      expect(done.flatMap(({ failures }) => failures)).toEqual([])
      expect(done.map(({ answered }) => answered)).toEqual(Array.from({ length: processes }, () => callers))
      const given = new Set(done.flatMap(one => one.tokens))
      expect(given.size).toBe(1)
      expect(given.has(grant.accessToken)).toBe(false)
      expect(await zoho.summary()).toMatchObject({ requests: 1, issued: 1, refused: 0, overlaps: 0 })
    },
  )
})
