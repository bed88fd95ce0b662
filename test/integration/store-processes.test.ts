import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { TokenStore } from '../../src/ports/store.ts'
import { openPostgresStore } from '../../src/store/postgres/open.ts'
import { openSqliteStore } from '../../src/store/sqlite/open.ts'
import { compileSource } from '../support/compiled-source.ts'
import { PATIENT_MS } from '../support/patience.ts'
import { freshDatabase } from '../support/postgres.ts'
import { rowOf, storedRow } from '../support/store-contract/harness.ts'
import { runWorkers } from '../support/store-workers.ts'

const compiled = compileSource()
const folder = mkdtempSync(join(tmpdir(), 'evergrant-processes-'))
afterAll(() => {
  for (const path of [compiled, folder]) rmSync(path, { recursive: true, force: true })
})

const database = await freshDatabase()
const empty = await freshDatabase()

const ENGINES: [string, { url: string; emptyUrl: string; open: () => Promise<TokenStore> }][] = [
  [
    'PostgreSQL',
    {
      url: database.url,
      emptyUrl: empty.url,
      open: () => openPostgresStore({ timeoutMs: PATIENT_MS, database: database.url }),
    },
  ],
  [
    'SQLite',
    {
      url: `file:${folder}/tokens.db`,
      emptyUrl: `file:${folder}/empty.db`,
      open: () => openSqliteStore({ timeoutMs: PATIENT_MS, url: `file:${folder}/tokens.db` }),
    },
  ],
]

describe.each(ENGINES)('%s and several processes', (_, { url, emptyUrl, open }) => {
  test('ten that open a new database at once all succeed', async () => {
    expect(await runWorkers(10, compiled, emptyUrl, 'open')).toEqual(Array.from({ length: 10 }, () => null))
  })

  test('of a hundred claims of two processes at once, one is granted', async () => {
    const store = await open()
    const row = await storedRow(store)
    const granted = await runWorkers(2, compiled, url, 'claim', JSON.stringify(row))
    expect(granted.sort()).toEqual([0, 1])
    expect((await rowOf(store, row)).leaseId).not.toBeNull()
    await store[Symbol.asyncDispose]()
  })

  test('no write of three processes is lost', async () => {
    const store = await open()
    const row = await storedRow(store)
    await runWorkers(3, compiled, url, 'put', JSON.stringify(row))
    expect((await rowOf(store, row)).generation).toBe(row.generation + 150)
    await store[Symbol.asyncDispose]()
  })

  test('what is written beside a second store of the same process is there for the others', async () => {
    const stores = [await open(), await open()] as const
    // Opens and closes: the last one to leave a SQLite file takes its log away.
    await runWorkers(1, compiled, url, 'open')
    for (const store of stores) {
      const row = await storedRow(store)
      expect(await runWorkers(1, compiled, url, 'claim', JSON.stringify(row))).toEqual([1])
    }
    for (const store of stores) await store[Symbol.asyncDispose]()
  })
})
