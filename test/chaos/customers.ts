import { setTimeout as pause } from 'node:timers/promises'
import type { OAuthTokenService } from 'evergrant'
import type { LocalZohoControl } from 'evergrant/testing'
import type { Given } from './evidence.ts'
import type { Records } from './records.ts'

const LOOK_EVERY_MS = 200
/** How long everything may take to come to rest: leases, back-offs and retries end long before. */
const REST_LIMIT_MS = 60_000

/** The people whose grants they are: they connect their accounts, and do it again when they are told to. */
export class Customers {
  readonly given: Given[] = []
  readonly #tokens: OAuthTokenService
  readonly #provider: string
  readonly #zoho: LocalZohoControl
  readonly #records: Records
  #watching: Promise<void> | null = null
  #stopped = false

  constructor(tokens: OAuthTokenService, provider: string, zoho: LocalZohoControl, records: Records) {
    this.#tokens = tokens
    this.#provider = provider
    this.#zoho = zoho
    this.#records = records
  }

  /** @param expiresIn of the first access token, in seconds, where it is to seem older than it is */
  async connect(connection: string, expiresIn?: number): Promise<void> {
    const { metadata, ...grant } = await this.#zoho.issueGrant()
    const at = Date.now()
    const expiresAt = at + 1_000 * (expiresIn ?? grant.expiresIn)
    this.given.push({ connection, refreshToken: grant.refreshToken, at, expiresAt })
    await this.#tokens.storeTokens(connection, this.#provider, {
      ...grant,
      expiresIn: expiresIn ?? grant.expiresIn,
      metadata: { ...metadata, connection },
    })
  }

  /** From now on whoever is asked to connect again does so. */
  watch(): void {
    this.#watching = this.#watch()
  }

  async stopWatching(): Promise<void> {
    this.#stopped = true
    await this.#watching
  }

  /** Refreshes every connection until it has happened, or the customer is needed. Gives those that it never did. */
  async rest(): Promise<readonly string[]> {
    const limit = performance.now() + REST_LIMIT_MS
    const connections = [...new Set(this.given.map(({ connection }) => connection))]
    const unrested = await Promise.all(
      connections.map(async connection => {
        for (;;) {
          try {
            await this.#tokens.refreshToken(connection, this.#provider)
            return null
          } catch (error) {
            const { code, retryable } = error as { code?: string; retryable?: boolean }
            if (code === 'REAUTHORIZATION_REQUIRED' && retryable === false) return null
            if (performance.now() > limit) return `${connection} did not come to rest: ${error}`
            await pause(LOOK_EVERY_MS)
          }
        }
      }),
    )
    return unrested.filter(words => words !== null)
  }

  async #watch(): Promise<void> {
    while (!this.#stopped) {
      // A database that is down has nobody to tell.
      const rows = await this.#records.rows().catch(() => [])
      for (const { connection, status } of rows) {
        if (status === 'reauthorization_required') await this.connect(connection)
      }
      await pause(LOOK_EVERY_MS)
    }
  }
}
