import type { ConnectionStatus, LastError } from './lifecycle/connection.ts'
import type { Cipher, SealedPurpose } from './ports/cipher.ts'
import type { ConnectionRow, Metadata } from './ports/store.ts'
import { scopesOf } from './refresh/held-token.ts'
import { dateOf } from './refresh/observed.ts'
import type { Secret } from './secret.ts'

/** The full record of a connection, for debugging. Secrets print as `[secret]` and need `.reveal()`. */
export interface TokenRecord {
  readonly id: string
  readonly clientId: string
  readonly provider: string
  readonly accessToken: Secret | null
  readonly refreshToken: Secret | null
  readonly scopes: readonly string[]
  readonly metadata: Metadata
  readonly status: ConnectionStatus
  readonly statusReason: string | null
  /** Grows with every change of the tokens. */
  readonly generation: number
  readonly lifetimeMs: number | null
  /** Null: not known, or never. */
  readonly expiresAt: Date | null
  readonly refreshAt: Date | null
  readonly refreshTokenExpiresAt: Date | null
  readonly lastRefreshedAt: Date | null
  readonly lastError: LastError | null
  readonly failureCount: number
  readonly nextAttemptAt: Date | null
  readonly leaseUntil: Date | null
  /** The `client_id` of the OAuth app that last refreshed it. */
  readonly appId: string | null
  readonly createdAt: Date | null
  readonly updatedAt: Date | null
}

/** @throws DecryptionError */
export function tokenRecordOf(row: ConnectionRow, cipher: Cipher): TokenRecord {
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
