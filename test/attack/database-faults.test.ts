import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { drizzle } from 'drizzle-orm/node-postgres'
import { OAuthTokenService, type OpenOptions } from 'evergrant'
import pg from 'pg'
import { afterAll, describe, expect, test } from 'vitest'
import { PATIENT_MS } from '../support/patience.ts'
import { POOL_SIZE } from '../support/pgbouncer.ts'
import { type PostgresServer, startPostgres } from '../support/postgres-server.ts'
import { CLIENT, CREDENTIALS, KEYS, serviceWorld } from '../support/services.ts'
import { json, type Reply, tokenEndpoint } from '../trust/token-endpoint.ts'

/* Databases that stand still, are the wrong one, are short of connections or of one mind: through the whole service. */
const world = await serviceWorld()
const endpoint = await tokenEndpoint()
const profile = endpoint.profile('acme', { revocationEndpoint: endpoint.url })

/** A service at the endpoint; what it reads, it reads from the database. */
async function service(database: OpenOptions['database'], policy: OpenOptions['policy'] = {}) {
  const tokens = await OAuthTokenService.open({
    database,
    encryptionKeys: KEYS,
    cache: false,
    policy: { storeTimeoutMs: PATIENT_MS, ...policy },
    providers: { acme: { profile, ...CREDENTIALS } },
  })
  world.adopt(tokens)
  return tokens
}

const expired = { accessToken: 'old', refreshToken: 'stored', expiresIn: 1 }
const living = { accessToken: 'alive', refreshToken: 'stored', expiresIn: 3_600 }
const fresh = json({ access_token: 'fresh', token_type: 'Bearer', expires_in: 3_600 })

/** Answers that wait until all of them are let go. */
function heldAnswers(): {
  readonly reply: Reply
  readonly count: () => number
  readonly release: () => void
} {
  const waiting: Socket[] = []
  return {
    reply: socket => void waiting.push(socket),
    count: () => waiting.length,
    release: () => {
      for (const socket of waiting.splice(0)) socket.write(fresh)
    },
  }
}

/** An address whose connections lead to one server, and from a certain moment on to another. */
class Way {
  readonly #sockets = new Set<Socket>()
  readonly #server = createServer(client => this.#join(client))
  #to: PostgresServer

  constructor(to: PostgresServer) {
    this.#to = to
  }

