import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OAuthTokenService } from 'evergrant'
import { forkLocalZoho } from 'evergrant/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { HERD_CLIENT, HERD_KEYS, HERD_PROVIDER, herd } from '../support/herd.ts'
import { freshDatabase } from '../support/postgres.ts'

const directory = mkdtempSync(join(tmpdir(), 'evergrant-herd-'))
const database = await freshDatabase()
const zoho = await forkLocalZoho({ throttle: null })
afterAll(async () => {
  await zoho.close()
  rmSync(directory, { recursive: true })
})

describe.each([
  ['PostgreSQL', () => database.url],
  ['one SQLite file', () => `file:${join(directory, 'herd.db')}`],
])('4 processes × 250 callers on an expired connection, on %s', (_, url) => {
  test.each(['static', 'strict'] as const)(
    'make one request, and all have the same new token (%s)',
    async rotation => {
      await zoho.configure({ rotation })
      await zoho.clearLedger()
      const grant = await zoho.issueGrant()
      const opened = await OAuthTokenService.open({ database: url(), encryptionKeys: HERD_KEYS })
      await opened.storeTokens(HERD_CLIENT, HERD_PROVIDER, grant)
      await opened.reportRejected(HERD_CLIENT, HERD_PROVIDER, grant.accessToken)
      await opened.close()

      await zoho.fault({ kind: 'delay', ms: 200 })
      const done = await herd({ database: url(), zoho, processes: 4, callers: 250 })
      expect(done.flatMap(({ failures }) => failures)).toEqual([])
      expect(done.map(({ answered }) => answered)).toEqual([250, 250, 250, 250])
      const tokens = new Set(done.flatMap(one => one.tokens))
      expect(tokens.size).toBe(1)
      expect(tokens.has(grant.accessToken)).toBe(false)
      expect(await zoho.summary()).toMatchObject({ requests: 1, issued: 1, overlaps: 0 })
    },
  )
})
