import type { Assembly } from './assemble.ts'
import type { ConnectionStatus, LastError } from './lifecycle/connection.ts'
import type { Cipher, SealedPurpose } from './ports/cipher.ts'
import type { ConnectionKey, ConnectionRow, Metadata } from './ports/store.ts'
import { unlessAborted } from './refresh/giving-up.ts'
import { scopesOf } from './refresh/held-token.ts'
import { dateOf } from './refresh/observed.ts'
import type { Secret } from './secret.ts'

/** The full record of a connection, for debugging. Secrets print as `[secret]` and need `.reveal()`. */
export interface TokenRecord {
  /** The UUID of the row: a new one after `deleteToken` and `storeTokens`. */
  readonly id: string
  readonly clientId: string
  readonly provider: string
  /** Null: none is stored. */
  readonly accessToken: Secret | null
  /** Null: none is stored. */
  readonly refreshToken: Secret | null
  /** What the grant allows, as far as the provider said it. */
  readonly scopes: readonly string[]
  /** What the provider said about the connection: `api_domain`, `location`, … */
  readonly metadata: Metadata
  /** What is known of the grant. */
  readonly status: ConnectionStatus
  /** Why it is `suspect` or `reauthorization_required`; else null. */
  readonly statusReason: string | null
  /** Grows with every change of the tokens. */
  readonly generation: number
  /** How long the access token lives as a whole. Null: not known. */
  readonly lifetimeMs: number | null
  /** Null: not known, or never. */
  readonly expiresAt: Date | null
  /** When a background refresh becomes due. Null: never by itself. */
  readonly refreshAt: Date | null
  /** When the refresh token itself expires, where a provider says it; else null. */
  readonly refreshTokenExpiresAt: Date | null
  /** The last refresh that succeeded; null: none yet. */
  readonly lastRefreshedAt: Date | null
  /** The code of the last failure; null after a success. */
  readonly lastError: LastError | null
  /** Failures in a row; 0 after a success. */
  readonly failureCount: number
  /** No request is made before this instant; null: no back-off. */
  readonly nextAttemptAt: Date | null
  /** Until when somebody has the right to refresh; null: nobody has. */
  readonly leaseUntil: Date | null
  /** The `client_id` of the OAuth app that last refreshed it. */
  readonly appId: string | null
  /** When the connection was first stored. */
  readonly createdAt: Date | null
  /** When the row was last written. */
  readonly updatedAt: Date | null
}

/** @throws DecryptionError */
function tokenRecordOf(row: ConnectionRow, cipher: Cipher): TokenRecord {
  const open = (text: string | null, purpose: SealedPurpose): Secret | null =>
    text === null ? null : cipher.open(text, { purpose, clientId: row.clientId, provider: row.provider })
  const { id, clientId, provider, metadata, status, statusReason, generation, lifetimeMs } = row
  return {
    id,
    clientId,
    provider,
    accessToken: open(row.accessToken, 'access_token'),
    refreshToken: open(row.refreshToken, 'refresh_token'),
    scopes: scopesOf(row.scopes),
    metadata,
    status,
    statusReason,
    generation,
    lifetimeMs,
    expiresAt: dateOf(row.expiresAt),
    refreshAt: dateOf(row.refreshAt),
    refreshTokenExpiresAt: dateOf(row.refreshTokenExpiresAt),
    lastRefreshedAt: dateOf(row.lastRefreshedAt),
    lastError: row.lastError,
    failureCount: row.failureCount,
    nextAttemptAt: dateOf(row.nextAttemptAt),
    leaseUntil: dateOf(row.leaseUntil),
    appId: row.appId,
    createdAt: dateOf(row.createdAt),
    updatedAt: dateOf(row.updatedAt),
  }
}

/** `getTokenRecord`; null: there is none. @throws DecryptionError | StoreUnavailableError */
export async function readTokenRecord(
  { ports }: Assembly,
  key: ConnectionKey,
  signal: AbortSignal | undefined,
): Promise<TokenRecord | null> {
  const row = await unlessAborted(ports.store.read(key), signal)
  return row === null ? null : tokenRecordOf(row, ports.cipher)
}