  async url(): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    const { port } = this.#server.address() as AddressInfo
    return Object.assign(new URL(this.#to.directUrl()), { port }).href
  }

  lead(to: PostgresServer): void {
    this.#to = to
    for (const socket of this.#sockets) socket.destroy()
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }

  #join(client: Socket): void {
    const server = connect(this.#to.port, '127.0.0.1')
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(from)
      from
        .on('error', () => {})
        .on('close', () => {
          this.#sockets.delete(from)
          to.destroy()
        })
      from.pipe(to)
    }
  }
}

describe('a standby in place of the primary', async () => {
  const primary = await startPostgres()
  const before = await service(primary.directUrl())
  await before.storeTokens(CLIENT, 'acme', living)
  await before.close()
  // It has the first token, and will not hear of a second one.
  const standby = await primary.standby(['recovery_min_apply_delay=1h'])
  afterAll(async () => {
    await standby.stop()
    await primary.stop()
  })

  test('F12: is refused when a service opens on it, whichever way it is handed in', async () => {
    const pool = new pg.Pool({ connectionString: standby.directUrl() })
    for (const database of [standby.directUrl(), pool, drizzle(pool)]) {
      for (const migrate of [true, false]) {
        await expect(
          OAuthTokenService.open({ database, migrate, encryptionKeys: KEYS }),
        ).rejects.toMatchObject({
          code: 'INVALID_INPUT',
          message: expect.stringContaining('Connect to the primary'),
        })
      }
    }
    await pool.end()
  })

  test('F12: that a running service comes to is refused, too: no old token, no false absence, no request', async () => {
    const way = new Way(primary)
    const tokens = await service(await way.url())
    const { accessToken } = await tokens.refreshToken(CLIENT, 'acme')
    await tokens.storeTokens('new client', 'acme', living)
    way.lead(standby)
    const refused = { code: 'STORE_UNAVAILABLE', reason: '25006', retryable: false }
    for (const client of [CLIENT, 'new client']) {
      await expect(tokens.getAccessToken(client, 'acme')).rejects.toMatchObject(refused)
      await expect(tokens.refreshToken(client, 'acme')).rejects.toMatchObject(refused)
      await expect(tokens.getTokenRecord(client, 'acme')).rejects.toMatchObject(refused)
    }
    expect(endpoint.asked).toEqual(['stored'])
    way.lead(primary)
    expect(await tokens.getAccessToken(CLIENT, 'acme')).toBe(accessToken)
    await tokens.close()
    way.close()
  })
})

describe('a database that is frozen, not dead', async () => {
  const server = await startPostgres()
  afterAll(() => server.stop())

  /** Everything that anybody may ask of a service, by name. */
  const calls: Readonly<Record<string, (tokens: OAuthTokenService) => Promise<unknown>>> = {
    getAccessToken: tokens => tokens.getAccessToken(CLIENT, 'acme'),
    getToken: tokens => tokens.getToken(CLIENT, 'acme'),
    refreshToken: tokens => tokens.refreshToken(CLIENT, 'acme'),
    storeTokens: tokens => tokens.storeTokens(CLIENT, 'acme', living),
    hasToken: tokens => tokens.hasToken(CLIENT, 'acme'),
    getTokenRecord: tokens => tokens.getTokenRecord(CLIENT, 'acme'),
    deleteToken: tokens => tokens.deleteToken(CLIENT, 'acme'),
    'deleteToken with revoke': tokens => tokens.deleteToken(CLIENT, 'acme', { revoke: true }),
    listTokens: tokens => tokens.listTokens(),
    reportRejected: tokens => tokens.reportRejected(CLIENT, 'acme', 'alive'),
    fetch: tokens => tokens.fetch(CLIENT, 'acme', endpoint.url),
    tick: tokens => tokens.tick(),
  }

  test('F14: every call ends while it stands still, typed, and no request is made; afterwards all works', async () => {
    const tokens = await service(server.url(), { storeTimeoutMs: 500 })
    await tokens.storeTokens(CLIENT, 'acme', living)
    server.signalAll('SIGSTOP')
    const ended = await Promise.all(
      Object.entries(calls).map(async ([name, call]) => [
        name,
        await call(tokens).then(
          () => 'answered',
          (error: { code?: unknown }) => error.code,
        ),
      ]),
    )
    const opening = service(server.url(), { storeTimeoutMs: 500 }).catch(
      (error: { code?: unknown }) => error.code,
    )
    const [health, opened] = await Promise.all([tokens.health(), opening])
    server.signalAll('SIGCONT')

    expect(Object.fromEntries(ended)).toEqual(
      Object.fromEntries(Object.keys(calls).map(name => [name, 'STORE_UNAVAILABLE'])),
    )
    expect(health).toMatchObject({ status: 'degraded', database: 'unavailable' })
    expect(opened).toBe('STORE_UNAVAILABLE')
    expect(endpoint.asked).toEqual([])
    await expect.poll(() => tokens.getAccessToken(CLIENT, 'acme').catch(() => null)).not.toBeNull()
  })

  test('F14: that freezes while the provider answers: the caller has its token, and it is stored later', async () => {
    const tokens = await service(server.url(), { storeTimeoutMs: 500 })
    await tokens.storeTokens(CLIENT, 'acme', expired)
    const answers = heldAnswers()
    endpoint.usually = answers.reply
    const refreshing = tokens.refreshToken(CLIENT, 'acme')
    await expect.poll(answers.count).toBe(1)
    server.signalAll('SIGSTOP')
    answers.release()
    // Before the database goes on: this line is only reached when the caller did not wait for it.
    expect((await refreshing).accessToken).toBe('fresh')
    server.signalAll('SIGCONT')
    const stored = async () =>
      (await tokens.getTokenRecord(CLIENT, 'acme').catch(() => null))?.accessToken?.reveal()
    await expect.poll(stored).toBe('fresh')
    expect(endpoint.asked).toEqual(['stored'])
  })
})

describe('a pool of two connections', () => {
  test('F15: serves reads while 200 refreshes wait for a slow provider, and holds no connection for them', async () => {
    const pool = new pg.Pool({ connectionString: world.database.url, max: 2 })
    const tokens = await service(pool, {
      requestSlots: 200,
      expiredWaitMs: 120_000,
      requestTimeoutMs: 120_000,
    })
    const slow = Array.from({ length: 200 }, (_, index) => `slow-${index}`)
    const quick = Array.from({ length: 200 }, (_, index) => `quick-${index}`)
    for (const client of slow) await tokens.storeTokens(client, 'acme', expired)
    for (const client of quick) await tokens.storeTokens(client, 'acme', living)
    await world.database.query("update oauth_tokens set token_expiry = now() where client_id like 'slow-%'")
    const answers = heldAnswers()
    endpoint.usually = answers.reply
    let refreshed = 0
    const refreshing = slow.map(async client => {
      const token = await tokens.getAccessToken(client, 'acme')
      refreshed += 1
      return token
    })
    // Reads that come while the refreshes begin, too.
    const early = await Promise.all(quick.map(client => tokens.getAccessToken(client, 'acme')))
    await expect.poll(answers.count).toBe(200)
    expect([pool.idleCount, pool.waitingCount]).toEqual([pool.totalCount, 0])
    const late = await Promise.all(quick.map(client => tokens.getAccessToken(client, 'acme')))
    expect(refreshed).toBe(0)
    expect(new Set([...early, ...late])).toEqual(new Set(['alive']))
    answers.release()
    expect(new Set(await Promise.all(refreshing))).toEqual(new Set(['fresh']))
    expect(endpoint.asked).toHaveLength(200)
    await tokens.close()
    await pool.end()
  })
})

/** How many sessions wait for a lock. */
const waiters = async (): Promise<number> =>
  (
    await world.database.query(
      "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
    )
  ).length

async function withSession(use: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: world.database.directUrl })
  await client.connect()
  try {
    await use(client)
  } finally {
    await client.end()
  }
}

