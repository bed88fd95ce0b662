import type { ConnectionKey, ConnectionRow } from '../ports/store.ts'
import { assemblyOf, type OAuthTokenService } from '../service.ts'

/** A row of `oauth_tokens` exactly as it lies in the database: token columns hold sealed text, nothing is opened. */
export type StoredConnection = ConnectionRow

/**
 * Reads a row without opening what is sealed in it, to see for oneself what the database holds.
 * @returns null: there is no such row
 * @throws StoreUnavailableError
 */
export async function readStoredConnection(
  service: OAuthTokenService,
  { clientId, provider }: ConnectionKey,
): Promise<StoredConnection | null> {
  const { ports } = await assemblyOf(service)
  return ports.store.read({ clientId, provider })
}
