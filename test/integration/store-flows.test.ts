import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Libsql from 'libsql'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import type { FlowRecord } from '../../src/ports/flows.ts'
import { openPostgresStore } from '../../src/store/postgres/open.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { PATIENT_MS } from '../support/patience.ts'
import { freshDatabase } from '../support/postgres.ts'

const folder = mkdtempSync(join(tmpdir(), 'evergrant-flows-'))
afterAll(() => rmSync(folder, { recursive: true }))
const path = join(folder, 'tokens.db')
const database = await freshDatabase()
const postgres = await openPostgresStore({ timeoutMs: PATIENT_MS, database: database.url })
const sqlite = await openSqliteStore({ timeoutMs: PATIENT_MS, url: path })
const hand = new Libsql(path)
afterAll(async () => {
  hand.close()
  await sqlite[Symbol.asyncDispose]()
  await postgres[Symbol.asyncDispose]()
})

const FLOW: FlowRecord = {
  clientId: 'smart-tax-nation',
  provider: 'zoho_crm',
  kind: 'confirmation',
  issuer: null,
  appId: 'app-1',
  redirectUri: 'https://app.example/oauth/callback/zoho_crm',
  userDigest: null,
  bindingDigest: 'binding',
  sealed: 'sealed-canary',
  details: {},
}

afterEach(() => void vi.useRealTimers())

describe.each([
  ['PostgreSQL', postgres, (text: string) => database.query(text)],
  ['SQLite', sqlite, async (text: string) => hand.prepare(text).all([])],
] as const)('the row of a flow, on %s,', (_, { flows }, query) => {
  const sealedOf = (digest: string): Promise<unknown> =>
    query(`select sealed from oauth_flows where digest = '${digest}'`)

  test('holds nothing sealed once the flow is consumed', async () => {
    const digest = randomUUID()
    await flows.begin(digest, FLOW, 600_000)
    expect(await sealedOf(digest)).toEqual([{ sealed: 'sealed-canary' }])
    await flows.consume(digest, 'confirmation')
    expect(await sealedOf(digest)).toEqual([{ sealed: null }])
  })

  test('holds nothing sealed once its time is over, as soon as anybody begins another', async () => {
    const [over, alive] = [randomUUID(), randomUUID()]
    await flows.begin(over, FLOW, -1)
    await flows.begin(alive, FLOW, 600_000)
    expect(await sealedOf(over)).toEqual([{ sealed: null }])
    expect(await sealedOf(alive)).toEqual([{ sealed: 'sealed-canary' }])
    expect(await flows.consume(over, 'confirmation')).toEqual({ kind: 'expired' })
  })

  test('ends by the clock of the database, whatever that of this process says', async () => {
    const [over, alive] = [randomUUID(), randomUUID()]
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 })
    await flows.begin(over, FLOW, -1)
    await flows.begin(alive, FLOW, 600_000)
    expect(await flows.consume(over, 'confirmation')).toEqual({ kind: 'expired' })
    vi.setSystemTime(Date.now() + 7_200_000)
    expect(await flows.consume(alive, 'confirmation')).toMatchObject({ kind: 'consumed' })
  })
})
