import type { Assembly } from './assemble.ts'
import { InvalidInputError } from './errors.ts'
import type { ConnectionKey } from './ports/store.ts'
import { revokePending } from './refresh/delete-token.ts'
import { unlessAborted } from './refresh/giving-up.ts'
import { named } from './refresh/refusal-error.ts'
import type { DeleteTokenOptions } from './service-options.ts'

/**
 * `deleteToken`.
 * @returns whether there was anything to remove
 * @throws InvalidInputError | StoreUnavailableError
 * @throws ProviderUnavailableError deleted, but the provider has not confirmed the revocation
 */
export async function deleteConnection(
  assembly: Assembly,
  key: ConnectionKey,
  { revoke = false, tx, signal }: DeleteTokenOptions,
): Promise<boolean> {
  const { ports } = assembly
  if (revoke && tx !== undefined) {
    throw new InvalidInputError(
      `${named(key)}: a revocation cannot be rolled back. Call deleteToken() with revoke outside the transaction.`,
      key,
    )
  }
  // Whatever may be refused is refused before anything is deleted.
  const asked = revoke ? assembly.revocationOf(key) : null
  // What was left of a refresh goes with it. In the caller's own transaction the row may be locked.
  if (tx === undefined) await assembly.rescue.replayConnection(key)
  const isSeeded = !assembly.usesAppGrant(key.provider)
  const seed = isSeeded ? await unlessAborted(assembly.seeds.available(key), signal) : null
  const deleted = await ports.store.delete({ ...key, revoke, seed }, { tx })
  assembly.forget(key, tx !== undefined)
  // What may still be rolled back is not told.
  if (deleted !== null && tx === undefined) {
    ports.emit({ type: 'deleted', ...key, reason: revoke ? 'revoke' : null })
  }
  if (asked !== null) {
    const isRefreshing = deleted !== null && (deleted.leaseUntil ?? 0) > deleted.now
    await unlessAborted(revokePending(ports, key, { ...asked, isRefreshing }), signal)
  }
  return deleted !== null || seed !== null
}
