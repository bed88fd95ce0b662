import { InvalidInputError } from './errors.ts'
import { describe, parseName } from './input.ts'
import type { ConnectionStatus, LastError } from './lifecycle/connection.ts'
import type { ConnectionKey, ConnectionSummary, Metadata, TokenStore } from './ports/store.ts'
import { scopesOf } from './refresh/held-token.ts'
import { dateOf } from './refresh/observed.ts'
import type { ListTokensOptions } from './service-options.ts'

/** A connection as lists show it: nothing secret. */
export interface ListedConnection {
  readonly clientId: string
  readonly provider: string
  /** What is known of the grant. */
  readonly status: ConnectionStatus
  /** Why it is `suspect` or `reauthorization_required`; else null. */
  readonly statusReason: string | null
  /** Grows with every change of the tokens. */
  readonly generation: number
  /** When the access token expires. Null: not known, or never. */
  readonly expiresAt: Date | null
  /** Whether a refresh token is stored: without one the connection ends with its access token. */
  readonly hasRefreshToken: boolean
  /** What the grant allows, as far as the provider said it. */
  readonly scopes: readonly string[]
  /** What the provider said about the connection: `api_domain`, `location`, … */
  readonly metadata: Metadata
  /** The last refresh that succeeded; null: none yet. */
  readonly lastRefreshedAt: Date | null
  /** The code of the last failure; null after a success. */
  readonly lastError: LastError | null
  /** Failures in a row; 0 after a success. */
  readonly failureCount: number
  /** No request is made before this instant; null: no back-off. */
  readonly nextAttemptAt: Date | null
  /** When the connection was first stored. */
  readonly createdAt: Date | null
  /** When its row was last written. */
  readonly updatedAt: Date | null
}

/** A page of connections. */
export interface ListPage {
  /** In the order of client and provider. */
  readonly connections: readonly ListedConnection[]
  /** Give it as `cursor` for the next page; null: this was the last. */
  readonly nextCursor: string | null
}

const STATUSES: readonly unknown[] = [undefined, 'active', 'suspect', 'reauthorization_required']

/** @throws InvalidInputError */
export async function listTokens(store: TokenStore, options: ListTokensOptions): Promise<ListPage> {
  const { clientId, provider, status, limit = 100, cursor } = options
  if (clientId !== undefined) parseName(clientId, 'clientId')
  if (provider !== undefined) parseName(provider, 'provider')
  if (!STATUSES.includes(status)) {
    throw new InvalidInputError(
      `status must be active, suspect or reauthorization_required; got ${describe(status)}.`,
    )
  }
  if (!Number.isInteger(limit) || limit < 1 || limit > 1_000) {
    throw new InvalidInputError(`limit must be a whole number from 1 to 1,000; got ${describe(limit)}.`)
  }
  const after = cursor === undefined ? null : parseCursor(cursor)
  // One more than asked for tells whether there is another page.
  const rows = await store.list({ clientId, provider, status, limit: limit + 1, after })
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    connections: page.map(listed),
    nextCursor: rows.length > limit && last !== undefined ? cursorOf(last) : null,
  }
}

function listed(row: ConnectionSummary): ListedConnection {
  const { clientId, provider, status, statusReason, generation, hasRefreshToken, metadata, lastError } = row
  return {
    clientId,
    provider,
    status,
    statusReason,
    generation,
    expiresAt: dateOf(row.expiresAt),
    hasRefreshToken,
    scopes: scopesOf(row.scopes),
    metadata,
    lastRefreshedAt: dateOf(row.lastRefreshedAt),
    lastError,
    failureCount: row.failureCount,
    nextAttemptAt: dateOf(row.nextAttemptAt),
    createdAt: dateOf(row.createdAt),
    updatedAt: dateOf(row.updatedAt),
  }
}

function cursorOf({ clientId, provider }: ConnectionKey): string {
  return Buffer.from(JSON.stringify([clientId, provider])).toString('base64url')
}

function isPair(value: unknown): value is readonly [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every(name => typeof name === 'string')
}

function parseCursor(cursor: unknown): ConnectionKey {
  try {
    const bytes = Buffer.from(String(cursor), 'base64url')
    const parsed: unknown = JSON.parse(bytes.toString('utf8'))
    // Whatever names a page ends with: another program may have written ones that no call takes.
    if (isPair(parsed)) return { clientId: parsed[0], provider: parsed[1] }
  } catch {
    // The same answer for whatever is wrong with it.
  }
  throw new InvalidInputError('cursor must be the nextCursor of a page before.')
}
