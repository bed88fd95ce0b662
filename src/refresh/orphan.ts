import type { AttemptContext } from './context.ts'
import type { Exchange, Moved } from './moved.ts'

/**
 * Revokes the successor of a refresh token whose row was deleted while it was on its way. Only where the
 * deletion asked for it and the connection was not made again: revoking an orphan unasked can end a whole family
 * of grants. One try: the revocation recorded with the deletion covers the grant itself.
 */
export async function revokeOrphan(context: AttemptContext, exchange: Exchange, moved: Moved): Promise<void> {
  const { ports, health, target } = context
  const { row } = exchange.claim.observed
  if (exchange.successor === null || moved.kind !== 'superseded' || moved.row !== null) return
  if ((await health.watch(() => ports.store.revocationOf(row.id))) === null) return
  await target.provider.revoke({
    app: target.app,
    token: exchange.successor,
    metadata: row.metadata,
    timeoutMs: ports.policy.requestTimeoutMs,
  })
}
