import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import pg from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import { StoreUnavailableError } from '../../src/errors.ts'
import type { TokenStore } from '../../src/ports/store.ts'
import { openPostgresStore } from '../../src/store/postgres/open.ts'
import { freshDatabase } from '../support/postgres.ts'
import { startPostgres } from '../support/postgres-server.ts'
import {
  claimOf,
  firstPut,
  freshKey,
  plantOf,
  rejectOf,
  rowOf,
  storedRow,
} from '../support/store-contract/harness.ts'

const database = await freshDatabase()
const KILL_ALL = `select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid()`

async function withStore<Result>(
  options: Parameters<typeof openPostgresStore>[0],
  use: (store: TokenStore) => Promise<Result>,
): Promise<Result> {
  const store = await openPostgresStore(options)
  try {
    return await use(store)
  } finally {
    await store[Symbol.asyncDispose]()
  }
}

async function withPool(config: pg.PoolConfig, use: (pool: pg.Pool) => Promise<void>): Promise<void> {
  const pool = new pg.Pool(config)
  try {
    await use(pool)
  } finally {
    await pool.end()
  }
}

async function replaceConnection(pool: pg.Pool): Promise<void> {
  const client = await pool.connect()
  client.release(true)
}

/** The rejection of a call, which must be the typed one. */
async function unavailable(call: Promise<unknown>): Promise<StoreUnavailableError> {
  const error: unknown = await call.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  )
  if (error instanceof StoreUnavailableError) return error
  throw error
}

describe('lost connections', () => {
  test('when the server ends all of them, reads go on', async () => {
    await withStore({ database: database.url }, async store => {
      const row = await storedRow(store)
      for (let round = 0; round < 5; round += 1) {
        await Promise.all(Array.from({ length: 20 }, () => store.read(row)))
        await database.query(KILL_ALL)
        expect((await rowOf(store, row)).id).toBe(row.id)
      }
    })
  })

  test('when the server ends them in the middle of calls, a call succeeds or fails typed, and the store goes on', async () => {
    await withStore({ database: database.url }, async store => {
      const row = await storedRow(store)
      const calls = Array.from({ length: 200 }, (_, index) =>
        index % 2 === 0 ? store.read(row) : store.reject(rejectOf(row)),
      )
      const settling = Promise.allSettled(calls)
      await database.query(KILL_ALL)
      for (const outcome of await settling) {
        if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(StoreUnavailableError)
      }
      expect((await rowOf(store, row)).id).toBe(row.id)
    })
  })

  test('an idle pool that was handed in survives them, and is left open', async () => {
    await withPool({ connectionString: database.url }, async pool => {
      await withStore({ database: pool }, async store => {
        const row = await storedRow(store)
        await database.query(KILL_ALL)
        expect((await rowOf(store, row)).id).toBe(row.id)
      })
      expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }])
    })
  })
})

describe('a connection that is cut while it is made', () => {
  test('is made again, for a write too', async () => {
    const target = new URL(database.url)
    const toCut = { count: 0 }
    const proxy = createServer(socket => {
      if (toCut.count > 0) {
        toCut.count -= 1
        socket.destroy()
        return
      }
      const server = connect(Number(target.port), target.hostname)
      for (const [from, to] of [
        [socket, server],
        [server, socket],
      ] as const) {
        from.on('error', () => to.destroy())
        from.pipe(to)
      }
    }).listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    const address = proxy.address()
    const url = Object.assign(new URL(target), { port: typeof address === 'object' ? address?.port : '' })
    await withPool({ connectionString: url.href, maxUses: 1 }, async pool => {
      await withStore({ database: pool }, async store => {
        toCut.count = 1
        expect(await store.put(firstPut(freshKey()))).toBe(true)
        toCut.count = 2
        await unavailable(store.put(firstPut(freshKey())))
        expect(toCut.count).toBe(0)
      })
    })
    proxy.close()
  })
})

describe('a pool without a free connection', () => {
  test('fails typed in the time limit, takes nothing with it, and works again when there is one', async () => {
    await withPool({ connectionString: database.url, max: 1 }, async pool => {
      await withStore({ database: pool, timeoutMs: 300 }, async store => {
        const row = await storedRow(store)
        const held = await pool.connect()
        expect((await unavailable(store.read(row))).reason).toBe('ETIMEDOUT')
        expect((await unavailable(store.claim(claimOf(row)))).reason).toBe('ETIMEDOUT')
        expect((await unavailable(store.plant(plantOf(freshKey())))).reason).toBe('ETIMEDOUT')
        held.release()
        expect((await rowOf(store, row)).leaseId).toBeNull()
        expect(pool.idleCount).toBe(1)
      })
    })
  })
})

describe('a row that somebody else locks', () => {
  test('fails typed, and its connection is not used again', async () => {
    await withPool({ connectionString: database.url, max: 3 }, async pool => {
      await withStore({ database: pool, timeoutMs: 300 }, async store => {
        const row = await storedRow(store)
        const other = new pg.Client({ connectionString: database.url })
        await other.connect()
        await other.query('begin')
        await other.query('select from oauth_tokens where id = $1 for update', [row.id])
        const before = pool.totalCount
        expect((await unavailable(store.claim(claimOf(row)))).reason).toBe('ETIMEDOUT')
        await expect.poll(() => pool.totalCount).toBe(before - 1)
        await other.query('rollback')
        await other.end()
        expect((await rowOf(store, row)).id).toBe(row.id)
      })
    })
  })
})

