import { PGlite } from '@electric-sql/pglite'
import { drizzle as drizzleNodePostgres } from 'drizzle-orm/node-postgres'
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite'
import { drizzle as drizzlePostgresJs } from 'drizzle-orm/postgres-js'
import pg from 'pg'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { InvalidInputError, StoreUnavailableError } from '../../src/errors.ts'
import type { DatabaseHandle, DrizzleDatabase } from '../../src/ports/database-handle.ts'
import type { TokenStore } from '../../src/ports/store.ts'
import { openPostgresStore } from '../../src/store/postgres/open.ts'
import { PATIENT_MS } from '../support/patience.ts'
import { freshDatabase } from '../support/postgres.ts'
import { firstPut, freshKey, plantOf, rowOf, storedRow } from '../support/store-contract/harness.ts'

/** A user's Drizzle database, as far as these tests go. */
interface UserDatabase extends Omit<DrizzleDatabase, 'transaction'> {
  transaction(body: (tx: object) => Promise<void>): Promise<void>
}

const database = await freshDatabase()
const postgresJs = await freshDatabase()

function transactionsContract(
  name: string,
  open: () => Promise<{ db: UserDatabase; url?: string; close: () => Promise<void> }>,
): void {
  describe(name, () => {
    let opened: Awaited<ReturnType<typeof open>>
    let store: TokenStore
    beforeAll(async () => {
      opened = await open()
      store = await openPostgresStore({ timeoutMs: PATIENT_MS, database: opened.url ?? opened.db })
    })
    afterAll(async () => {
      await store[Symbol.asyncDispose]()
      await opened.close()
    })

    test('what a transaction puts is seen inside it, and by all after its commit', async () => {
      const key = freshKey()
      await opened.db.transaction(async tx => {
        expect(await store.read(key, { tx })).toBeNull()
        expect(await store.put(firstPut(key), { tx })).toBe(true)
        expect((await store.read(key, { tx }))?.accessToken).toBe('access-1')
      })
      expect((await rowOf(store, key)).accessToken).toBe('access-1')
    })

    test('a rollback undoes a put', async () => {
      const key = freshKey()
      await expect(
        opened.db.transaction(async tx => {
          await store.put(firstPut(key), { tx })
          throw new Error('the caller changed its mind')
        }),
      ).rejects.toThrow('changed its mind')
      expect(await store.read(key)).toBeNull()
      expect(await store.eventLog.page({ ...key, limit: 1, before: null })).toEqual([])
    })

    test('a rollback undoes a deletion, with its revocation and its seeds', async () => {
      const request = plantOf(freshKey())
      await store.plant(request)
      const { id } = await rowOf(store, request)
      await expect(
        opened.db.transaction(async tx => {
          const deleted = await store.delete({ ...request, revoke: true, seed: request.seed }, { tx })
          expect(deleted?.id).toBe(id)
          throw new Error('the caller changed its mind')
        }),
      ).rejects.toThrow('changed its mind')
      expect((await rowOf(store, request)).id).toBe(id)
      expect(await store.revocations.of(id)).toBeNull()
      expect((await store.seedMemory(request.seed, request.provider)).use?.state).toBe('stored')
    })

    test('a committed deletion has its revocation and its seeds', async () => {
      const request = plantOf(freshKey())
      await store.plant(request)
      const { id } = await rowOf(store, request)
      await opened.db.transaction(async tx => {
        await store.delete({ ...request, revoke: true, seed: request.seed }, { tx })
      })
      expect(await store.read(request)).toBeNull()
      expect((await store.revocations.of(id))?.refreshToken).toBe('seeded-refresh')
      expect((await store.seedMemory(request.seed, request.provider)).use?.state).toBe('deleted')
    })

    test('the clock goes on inside a long transaction', async () => {
      const row = await storedRow(store)
      await opened.db.transaction(async tx => {
        const first = await store.read(row, { tx })
        await expect
          .poll(async () => (await store.read(row, { tx }))?.now ?? 0)
          .toBeGreaterThan(first?.now ?? Number.POSITIVE_INFINITY)
      })
    })

    test('a transaction that failed before gives the typed error', async () => {
      const row = await storedRow(store)
      await expect(
        opened.db.transaction(async tx => {
          await Promise.resolve(Reflect.get(tx, 'execute').call(tx, 'select 1/0')).catch(() => {})
          await expect(store.read(row, { tx })).rejects.toMatchObject({ reason: '25P02' })
          await store.read(row, { tx })
        }),
      ).rejects.toBeInstanceOf(StoreUnavailableError)
    })
  })
}

