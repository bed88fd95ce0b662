import type { Pool, PoolClient, QueryConfig, QueryResult } from 'pg'
import { withTimeLimit } from '../time-limit.ts'
import { breaksConnection, codeOf, NotConnected } from './failure.ts'

/** What Drizzle's driver for `pg` needs of a client. */
export interface QueryClient {
  query(config: QueryConfig, values?: unknown[]): Promise<QueryResult>
}

/**
 * A `pg.Pool` on which nothing waits longer than `timeoutMs`: not for a connection and not for an answer.
 * A connection that did not answer is destroyed. `statement_timeout` would not do: a frozen server does not
 * keep it, and poolers refuse it at start-up.
 */
export class PoolClients implements QueryClient {
  readonly #pool: Pool
  readonly #timeoutMs: number

  constructor(pool: Pool, timeoutMs: number) {
    this.#pool = pool
    this.#timeoutMs = timeoutMs
    // Without a listener the end of an idle connection would end the process.
    pool.on('error', ignore)
  }

  query(config: QueryConfig, values: unknown[] = []): Promise<QueryResult> {
    return this.withClient(this.#timeoutMs, client => client.query(config, values))
  }

  /** Gives one connection to `use` for as long as it runs. No statement on it waits longer than `limitMs`. */
  async withClient<Result>(limitMs: number, use: (client: QueryClient) => Promise<Result>): Promise<Result> {
    const client = await this.#connect()
    let broken = false
    try {
      return await use({
        query: (config, values = []) => withTimeLimit(limitMs, () => client.query(config, values)),
      })
    } catch (error) {
      broken = breaksConnection(error)
      throw error
    } finally {
      giveBack(client, broken)
    }
  }

  /** Gives two connections at the same time, to see what lies between them and the server. */
  async withPair<Result>(use: (first: PoolClient, second: PoolClient) => Promise<Result>): Promise<Result> {
    const first = await this.#connect()
    try {
      const second = await this.#connect()
      try {
        return await withTimeLimit(this.#timeoutMs, () => use(first, second))
      } finally {
        giveBack(second, false)
      }
    } finally {
      giveBack(first, false)
    }
  }

  /** Ends the pool. */
  async end(): Promise<void> {
    // The farewell of a frozen server does not come.
    await withTimeLimit(this.#timeoutMs, () => this.#pool.end()).catch(ignore)
  }

  /** Leaves the pool to its owner. */
  leave(): void {
    this.#pool.off('error', ignore)
  }

  async #connect(): Promise<PoolClient> {
    const connecting = checkOut(this.#pool)
    try {
      return await withTimeLimit(this.#timeoutMs, () => connecting)
    } catch (error) {
      // A connection that comes too late goes back unused.
      connecting.then(client => giveBack(client, false), ignore)
      throw new NotConnected(codeOf(error))
    }
  }
}

/**
 * By callback, because a connection can break in the very moment in which it is made: without a listener that
 * would end the process, and a promise would add it too late.
 */
function checkOut(pool: Pool): Promise<PoolClient> {
  return new Promise((resolve, reject) => {
    pool.connect((error, client) => {
      if (error !== undefined || client === undefined) return reject(error)
      client.on('error', ignore)
      resolve(client)
    })
  })
}

function giveBack(client: PoolClient, broken: boolean): void {
  client.off('error', ignore)
  client.release(broken)
}

function ignore(): void {}