describe('conflicts between transactions', async () => {
  const serializable = await database.urlWith({ default_transaction_isolation: 'serializable' })

  test('F17: are run again: a write that waited for another one at SERIALIZABLE', async () => {
    await withStore({ database: serializable }, async store => {
      const row = await storedRow(store)
      const other = new pg.Client({ connectionString: database.url })
      await other.connect()
      try {
        await other.query('begin')
        await other.query("update oauth_tokens set scopes = 'meanwhile' where id = $1", [row.id])
        const claiming = store.claim(claimOf(row))
        await expect
          .poll(() =>
            database.query(
              'select from pg_stat_activity where wait_event_type = $1 and datname = current_database()',
              ['Lock'],
            ),
          )
          .toHaveLength(1)
        await other.query('commit')
        expect(await claiming).toBe(true)
        expect((await rowOf(store, row)).scopes).toBe('meanwhile')
      } finally {
        await other.end()
      }
    })
  })

  test('F17: at SERIALIZABLE, 64 workers at once see none of them', async () => {
    await withStore({ database: serializable, timeoutMs: 20_000 }, async store => {
      const row = await storedRow(store)
      const claims = await Promise.all(Array.from({ length: 64 }, () => store.claim(claimOf(row))))
      expect(claims.filter(Boolean)).toHaveLength(1)
      const { seed } = plantOf(freshKey())
      const plants = await Promise.all(
        Array.from({ length: 64 }, () => store.plant(plantOf(freshKey(), { seed }))),
      )
      expect(plants.filter(result => result === 'planted')).toHaveLength(1)
      const counted = await Promise.all(
        Array.from({ length: 64 }, () => store.put(firstPut(freshKey('serializable')))),
      )
      expect(counted.filter(Boolean)).toHaveLength(64)
    })
  })
})

// The test plays the pooler itself, on one session: what a real one does is tried in test/pooler.
describe('names of prepared statements', () => {
  test('F16: that a pooler lost are given up for good, and the call succeeds', async () => {
    await withPool({ connectionString: database.directUrl, max: 1 }, async pool => {
      await withStore({ database: pool }, async store => {
        const row = await storedRow(store)
        expect((await pool.query('select name from pg_prepared_statements')).rows).toHaveLength(1)
        await pool.query('deallocate all')
        expect((await rowOf(store, row)).id).toBe(row.id)
        expect((await rowOf(store, row)).id).toBe(row.id)
        expect((await pool.query('select name from pg_prepared_statements')).rows).toEqual([])
      })
    })
  })

  test('F16: that exist already on the server connection are given up for good, and the call succeeds', async () => {
    await withPool({ connectionString: database.directUrl, max: 1 }, async pool => {
      await withStore({ database: pool }, async store => {
        const row = await storedRow(store)
        const [statement] = (await pool.query('select name from pg_prepared_statements')).rows
        await replaceConnection(pool)
        await pool.query(`prepare ${statement.name} as select 1`)
        expect((await rowOf(store, row)).id).toBe(row.id)
        expect((await rowOf(store, row)).id).toBe(row.id)
      })
    })
  })
})

describe('a server that stops', async () => {
  const server = await startPostgres()
  afterAll(() => server.stop())

  test('F10: and starts again is used again, with everything that was acknowledged', async () => {
    await withStore({ database: server.url(), timeoutMs: 1_000 }, async store => {
      const row = await storedRow(store)
      for (const mode of ['fast', 'immediate'] as const) {
        await server.halt(mode)
        expect((await unavailable(store.read(row))).reason).toMatch(/^E|^08P01$/)
        expect((await unavailable(store.claim(claimOf(row)))).reason).toMatch(/^E|^08P01$/)
        await server.start()
        expect((await rowOf(store, row)).id).toBe(row.id)
      }
    })
  })

  test('F14: or freezes fails typed in the time limit; silent connections are destroyed', async () => {
    const config = { connectionString: server.url(), connectionTimeoutMillis: 700 }
    await withPool(config, async pool => {
      await withStore({ database: pool, timeoutMs: 500 }, async store => {
        const row = await storedRow(store)
        server.signalAll('SIGSTOP')
        try {
          const calls = [store.read(row), store.claim(claimOf(row)), store.plant(plantOf(freshKey()))]
          for (const error of await Promise.all(calls.map(unavailable)))
            expect(error.reason).toBe('ETIMEDOUT')
          // What waits for a connection gives its place back a little later.
          await expect.poll(() => pool.totalCount).toBe(0)
        } finally {
          server.signalAll('SIGCONT')
        }
        expect((await rowOf(store, row)).id).toBe(row.id)
      })
    })
  })

  test('or freezes does not keep a store from closing', async () => {
    const store = await openPostgresStore({ database: server.url(), timeoutMs: 500 })
    server.signalAll('SIGSTOP')
    try {
      await store[Symbol.asyncDispose]()
    } finally {
      server.signalAll('SIGCONT')
    }
  })
})