describe('transactions that conflict', () => {
  test('F17: at SERIALIZABLE, 64 workers whose writes collide: no error is told, and one request a connection made', async () => {
    await (await service(world.database.url)).close()
    const url = await world.database.urlWith({ default_transaction_isolation: 'serializable' })
    const services = await Promise.all(
      Array.from({ length: 8 }, () => service(url, { expiredWaitMs: 120_000 })),
    )
    const clients = Array.from({ length: 8 }, (_, index) => `client-${index}`)
    for (const client of clients) await services[0]?.storeTokens(client, 'acme', expired)
    await world.database.query('update oauth_tokens set token_expiry = now()')

    /** Each service does it for each client; whoever waits for the row has lost when it is free: 40001. */
    const collide = async <Result>(
      work: (tokens: OAuthTokenService, client: string) => Promise<Result>,
    ): Promise<readonly Result[]> => {
      const results: Promise<Result>[] = []
      await withSession(async other => {
        await other.query("begin; update oauth_tokens set scopes = 'meanwhile'")
        for (const tokens of services) results.push(...clients.map(client => work(tokens, client)))
        // As many as a pooler of two server connections lets through; without one there are more.
        await expect.poll(waiters).toBeGreaterThanOrEqual(POOL_SIZE)
        await other.query('commit')
      })
      return Promise.all(results)
    }
    const got = await collide((tokens, client) => tokens.getAccessToken(client, 'acme'))
    expect(new Set(got)).toEqual(new Set(['fresh']))
    expect(endpoint.asked).toHaveLength(clients.length)

    const reported = await collide((tokens, client) => tokens.reportRejected(client, 'acme', 'fresh'))
    expect(reported).toHaveLength(64)
    expect(endpoint.asked).toHaveLength(2 * clients.length)
    const rows = await world.database.query('select distinct scopes, status, lease_id from oauth_tokens')
    expect(rows).toEqual([{ scopes: 'meanwhile', status: 'active', lease_id: null }])
  })

  test('F17: a deadlock is run again: the deletion is done, and the provider is asked once', async () => {
    const revocations: string[] = []
    const tokens = await service(await world.database.urlWith({ deadlock_timeout: "'2s'" }))
    await tokens.storeTokens(CLIENT, 'acme', living)
    endpoint.usually = socket => {
      revocations.push('asked')
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
    }
    const deadlocks = async (): Promise<number> => {
      const [found] = await world.database.query(
        'select deadlocks::int from pg_stat_database where datname = current_database()',
      )
      return Number(found?.deadlocks)
    }
    const before = await deadlocks()
    await withSession(async other => {
      await other.query(
        "set deadlock_timeout = '10min'; begin; lock table oauth_token_revocations in exclusive mode",
      )
      const deleting = tokens.deleteToken(CLIENT, 'acme', { revoke: true })
      await expect.poll(waiters).toBe(1)
      // It holds the row and wants the table; this one holds the table and wants the row.
      await other.query("update oauth_tokens set scopes = 'meanwhile'")
      await other.query('commit')
      expect(await deleting).toBe(true)
    })
    await expect.poll(deadlocks).toBe(before + 1)
    expect(await tokens.hasToken(CLIENT, 'acme')).toBe(false)
    expect(revocations).toEqual(['asked'])
  })
})