transactionsContract('transactions of Drizzle on node-postgres', async () => {
  const pool = new pg.Pool({ connectionString: database.url })
  return { db: drizzleNodePostgres(pool), close: () => pool.end() }
})

transactionsContract('transactions of Drizzle on node-postgres, beside a store by URL', async () => {
  const pool = new pg.Pool({ connectionString: database.url })
  return { db: drizzleNodePostgres(pool), url: database.url, close: () => pool.end() }
})

transactionsContract('transactions of Drizzle on postgres.js', async () => {
  // Behind a pooler postgres.js keeps its caller's transactions only without names: see test/pooler.
  const sql = postgres(postgresJs.url, { prepare: false, onnotice: () => {} })
  return { db: drizzlePostgresJs(sql), close: () => sql.end() }
})

transactionsContract('transactions of Drizzle on PGlite', async () => {
  const client = new PGlite()
  return { db: drizzlePglite(client), close: () => client.close() }
})

describe('what is no transaction of Drizzle', () => {
  test.each([
    ['an object', {}],
    ['null', null],
    ['a string', 'tx'],
    ['a database outside a transaction', drizzlePglite(new PGlite())],
  ])('%s is refused, and nothing is written', async (_, tx) => {
    const store = await openPostgresStore({ timeoutMs: PATIENT_MS, database: database.url })
    const key = freshKey()
    await expect(store.put(firstPut(key), { tx })).rejects.toThrow(InvalidInputError)
    await expect(store.read(key, { tx })).rejects.toThrow(InvalidInputError)
    await expect(store.delete({ ...key, revoke: false, seed: null }, { tx })).rejects.toThrow(
      InvalidInputError,
    )
    expect(await store.read(key)).toBeNull()
    await store[Symbol.asyncDispose]()
  })
})

describe('handles that are no database', () => {
  test.each([
    ['an object', {}],
    ['a single client of pg', new pg.Client()],
    ['Drizzle on a single client of pg', drizzleNodePostgres(new pg.Client())],
    ['a URL that cannot be read', 'postgres://user:canary-password@:bad:/x'],
  ])('%s is refused without its secrets', async (_, handle) => {
    const database = handle as DatabaseHandle
    const error: unknown = await openPostgresStore({ timeoutMs: PATIENT_MS, database }).catch(
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(InvalidInputError)
    expect(String(error)).not.toContain('canary')
  })

  test('a single client is told from other objects', async () => {
    const open = (handle: unknown) => openPostgresStore({ database: handle as DatabaseHandle })
    await expect(open(new pg.Client())).rejects.toThrow(
      /^The database is a single pg\.Client, .* Make it on a pg\.Pool\.$/,
    )
    await expect(open({})).rejects.toThrow(/^The database is neither a URL/)
  })

  test('a transaction is refused: it ends before the service does', async () => {
    const pool = new pg.Pool({ connectionString: database.url })
    const opening = drizzleNodePostgres(pool).transaction(tx =>
      openPostgresStore({ database: tx as unknown as DatabaseHandle }),
    )
    await expect(opening).rejects.toThrow(/^The database is a transaction, .* as \{ tx \}\.$/)
    await pool.end()
  })
})
