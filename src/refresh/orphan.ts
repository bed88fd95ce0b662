import type { AttemptContext } from './context.ts'
import type { Exchange, Moved } from './moved.ts'
import { attemptRevocation } from './revoker.ts'

/**
 * Has the successor of a refresh token revoked whose row was deleted while it was on its way. Only where the
 * deletion asked for it and the connection was not made again: revoking an orphan unasked can end a whole family
 * of grants. It is recorded first, as what was deleted is, so that it is revoked although the provider is down now.
 * @throws StoreUnavailableError not recorded
 */
export async function revokeOrphan(context: AttemptContext, exchange: Exchange, moved: Moved): Promise<void> {
  const { ports, health, target } = context
  const { sealedSuccessor, accessToken, claim } = exchange
  const { id: rowId, clientId, provider, metadata } = claim.observed.row
  if (sealedSuccessor === null || moved.kind !== 'superseded' || moved.row !== null) return
  const { revocations } = ports.store
  if ((await health.watch(() => revocations.of(rowId))) === null) return
  const id = ports.randomness.uuid()
  const orphan = {
    id,
    clientId,
    provider,
    refreshToken: sealedSuccessor,
    accessToken:
      accessToken === null
        ? null
        : ports.cipher.seal(accessToken, { purpose: 'access_token', clientId, provider }),
    metadata,
  }
  await health.watch(() => revocations.add(orphan))
  await attemptRevocation(ports, { ...orphan, attempts: 0, isBeingAsked: false }, target, false)
}
