import { drizzle } from 'drizzle-orm/postgres-js'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { openPostgresStore } from '../../src/store/postgres/open.ts'
import { PATIENT_MS } from '../support/patience.ts'
import { freshDatabase } from '../support/postgres.ts'
import { freshKey, plantOf, storedRow } from '../support/store-contract/harness.ts'

const database = await freshDatabase()
const COUNT = 200

test('postgres.js alone loses transactions behind a pooler, and says that they were committed', async () => {
  const sql = postgres(database.url, { max: 10 })
  await sql`create table plain (id integer)`
  await Promise.all(
    Array.from({ length: COUNT }, (_, id) =>
      sql.begin(tx => tx`insert into plain values (${id})`).catch(() => {}),
    ),
  )
  await sql.end()
  const [row] = await database.query('select count(*)::int as count from plain')
  expect(row?.count).toBeLessThan(COUNT)
})

test('what the store does in a transaction of postgres.js is there once it is reported', async () => {
  const sql = postgres(database.url, { max: 10, onnotice: () => {} })
  const store = await openPostgresStore({ database: drizzle(sql), timeoutMs: PATIENT_MS })
  const plants = Array.from({ length: COUNT }, () => plantOf(freshKey('planted')))
  const planted = await Promise.all(plants.map(plant => store.plant(plant)))
  expect(new Set(planted)).toEqual(new Set(['planted']))
  const rows = await Promise.all(Array.from({ length: COUNT }, () => storedRow(store)))
  const deleted = await Promise.all(rows.map(row => store.delete({ ...row, revoke: true, seed: null })))
  expect(deleted.filter(row => row === null)).toEqual([])

  const counts = await database.query(`select
    (select count(*)::int from oauth_tokens where provider = 'planted') as planted,
    (select count(*)::int from oauth_seed_uses) as seeds,
    (select count(*)::int from oauth_tokens where provider <> 'planted') as left,
    (select count(*)::int from oauth_token_revocations) as revocations`)
  expect(counts).toEqual([{ planted: COUNT, seeds: COUNT, left: 0, revocations: COUNT }])
  await store[Symbol.asyncDispose]()
  await sql.end()
})
