import { allowanceOf } from '../lifecycle/budget.ts'
import type { ProviderTraits } from '../lifecycle/provider-traits.ts'
import type { ConnectionKey, ConnectionRow } from '../ports/store.ts'
import type { Secret } from '../secret.ts'
import { connectionOf } from './observed.ts'
import type { RefreshPorts } from './ports.ts'

/**
 * What becomes of a token that an API does not accept.
 * - `rejected`: nobody is given it any more; by this report, or by another one before.
 * - `replaced`: it is not the stored token any more.
 * - `spared`: it stays. The one before it was rejected a moment ago, or the provider takes no refresh now: a faulty
 *   API must not take the connection from those whose API is well, and another token would be no better.
 */
export type Rejection = 'rejected' | 'replaced' | 'spared'

/** @throws StoreUnavailableError | DecryptionError */
export async function rejectToken(
  ports: RefreshPorts,
  key: ConnectionKey,
  token: Secret,
  traits: ProviderTraits,
): Promise<Rejection> {
  const row = await heldRow(ports, key, token)
  if (row === null) return 'replaced'
  if (isOver(row)) return 'rejected'
  const { store, policy } = ports
  const done = await store.reject({
    id: row.id,
    generation: row.generation,
    pauseMs: policy.rejectedPauseMs,
    allowance: allowanceOf(connectionOf(row), row.now, traits, policy),
  })
  if (done) return 'rejected'
  // Somebody was faster: with the same report, or with another token.
  const after = await heldRow(ports, key, token)
  if (after === null) return 'replaced'
  return isOver(after) ? 'rejected' : 'spared'
}

/** The row of the connection, if it has this access token. */
async function heldRow(
  { store, cipher }: RefreshPorts,
  key: ConnectionKey,
  token: Secret,
): Promise<ConnectionRow | null> {
  const row = await store.read(key)
  if (row === null || row.accessToken === null) return null
  const { clientId, provider } = row
  return cipher.open(row.accessToken, { purpose: 'access_token', clientId, provider }).equals(token)
    ? row
    : null
}

function isOver({ expiresAt, now }: ConnectionRow): boolean {
  return expiresAt !== null && expiresAt <= now
}
